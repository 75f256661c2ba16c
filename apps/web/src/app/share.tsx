// Passing a video on: its address to copy, or the device's own way where it has one.

import { useState } from 'react';
import type { ReactElement } from 'react';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { useWords } from './i18n.ts';
import './share.css';
import { shareArea } from './share-words.ts';
import type { Video } from './video.ts';

/** The address of a video's own page. */
function addressOf(video: string): string {
  return `${location.origin}/v/${encodeURIComponent(video)}`;
}

export function SharePanel({
  video,
  onClose,
}: Readonly<{ video: Pick<Video, 'id' | 'title'>; onClose: () => void }>): ReactElement {
  const t = useWords(shareArea);
  const address = addressOf(video.id);
  const [said, setSaid] = useState<'copied' | 'select' | undefined>(undefined);
  const share = 'share' in navigator ? navigator.share.bind(navigator) : undefined;
  return (
    <Dialog title={t('title')} onClose={onClose}>
      <p className="soft" dir="auto">
        {video.title}
      </p>
      <div className="share-line">
        <input
          type="text"
          readOnly
          value={address}
          dir="ltr"
          aria-label={t('address')}
          onFocus={({ target }) => {
            target.select();
          }}
        />
        <button
          className="button"
          data-kind="main"
          type="button"
          onClick={() => {
            void copy(address).then((isCopied) => {
              setSaid(isCopied ? 'copied' : 'select');
            });
          }}
        >
          {t('copy')}
        </button>
      </div>
      <p className="small" role="status">
        {said !== undefined && t(said)}
      </p>
      {share !== undefined && (
        <button
          className="button"
          type="button"
          onClick={() => {
            // Whoever changes their mind has done nothing wrong.
            share({ title: video.title, url: address }).then(onClose, () => undefined);
          }}
        >
          <Icon name="share" />
          {t('more')}
        </button>
      )}
    </Dialog>
  );
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
