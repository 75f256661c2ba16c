// A word on what a number counts, behind a button beside its name.

import { useId, useState } from 'react';
import type { ReactElement } from 'react';
import { useWords } from '../app/i18n.ts';
import { Icon } from '../ui/icon.tsx';
import { studioArea } from './words.ts';

export function Definition({ name, text }: Readonly<{ name: string; text: string }>): ReactElement {
  const t = useWords(studioArea);
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  return (
    <span className="define">
      <button
        className="define-button"
        type="button"
        aria-label={t('define', { metric: name })}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
        onBlur={() => setOpen(false)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') setOpen(false);
        }}
      >
        <Icon name="info" />
      </button>
      <span id={id} className="define-text small" role="note" hidden={!isOpen}>
        {text}
      </span>
    </span>
  );
}
