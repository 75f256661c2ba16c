// A dialog: the browser's own, so that focus, Escape and what lies behind are its care.

import { useEffect, useId, useRef } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { appArea } from '../app/words.ts';
import { useWords } from '../app/i18n.ts';
import './dialog.css';
import { Icon } from './icon.tsx';

type DialogProps = Readonly<{
  title: string;
  /** A sheet comes from the edge (below on phones, beside on wide screens). */
  kind?: 'panel' | 'sheet';
  onClose: () => void;
  children: ReactNode;
}>;

/** Open for as long as it is drawn. Closing it (Escape, the cross, the ground) calls `onClose`. */
export function Dialog({ title, kind = 'panel', onClose, children }: DialogProps): ReactElement {
  const t = useWords(appArea);
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (element?.open === false) element.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="dialog"
      data-kind={kind}
      aria-labelledby={id}
      closedby="any"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className="dialog-body">
        <div className="dialog-head">
          <h2 id={id}>{title}</h2>
          <button
            className="button"
            data-kind="icon"
            type="button"
            aria-label={t('close')}
            onClick={onClose}
          >
            <Icon name="close" />
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}
