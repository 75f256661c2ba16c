// The two decisions in a hand-over: to let it cut, and to stop it.

import { useMutation } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useState } from 'react';
import { APPROVALS_NEEDED } from '@holdfast/protocol/console.ts';
import type { ConsoleLive, ConsoleStatus } from '@holdfast/protocol/console.ts';
import { abort, approve } from './api.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { ConsoleFault } from './console-fault.ts';
import { keptPerson } from './person-key.ts';
import { nameOf } from './words.ts';

type DecisionProps = Readonly<{
  live: ConsoleLive & Readonly<{ status: ConsoleStatus }>;
  onDone: () => void;
  onClose: () => void;
}>;

export function ApproveDialog({ live, onDone, onClose }: DecisionProps): ReactElement {
  // What is signed is what was on the screen when the dialog was opened.
  const [{ status, session, approvals }] = useState(live);
  const { handover, cell, party, epoch } = status;
  const approving = useMutation({
    mutationFn: async () => {
      const person = await keptPerson(cell);
      if (person?.name !== session.name || person.key.keyId !== session.keyId) {
        const text = 'Your key is no longer in this browser. Nothing was done. Sign in again.';
        throw new ConsoleFault('no-keys', text);
      }
      await approve(status, session.name, person.key);
    },
    onSuccess: onDone,
  });
  const isLast = approvals.persons.length + 1 >= APPROVALS_NEEDED;
  return (
    <ConfirmDialog
      title="Approve the cut"
      confirm="Sign the approval"
      isBusy={approving.isPending}
      error={approving.error}
      onConfirm={() => approving.mutate()}
      onClose={onClose}
    >
      <p>
        {isLast
          ? 'Yours is the second approval. The cut follows at once, as soon as every gate is green: ' +
            'writes wait for less than a second, reads go on, and the other party owns the cell.'
          : 'Yours is the first approval. Nothing happens until a second person approves too.'}
      </p>
      <dl className="facts console-signing">
        <div>
          <dt>Cell</dt>
          <dd>
            {cell}, epoch {epoch}
          </dd>
        </div>
        <div>
          <dt>Hand-over</dt>
          <dd className="mono">{handover?.id}</dd>
        </div>
        <div>
          <dt>From</dt>
          <dd>{nameOf(party)}</dd>
        </div>
        <div>
          <dt>To</dt>
          <dd>{nameOf(handover?.target ?? null)}</dd>
        </div>
      </dl>
      <p className="small soft">
        Your browser signs exactly this with your key. It is good for 15 minutes, and ends when a
        gate goes red.
      </p>
    </ConfirmDialog>
  );
}

export function AbortDialog({ live, onDone, onClose }: DecisionProps): ReactElement {
  const [reason, setReason] = useState('');
  const [{ status }] = useState(live);
  const { handover } = status;
  const stopping = useMutation({
    mutationFn: () => abort(handover?.id ?? '', reason),
    onSuccess: onDone,
  });
  return (
    <ConfirmDialog
      title="Stop the hand-over"
      confirm="Stop it"
      tone="bad"
      isBusy={stopping.isPending}
      error={stopping.error}
      onConfirm={() => stopping.mutate()}
      onClose={onClose}
    >
      <p>
        The cell stays with {nameOf(status.owner)}. Nothing that was acknowledged is lost. The copy
        at {nameOf(handover?.target ?? null)} stays there until its operator removes it.
      </p>
      <div className="field">
        <label htmlFor="abort-reason">Why</label>
        <input
          id="abort-reason"
          maxLength={200}
          aria-describedby="abort-help"
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        <p id="abort-help" className="small soft">
          It may go into the charter, which everybody can read. Leave names of people out.
        </p>
      </div>
    </ConfirmDialog>
  );
}
