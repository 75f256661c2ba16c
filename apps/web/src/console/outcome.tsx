import type { ReactElement } from 'react';
import type { ConsoleStatus } from '@holdfast/protocol/console.ts';
import { Notice } from '../ui/notice.tsx';
import { UNKNOWN, write } from '../ui/text.ts';
import { nameOf } from './words.ts';

/** How the newest hand-over ended, and where its certificate is; nothing while it runs. */
export function Outcome({ status }: Readonly<{ status: ConsoleStatus }>): ReactElement | null {
  const { handover, pause, certificate, owner } = status;
  if (handover === null || handover.ended === null || handover.mode === 'follow') return null;
  const { outcome, reason, atMs } = handover.ended;
  if (outcome === 'aborted') {
    return (
      <Notice tone="warn">
        <p>
          Stopped at {write.time(atMs)}: {reason}. The cell stayed with {nameOf(owner)}; nothing
          that was acknowledged is lost.
        </p>
      </Notice>
    );
  }
  const paused = pause === null ? UNKNOWN : `${write.count(pause.pauseMs)} ms`;
  return (
    <Notice>
      <p>
        {nameOf(handover.target)} has had the cell since {write.time(atMs)}. Writes waited for{' '}
        {paused}.
      </p>
      {certificate?.isMade === true ? (
        <p>
          <a href={`/v1/handovers/${certificate.handover}/certificate`}>The certificate</a> is
          signed by both operators and the registrar.
        </p>
      ) : (
        <p>The certificate is not complete yet: {certificate?.detail ?? UNKNOWN}.</p>
      )}
    </Notice>
  );
}
