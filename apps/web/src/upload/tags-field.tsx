// Tags as chips, with a field that turns words into more of them (UF11).

import { useId, useRef, useState } from 'react';
import type { KeyboardEvent, ReactElement } from 'react';
import { Icon } from '../ui/icon.tsx';
import { addTags } from './draft-form.ts';
import type { TagFault } from './draft-form.ts';
import type { UploadWords } from './words.ts';

type TagsFieldProps = Readonly<{
  t: UploadWords;
  tags: readonly string[];
  onChange: (tags: readonly string[]) => void;
}>;

const ENDS_A_TAG = /[\s,#،]$/u;

export function TagsField({ t, tags, onChange }: TagsFieldProps): ReactElement {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState('');
  const [fault, setFault] = useState<TagFault | null>(null);
  const take = (text: string): void => {
    const added = addTags(tags, text);
    setTyped(added.rest);
    setFault(added.fault);
    if (added.tags.length !== tags.length) onChange(added.tags);
  };
  const type = (text: string): void => {
    if (ENDS_A_TAG.test(text) && text.trim() !== '') return take(text);
    setTyped(text);
    setFault(null);
  };
  const press = (event: KeyboardEvent): void => {
    // Enter also ends a word in an input method, and must not end the tag then.
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter') {
      event.preventDefault();
      take(typed);
    } else if (event.key === 'Backspace' && typed === '' && tags.length > 0) {
      onChange(tags.slice(0, -1));
    }
  };
  return (
    <div className="field">
      <label htmlFor={id}>{t('field.tags')}</label>
      <div className="tags">
        {tags.map((tag) => (
          <span key={tag} className="tag">
            <bdi>{tag}</bdi>
            <button
              type="button"
              aria-label={t('field.tagRemove', { tag })}
              onClick={() => {
                onChange(tags.filter((one) => one !== tag));
                input.current?.focus();
              }}
            >
              <Icon name="close" />
            </button>
          </span>
        ))}
        <input
          ref={input}
          id={id}
          value={typed}
          dir="auto"
          autoCapitalize="none"
          enterKeyHint="enter"
          aria-describedby={`${id}-hint`}
          aria-invalid={fault !== null}
          onChange={(event) => type(event.target.value)}
          onKeyDown={press}
          onBlur={() => take(typed)}
        />
      </div>
      <p id={`${id}-hint`} className={fault === null ? 'small soft' : 'field-fault'} role="status">
        {fault === null
          ? t('field.tagsHint')
          : t(`tag.${fault}`, { word: typed.trim().split(/\s/)[0] ?? '' })}
      </p>
    </div>
  );
}
