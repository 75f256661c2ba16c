import type { ReactElement } from 'react';
import { PAUSE_MS_AIM, PAUSE_MS_MAX } from '@holdfast/protocol/console.ts';
import type { ConsoleStatus } from '@holdfast/protocol/console.ts';
import { UNKNOWN, write } from '../ui/text.ts';
import { bytesLeftOf, durationText, heldBackText, paceText } from './words.ts';

/** How far it is, how far behind the follower is, and how long writes have waited. */
export function Progress({ status }: Readonly<{ status: ConsoleStatus }>): ReactElement {
  const { progress, lag, pause } = status;
  const { batchesLeft, leftMs, pace } = progress;
  const isCopying = status.state === 'seeding';
  return (
    <section className="card console-progress" aria-label="Progress">
      {isCopying && <CopyBar progress={progress} />}
      <dl className="facts">
        <div>
          <dt>{isCopying ? 'Left to copy, about' : 'Batches to go'}</dt>
          <dd className="digits">
            {isCopying ? write.bytes(bytesLeftOf(progress)) : write.count(batchesLeft)}
          </dd>
        </div>
        <div>
          <dt>Time left, about</dt>
          <dd>{batchesLeft === 0 ? 'none' : durationText(leftMs)}</dd>
        </div>
        <div>
          <dt>Pace</dt>
          <dd>{paceText(pace)}</dd>
        </div>
        <div>
          <dt>Lag</dt>
          <dd className="digits">
            {lag.kind === 'known' ? `${write.count(lag.lagMs)} ms, ${lag.trend}` : UNKNOWN}
            {lag.kind === 'unknown' && <p className="small soft">{lag.reason}</p>}
          </dd>
        </div>
        <div>
          <dt>Writes waited</dt>
          <dd className="digits">
            {pause === null ? UNKNOWN : `${write.count(pause.pauseMs)} ms`}
            <PauseBar pauseMs={pause?.pauseMs ?? null} />
          </dd>
        </div>
      </dl>
    </section>
  );
}

function CopyBar({ progress }: Pick<ConsoleStatus, 'progress'>): ReactElement {
  const { copying } = progress;
  const heldBack = heldBackText(progress);
  const size =
    copying === null
      ? UNKNOWN
      : `${write.bytes(copying.bytes)} of ${write.bytes(copying.bytesTotal)}`;
  const speed =
    copying === null || copying.bytesPerSecond === null
      ? ''
      : `, ${write.bytes(copying.bytesPerSecond)} a second`;
  return (
    <div className="stack console-copy">
      <progress
        aria-label="Copied"
        max={copying?.bytesTotal ?? 1}
        {...(copying !== null && { value: copying.bytes })}
      />
      <p className="digits">
        {size}
        {speed}
      </p>
      {heldBack !== undefined && (
        <p>
          <strong>Held back:</strong> {heldBack}
        </p>
      )}
    </div>
  );
}

/** The pause against what is aimed at and what stops it. */
function PauseBar({ pauseMs }: Readonly<{ pauseMs: number | null }>): ReactElement {
  const share = Math.min(1, (pauseMs ?? 0) / PAUSE_MS_MAX);
  return (
    <>
      <svg
        className="console-pause"
        viewBox="0 0 900 12"
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <rect className="console-pause-rest" width="900" height="12" />
        <rect
          className="console-pause-used"
          width={share * PAUSE_MS_MAX}
          height="12"
          data-over={pauseMs !== null && pauseMs > PAUSE_MS_AIM}
        />
        <path d={`M${PAUSE_MS_AIM} 0v12`} />
      </svg>
      <p className="small soft">
        Aim {PAUSE_MS_AIM} ms; at {PAUSE_MS_MAX} ms it is stopped.
      </p>
    </>
  );
}
