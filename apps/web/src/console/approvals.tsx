import type { ReactElement } from 'react';
import { APPROVAL_MS_MAX, APPROVALS_NEEDED } from '@holdfast/protocol/console.ts';
import type { ConsoleLive, ConsoleStatus } from '@holdfast/protocol/console.ts';
import { Chip } from '../ui/chip.tsx';
import { Section } from '../ui/section.tsx';
import { write } from '../ui/text.ts';
import { approvalText, durationText, isRunning } from './words.ts';

type ApprovalsProps = Readonly<{ live: ConsoleLive & Readonly<{ status: ConsoleStatus }> }>;

/** Who approved the cut; nothing where none has to be approved. */
export function Approvals({ live }: ApprovalsProps): ReactElement | null {
  const { status, approvals, nowMs } = live;
  const { persons, byOperatorKey } = approvals;
  const isPast = !isRunning(status);
  if (status.handover?.mode !== 'approve') return null;
  if (isPast && persons.length === 0 && !byOperatorKey) return null;
  const isEnough = byOperatorKey || persons.length >= APPROVALS_NEEDED;
  return (
    <Section
      title="Approval of the cut"
      intro={
        isRunning(status)
          ? 'Two different persons have to approve. An approval is a signature by the person’s own ' +
            'key under this very cut; it lapses after 15 minutes, or when a gate goes red.'
          : 'Who let it cut.'
      }
    >
      <div className="card stack">
        <p className="row" role="status">
          <Chip tone={isEnough ? 'good' : 'idle'}>
            {isEnough ? 'approved' : `${persons.length} of ${APPROVALS_NEEDED}`}
          </Chip>
          <span>{approvalText(approvals, isPast)}</span>
        </p>
        {persons.length > 0 && (
          <ul className="console-persons">
            {persons.map(({ name, atMs }) => (
              <li key={name}>
                <strong>{name}</strong>{' '}
                <span className="soft">
                  at {write.time(atMs)}
                  {!isPast && `, good for ${durationText(atMs + APPROVAL_MS_MAX - nowMs)} more`}
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Section>
  );
}
