// What the feed opens now and then: comments, why a video is here, what its numbers mean, keys,
// sharing, and the door for those who want to like.

import type { ReactElement } from 'react';
import { CommentsPanel } from '../comments/comments-panel.tsx';
import { useWords } from '../app/i18n.ts';
import { SharePanel } from '../app/share.tsx';
import type { PlayableVideo } from '../app/video.ts';
import { NumbersPanel } from '../numbers/numbers-panel.tsx';
import { DoorDialog } from '../sign-in/door-dialog.tsx';
import type { Panel } from './panel.ts';
import { HelpPanel } from './help-panel.tsx';
import { panelsArea } from './panel-words.ts';
import { WhyPanel } from './why-panel.tsx';

type PanelsProps = Readonly<{
  panel: Panel;
  video: PlayableVideo | undefined;
  /** Somebody has come in by the door. */
  onEntered: () => void;
  onClose: () => void;
}>;

export function FeedPanels({ panel, video, onEntered, onClose }: PanelsProps): ReactElement | null {
  const t = useWords(panelsArea);
  if (panel === 'help') return <HelpPanel onClose={onClose} />;
  if (panel === 'sign-in') {
    return <DoorDialog reason={t('door.like')} onEntered={onEntered} onClose={onClose} />;
  }
  if (video === undefined) return null;
  switch (panel) {
    case 'comments':
      return <CommentsPanel video={video} onClose={onClose} />;
    case 'why':
      return <WhyPanel video={video} onClose={onClose} />;
    case 'numbers':
      return <NumbersPanel video={video.id} title={video.title} onClose={onClose} />;
    case 'share':
      return <SharePanel video={video} onClose={onClose} />;
  }
}
