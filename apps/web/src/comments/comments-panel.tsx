import type { ReactElement } from 'react';
import type { Video } from '../app/video.ts';
import { Dialog } from '../ui/dialog.tsx';

export function CommentsPanel({
  video,
  onClose,
}: Readonly<{ video: Video; onClose: () => void }>): ReactElement {
  return (
    <Dialog title={video.title} kind="sheet" onClose={onClose}>
      …
    </Dialog>
  );
}
