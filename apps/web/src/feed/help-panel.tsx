import { useState } from 'react';
import type { ReactElement } from 'react';
import { useWords } from '../app/i18n.ts';
import { Dialog } from '../ui/dialog.tsx';
import { hasSingleKeys, setSingleKeys } from './keys.ts';
import { panelsArea } from './panel-words.ts';
import './panels.css';

const KEYS = [
  { name: 'next', keys: ['↓', 'J', 'Page Down'] },
  { name: 'previous', keys: ['↑', 'K', 'Page Up'] },
  { name: 'play', keys: ['space'] },
  { name: 'like', keys: ['L'] },
  { name: 'sound', keys: ['M'] },
  { name: 'captions', keys: ['C'] },
  { name: 'help', keys: ['?'] },
  { name: 'leave', keys: ['Ctrl Home', 'Ctrl End'] },
] as const;

/** The keys of the feed, and the switch for single letters. */
export function HelpPanel({ onClose }: Readonly<{ onClose: () => void }>): ReactElement {
  const t = useWords(panelsArea);
  const [isOn, setIsOn] = useState(hasSingleKeys);
  return (
    <Dialog title={t('keys.title')} onClose={onClose}>
      <dl className="keys">
        {KEYS.map(({ name, keys }) => (
          <div key={name}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key === 'space' ? t('keys.space') : key}</kbd>
              ))}
            </dt>
            <dd>{t(`keys.${name}`)}</dd>
          </div>
        ))}
      </dl>
      <label className="check">
        <input
          type="checkbox"
          checked={isOn}
          onChange={({ target }) => {
            setSingleKeys(target.checked);
            setIsOn(target.checked);
          }}
        />
        {t('keys.single')}
      </label>
    </Dialog>
  );
}
