// The hand-over of the cell, live: where it is, what holds it back, who approved, what was done.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useState } from 'react';
import type {
  ConsoleLive,
  ConsoleSample,
  ConsoleSession,
  ConsoleStatus,
} from '@holdfast/protocol/console.ts';
import { Frame } from '../ui/frame.tsx';
import { Notice } from '../ui/notice.tsx';
import { Section } from '../ui/section.tsx';
import { write } from '../ui/text.ts';
import { getLive, signOut } from './api.ts';
import { ActionButtons } from './action-buttons.tsx';
import type { Asked } from './action-buttons.tsx';
import { Approvals } from './approvals.tsx';
import { AuditTrail } from './audit-trail.tsx';
import { ChecksList } from './checks-list.tsx';
import { codeOf } from './console-fault.ts';
import { AbortDialog, ApproveDialog } from './decision-dialogs.tsx';
import { LiveChart } from './live-chart.tsx';
import type { Line } from './live-chart.tsx';
import { LiveSamples } from './live-samples.ts';
import { Outcome } from './outcome.tsx';
import { Progress } from './progress.tsx';
import { StartDialog } from './start-dialog.tsx';
import { Stepper } from './stepper.tsx';
import { isOwner, isRunning, nameOf, partyText, stepOf } from './words.ts';

const LOOK_EVERY_MS = 1_000;
/** From here on the lag gate is red. */
const LAG_MS_MAX = 200;

const LAG_LINES: readonly Line[] = [
  { label: 'Lag', colour: '--accent', valueOf: ({ lagMs }) => lagMs },
];
const OPS_LINES: readonly Line[] = [
  { label: 'Owner', colour: '--accent', valueOf: (sample) => sample.ownerOpsPerSecond },
  {
    label: 'Follower',
    colour: '--good',
    dash: [6, 4],
    valueOf: (sample) => sample.followerOpsPerSecond,
  },
];

type ViewProps = Readonly<{ session: ConsoleSession; onSignedOut: () => void }>;
type Shown = Readonly<{ live: ConsoleLive; samples: readonly ConsoleSample[] }>;

export function HandoverView({ session, onSignedOut }: ViewProps): ReactElement {
  const [history] = useState(() => new LiveSamples());
  const live = useQuery({
    queryKey: ['console', 'live'],
    queryFn: async (): Promise<Shown> => {
      const now = await getLive(history.after);
      return { live: now, samples: history.take(now.history) };
    },
    refetchInterval: LOOK_EVERY_MS,
    refetchIntervalInBackground: true,
    retry: false,
  });
  const isOut = codeOf(live.error) === 'console-signed-out';
  const leave = (): void => {
    // The cookie may be gone already; out is out either way.
    void signOut().then(onSignedOut, onSignedOut);
  };
  return (
    <Frame
      title="Console"
      nav={
        <li className="row">
          <span className="small soft console-who">
            {session.name}, {session.role}
          </span>
          <button className="button" type="button" onClick={leave}>
            Sign out
          </button>
        </li>
      }
      foot={
        <p>
          You are {session.name}, {session.role}. What is done here is kept by name in the audit of
          this cell. The operator’s key at the command line is above the console.
        </p>
      }
    >
      {live.error !== null && (
        <Notice tone="bad">
          <p>
            {isOut ? 'You are signed out, or your access was taken away.' : live.error.message}{' '}
            {live.data !== undefined &&
              `What you see is as of ${write.time(live.data.live.nowMs)}.`}
          </p>
          {isOut && (
            <button className="button" type="button" onClick={onSignedOut}>
              To the door
            </button>
          )}
        </Notice>
      )}
      {live.data === undefined ? (
        live.error === null && <p role="status">Asking the cell…</p>
      ) : (
        <Board {...live.data} />
      )}
    </Frame>
  );
}

function Board({ live, samples }: Shown): ReactElement {
  const { status } = live;
  if (status === null) {
    return (
      <>
        <h1>Cell {live.session.cell}</h1>
        <Notice tone="warn">
          <p>This party has not begun: it waits for the registrar. This page goes on by itself.</p>
        </Notice>
      </>
    );
  }
  return (
    <>
      <Head live={{ ...live, status }} />
      {(isRunning(status) || stepOf(status) >= 0) && <Stepper status={status} />}
      {isRunning(status) && <Progress status={status} />}
      <Approvals live={{ ...live, status }} />
      {status.gates.length > 0 && isRunning(status) && (
        <Section title="Gates" intro="All of them have to be green before the cut.">
          <ChecksList checks={status.gates} />
        </Section>
      )}
      <Section title="The last ten minutes">
        <div className="console-charts">
          <LiveChart title="Lag" unit="ms" lines={LAG_LINES} limit={LAG_MS_MAX} samples={samples} />
          <LiveChart title="Ops" unit="a second" lines={OPS_LINES} samples={samples} />
        </div>
      </Section>
      <AuditTrail />
    </>
  );
}

function Head({
  live,
}: Readonly<{ live: ConsoleLive & Readonly<{ status: ConsoleStatus }> }>): ReactElement {
  const queries = useQueryClient();
  const [asked, setAsked] = useState<Asked>();
  const { status, session } = live;
  const close = (): void => setAsked(undefined);
  const done = (): void => {
    close();
    void queries.invalidateQueries({ queryKey: ['console'] });
  };
  return (
    <div className="page-head console-head">
      <p className="eyebrow">
        Cell {status.cell} · epoch {status.epoch} · owned by {nameOf(status.owner)}
      </p>
      <h1>{titleOf(status)}</h1>
      <p className="lead">
        This party is {nameOf(status.party)}: it {partyText(status)}.
      </p>
      <Outcome status={status} />
      {session.role === 'operator' ? (
        <ActionButtons live={live} onAsk={setAsked} />
      ) : (
        <p className="soft">You may look: your role is viewer.</p>
      )}
      {(asked === 'start' || asked === 'rollback') && (
        <StartDialog cell={status.cell} kind={asked} onDone={done} onClose={close} />
      )}
      {asked === 'approve' && <ApproveDialog live={live} onDone={done} onClose={close} />}
      {asked === 'abort' && <AbortDialog live={live} onDone={done} onClose={close} />}
    </div>
  );
}

function titleOf(status: ConsoleStatus): string {
  const { handover, state } = status;
  if (isRunning(status)) {
    const to = nameOf(handover?.target ?? null);
    return state === 'joint' ? `Ready to cut to ${to}` : `Handing over to ${to}`;
  }
  if (stepOf(status) >= 0) return `Handed over to ${nameOf(handover?.target ?? null)}`;
  if (!isOwner(status)) return `The cell is with ${nameOf(status.owner)}`;
  return handover?.ended?.outcome === 'aborted' ? 'Hand-over stopped' : 'No hand-over runs';
}
