// The comments over the feed: a sheet on phones, a panel beside the clip on wide screens.

import { useEffect, useId, useRef, useSyncExternalStore } from 'react';
import type { ReactElement } from 'react';
import { useWords } from '../app/i18n.ts';
import type { Video } from '../app/video.ts';
import { appArea } from '../app/words.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { Comments } from './comments.tsx';
import { commentsArea } from './words.ts';

type PanelProps = Readonly<{ video: Video; onClose: () => void }>;

/** Where the panel has room beside the clip; the same as in feed.css. */
const BESIDE = matchMedia('(width >= 1100px)');

export function CommentsPanel({ video, onClose }: PanelProps): ReactElement {
  const t = useWords(commentsArea);
  const hasRoom = useSyncExternalStore(
    (listener) => {
      BESIDE.addEventListener('change', listener);
      return () => {
        BESIDE.removeEventListener('change', listener);
      };
    },
    () => BESIDE.matches,
  );
  // Another video's comments are others, with a draft of their own.
  const comments = <Comments key={video.id} video={video} />;
  return hasRoom ? (
    <Beside title={t('title')} onClose={onClose}>
      {comments}
    </Beside>
  ) : (
    <Dialog title={t('title')} kind="sheet" onClose={onClose}>
      {comments}
    </Dialog>
  );
}

function Beside({
  title,
  onClose,
  children,
}: Readonly<{ title: string; onClose: () => void; children: ReactElement }>): ReactElement {
  const t = useWords(appArea);
  const id = useId();
  const head = useRef<HTMLHeadingElement>(null);
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = panel.current;
    const onKey = ({ key }: KeyboardEvent): void => {
      if (key === 'Escape') onClose();
    };
    element?.addEventListener('keydown', onKey);
    return () => {
      element?.removeEventListener('keydown', onKey);
    };
  }, [onClose]);
  useEffect(() => {
    const before = document.activeElement;
    head.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <aside ref={panel} className="panel comments-beside" aria-labelledby={id}>
      <div className="dialog-head">
        <h2 id={id} ref={head} tabIndex={-1}>
          {title}
        </h2>
        <button
          className="button"
          data-kind="icon"
          type="button"
          aria-label={t('close')}
          onClick={onClose}
        >
          <Icon name="close" />
        </button>
      </div>
      {children}
    </aside>
  );
}
