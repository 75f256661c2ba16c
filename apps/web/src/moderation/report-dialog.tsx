// The form to report something. Other pages open it: `<ReportDialog target={…} onClose={…} />`.

import { useId, useRef, useState } from 'react';
import type { ReactElement, RefObject, SubmitEvent } from 'react';
import { AppLink } from '../app/app-link.tsx';
import { ask } from '../app/ask.ts';
import type { Trouble } from '../app/ask.ts';
import { writeTime } from '../app/formats.ts';
import { useWords } from '../app/i18n.ts';
import { TroubleText } from '../app/page.tsx';
import { fieldsOf, textOf, timeOf } from '../app/parse.ts';
import { Dialog } from '../ui/dialog.tsx';
import '../ui/forms.css';
import './moderation.css';
import { REASONS } from './wire.ts';
import type { Reason, ThingKind } from './wire.ts';
import { moderationArea } from './words.ts';
import type { ModerationWords } from './words.ts';

type ReportDialogProps = Readonly<{
  target: Readonly<{ kind: ThingKind; id: string }>;
  onClose: () => void;
}>;

type Receipt = Readonly<{ id: string; receivedAt: string }>;

const NOTE_CHARS_MAX = 1_000;

function parseReceipt(value: unknown): Receipt | undefined {
  const fields = fieldsOf(value);
  const id = textOf(fields['id']);
  const receivedAt = timeOf(fields['receivedAt']);
  return id === undefined || receivedAt === undefined ? undefined : { id, receivedAt };
}

export function ReportDialog({ target, onClose }: ReportDialogProps): ReactElement {
  const t = useWords(moderationArea);
  const [receipt, setReceipt] = useState<Receipt | null>(null);
  return (
    <Dialog title={t(`report.${target.kind}`)} onClose={onClose}>
      {receipt === null ? (
        <ReportForm t={t} target={target} onDone={setReceipt} onClose={onClose} />
      ) : (
        <div className="stack" role="status">
          <p>
            <strong>{t('report.done')}</strong>
          </p>
          <p className="soft">
            {t('report.receipt', { id: receipt.id, time: writeTime(receipt.receivedAt) })}
          </p>
          <div className="row">
            <button className="button" data-kind="main" type="button" onClick={onClose}>
              {t('report.close')}
            </button>
            <AppLink className="button" to="/reports" onClick={onClose}>
              {t('report.mine')}
            </AppLink>
          </div>
        </div>
      )}
    </Dialog>
  );
}

type FormProps = ReportDialogProps &
  Readonly<{ t: ModerationWords; onDone: (receipt: Receipt) => void }>;

function ReportForm({ t, target, onDone, onClose }: FormProps): ReactElement {
  const id = useId();
  const first = useRef<HTMLInputElement>(null);
  const [reason, setReason] = useState<Reason | null>(null);
  const [note, setNote] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const [fault, setFault] = useState<Trouble | 'choose' | null>(null);
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (reason === null) {
      setFault('choose');
      first.current?.focus();
      return;
    }
    setIsBusy(true);
    const body = { target, reason, note: note.trim() };
    const answer = await ask('/v1/reports', parseReceipt, { method: 'POST', body });
    setIsBusy(false);
    if (answer.kind === 'ok') onDone(answer.value);
    else setFault(answer);
  };
  return (
    <form className="stack" onSubmit={(event) => void send(event)}>
      <ReasonsField
        t={t}
        chosen={reason}
        firstRef={first}
        onChoose={(chosen) => {
          setReason(chosen);
          setFault(null);
        }}
      />
      <div className="field">
        <label htmlFor={`${id}-note`}>{t('report.note')}</label>
        <textarea
          id={`${id}-note`}
          dir="auto"
          rows={3}
          maxLength={NOTE_CHARS_MAX}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
      </div>
      <div className="notice">
        <p>
          <strong>{t('report.next')}</strong>
        </p>
        <p className="small">{t('report.next1')}</p>
        <p className="small">{t('report.next2')}</p>
      </div>
      {fault !== null && (
        <p className="field-fault" role="alert">
          {fault === 'choose' ? t('report.choose') : <SendFault t={t} trouble={fault} />}
        </p>
      )}
      <div className="row">
        <button className="button" data-kind="main" type="submit" disabled={isBusy}>
          {t(isBusy ? 'report.sending' : 'report.send')}
        </button>
        <button className="button" type="button" onClick={onClose}>
          {t('report.leave')}
        </button>
      </div>
    </form>
  );
}

type ReasonsProps = Readonly<{
  t: ModerationWords;
  chosen: Reason | null;
  firstRef: RefObject<HTMLInputElement | null>;
  onChoose: (reason: Reason) => void;
}>;

function ReasonsField({ t, chosen, firstRef, onChoose }: ReasonsProps): ReactElement {
  const name = useId();
  return (
    <fieldset className="reasons">
      <legend>{t('report.why')}</legend>
      {REASONS.map((one, index) => (
        <label key={one} className="check">
          <input
            ref={index === 0 ? firstRef : undefined}
            type="radio"
            name={name}
            checked={chosen === one}
            onChange={() => onChoose(one)}
          />
          <span>{t(`reason.${one}`)}</span>
        </label>
      ))}
    </fieldset>
  );
}

function SendFault({
  t,
  trouble,
}: Readonly<{ t: ModerationWords; trouble: Trouble }>): ReactElement {
  if (trouble.kind === 'problem' && trouble.problem.status === 401) {
    return (
      <>
        {t('report.signIn')} {/* In another tab, as what is written here would be gone. */}
        <a href="/sign-in" target="_blank" rel="noreferrer">
          {t('signIn.do')}
        </a>
      </>
    );
  }
  return (
    <>
      {t('report.failed')} <TroubleText trouble={trouble} />
    </>
  );
}
