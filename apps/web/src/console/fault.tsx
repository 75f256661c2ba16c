import type { ReactElement } from 'react';
import { Notice } from '../ui/notice.tsx';

/** What went wrong with something that was asked for; nothing when nothing did. */
export function Fault({ error }: Readonly<{ error: Error | null }>): ReactElement | null {
  if (error === null) return null;
  return (
    <Notice tone="bad">
      <p>{error.message}</p>
    </Notice>
  );
}
