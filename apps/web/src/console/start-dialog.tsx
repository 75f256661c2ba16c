// Begins a hand-over, or the way back: looks first, shows what it found, and only then offers to
// begin.

import { useMutation } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useState } from 'react';
import type { ConsoleStarted, PreflightCheck } from '@holdfast/protocol/console.ts';
import { rollback, start } from './api.ts';
import { ChecksList } from './checks-list.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { ConsoleFault } from './console-fault.ts';

type StartDialogProps = Readonly<{
  cell: string;
  /** The way back has its target already. */
  kind: 'start' | 'rollback';
  onDone: () => void;
  onClose: () => void;
}>;

export function StartDialog({ cell, kind, onDone, onClose }: StartDialogProps): ReactElement {
  const [url, setUrl] = useState('');
  const ask = (dryRun: boolean): Promise<ConsoleStarted> =>
    kind === 'start' ? start(url.trim(), dryRun) : rollback(dryRun);
  const looking = useMutation({ mutationFn: () => ask(true) });
  const starting = useMutation({ mutationFn: () => ask(false), onSuccess: onDone });
  const found = looking.data?.kind === 'dry-run' ? looking.data : undefined;
  const fits = found?.fits === true;
  const error = starting.error ?? looking.error;
  return (
    <ConfirmDialog
      title={kind === 'start' ? `Hand over the cell ${cell}` : `Give the cell ${cell} back`}
      confirm={fits ? 'Begin the hand-over' : 'Look first, change nothing'}
      isBusy={looking.isPending || starting.isPending}
      error={error}
      onConfirm={() => (fits ? starting.mutate() : looking.mutate())}
      onClose={onClose}
    >
      {kind === 'start' ? (
        <div className="field">
          <label htmlFor="start-url">Address of the party that is to have it</label>
          <input
            id="start-url"
            type="url"
            inputMode="url"
            placeholder="https://us.south.example"
            maxLength={300}
            required
            value={url}
            readOnly={starting.isPending}
            onChange={(event) => {
              setUrl(event.target.value);
              // What was found out is of another address.
              looking.reset();
            }}
          />
        </div>
      ) : (
        <p>The party that had the cell before has kept its copy, so no data is copied again.</p>
      )}
      <div role="status" className="stack">
        {looking.isPending && <p>Asking the other party…</p>}
        {found !== undefined && <Found {...found} />}
        {error instanceof ConsoleFault && error.checks.length > 0 && (
          <ChecksList checks={error.checks} />
        )}
      </div>
    </ConfirmDialog>
  );
}

function Found({
  fits,
  checks,
  steps,
}: Readonly<{
  fits: boolean;
  checks: readonly PreflightCheck[];
  steps: readonly string[];
}>): ReactElement {
  return (
    <>
      <h3>
        {fits ? 'It fits. This is what will happen:' : 'It does not fit. Nothing was changed.'}
      </h3>
      {steps.length > 0 && (
        <ol className="console-steps-planned">
          {steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      )}
      <ChecksList checks={checks} />
    </>
  );
}
