import type { ReactElement } from 'react';
import '../feed/panels.css';
import { Dialog } from '../ui/dialog.tsx';
import type { WatchWords } from './words.ts';

const KEYS = [
  { name: 'play', keys: ['space', 'K'] },
  { name: 'seek', keys: ['←', '→'] },
  { name: 'part', keys: ['0', '…', '9'] },
  { name: 'frame', keys: [',', '.'] },
  { name: 'speed', keys: ['<', '>'] },
  { name: 'like', keys: ['L'] },
  { name: 'sound', keys: ['M'] },
  { name: 'captions', keys: ['C'] },
  { name: 'full', keys: ['F'] },
  { name: 'help', keys: ['?'] },
] as const;

/** The keys of a video's own page. */
export function WatchHelp({
  t,
  onClose,
}: Readonly<{ t: WatchWords; onClose: () => void }>): ReactElement {
  return (
    <Dialog title={t('keys')} onClose={onClose}>
      <dl className="keys">
        {KEYS.map(({ name, keys }) => (
          <div key={name}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key === 'space' ? t('space') : key}</kbd>
              ))}
            </dt>
            <dd>{t(`key.${name}`)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
