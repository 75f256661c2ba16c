// Where a video is chosen or dropped. The limits stand here, before anything is chosen (UF1).

import { useState } from 'react';
import type { DragEvent, ReactElement } from 'react';
import { FileButton } from '../ui/file-button.tsx';
import { Icon } from '../ui/icon.tsx';
import type { UploadWords } from './words.ts';

/** What a system's choice of files shows; what is taken is decided by looking into the file. */
export const VIDEO_FILES = 'video/*,.mkv,.webm,.mp4,.mov';

type DropZoneProps = Readonly<{
  t: UploadWords;
  onFile: (file: File) => void;
  /** What the button says. */
  label: string;
  isBusy?: boolean;
}>;

export function DropZone({ t, onFile, label, isBusy = false }: DropZoneProps): ReactElement {
  const [isOver, setIsOver] = useState(false);
  const over = (event: DragEvent): void => {
    event.preventDefault();
    setIsOver(true);
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setIsOver(false);
    const file = event.dataTransfer.files.item(0);
    if (file !== null) onFile(file);
  };
  return (
    // Dropping is a second way to what the button does.
    <div
      className="drop"
      data-over={isOver}
      onDragOver={over}
      onDragLeave={() => setIsOver(false)}
      onDrop={drop}
    >
      <span className="drop-mark">
        <Icon name="up" />
      </span>
      <p className="drop-title">{t(isOver ? 'drop.now' : 'drop.here')}</p>
      <FileButton label={label} accept={VIDEO_FILES} onFile={onFile} isMain isBusy={isBusy} />
      <p className="small soft">{t('drop.limits')}</p>
      <p className="small soft">{t('drop.otherwise')}</p>
    </div>
  );
}
