import type { ReactElement } from 'react';
import type { ConsoleLive, ConsoleStatus } from '@holdfast/protocol/console.ts';
import { isOwner, isRunning, whyNotApprove } from './words.ts';

export type Asked = 'start' | 'rollback' | 'approve' | 'abort';

type ActionButtonsProps = Readonly<{
  live: ConsoleLive & Readonly<{ status: ConsoleStatus }>;
  onAsk: (asked: Asked) => void;
}>;

/** What an operator can do now; a decision that cannot be made now says why. */
export function ActionButtons({ live, onAsk }: ActionButtonsProps): ReactElement {
  const { status, approvals, session } = live;
  const button = (asked: Asked, text: string, kind?: 'main' | 'bad'): ReactElement => (
    <button className="button" data-kind={kind} type="button" onClick={() => onAsk(asked)}>
      {text}
    </button>
  );
  if (isRunning(status)) {
    const why = whyNotApprove(status, approvals, session);
    return (
      <div className="row console-actions">
        {why === undefined && button('approve', 'Approve the cut', 'main')}
        {button('abort', 'Stop the hand-over', 'bad')}
        {why !== undefined && <p className="small soft">{why}</p>}
      </div>
    );
  }
  if (!isOwner(status)) {
    return (
      <p className="soft">
        The cell is elsewhere: a hand-over begins at the console of {status.owner?.operator}.
      </p>
    );
  }
  return (
    <div className="row console-actions">
      {button('start', 'Hand over…', 'main')}
      {status.act === 'cede' && button('rollback', 'Give back…')}
    </div>
  );
}
