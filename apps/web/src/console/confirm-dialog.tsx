// A question before something is done: it says what will happen, and the quiet answer is to leave.

import type { ReactElement, ReactNode, SubmitEvent } from 'react';
import { useEffect, useId, useRef } from 'react';
import { Fault } from './fault.tsx';

type ConfirmDialogProps = Readonly<{
  title: string;
  /** What the button does, in two or three words. */
  confirm: string;
  tone?: 'main' | 'bad';
  isBusy: boolean;
  canConfirm?: boolean;
  error: Error | null;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
}>;

export function ConfirmDialog(props: ConfirmDialogProps): ReactElement {
  const { title, confirm, tone = 'main', isBusy, canConfirm = true, error, children } = props;
  const { onConfirm, onClose } = props;
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    // Modal: the rest of the page is out of reach for keyboard and reader alike.
    dialog.current?.showModal();
  }, []);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    onConfirm();
  };
  return (
    <dialog ref={dialog} className="console-dialog" aria-labelledby={id} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <h2 id={id}>{title}</h2>
        {children}
        <Fault error={error} />
        <div className="row console-answers">
          <button className="button" type="button" onClick={() => dialog.current?.close()}>
            Leave it
          </button>
          <button
            className="button"
            data-kind={tone}
            type="submit"
            disabled={isBusy || !canConfirm}
          >
            {confirm}
          </button>
        </div>
      </form>
    </dialog>
  );
}
