// What happens to the file of a draft, in words, bytes and stages, and what can be done about it.

import { useEffect, useState, useSyncExternalStore } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { writeBytes, writePercent } from '../app/formats.ts';
import { useLocale } from '../app/i18n.ts';
import { Icon } from '../ui/icon.tsx';
import { Notice } from '../ui/notice.tsx';
import { FileButton } from '../ui/file-button.tsx';
import { DropZone, VIDEO_FILES } from './drop-zone.tsx';
import { PartForm } from './part-form.tsx';
import type { Problem, Upload, UploadEvent, Wanted } from './upload-machine.ts';
import type { UploadRunner } from './upload-runner.ts';
import type { UploadWords } from './words.ts';

type StatusProps = Readonly<{
  t: UploadWords;
  runner: UploadRunner;
  onFile: (file: File) => void;
}>;

const LEFT_EVERY_MS = 1_000;
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

export function useUpload(runner: UploadRunner): Upload {
  return useSyncExternalStore(runner.subscribe, runner.now);
}

export function UploadStatus({ t, runner, onFile }: StatusProps): ReactElement {
  const upload = useUpload(runner);
  const { tell } = runner;
  return (
    <div className="upload-status" data-kind={upload.kind}>
      <Stages t={t} upload={upload} />
      {/* Bytes change too often to be read out; what is said is the kind of state. */}
      <div role="status" className="unseen">
        {spoken(t, upload)}
      </div>
      <StateBody {...{ t, upload, tell, runner, onFile }} />
    </div>
  );
}

function spoken(t: UploadWords, upload: Upload): string {
  switch (upload.kind) {
    case 'checking':
      return t('checking.text');
    case 'ready':
      return t('ready.text');
    case 'refused':
      return t('refused.title');
    case 'uploading':
      return t('stage.send');
    default:
      return '';
  }
}

const STAGES = ['send', 'check', 'ready'] as const;

function stageOf(upload: Upload): number {
  if (upload.kind === 'ready') return STAGES.length;
  return upload.kind === 'checking' ? 1 : 0;
}

function Stages({ t, upload }: Readonly<{ t: UploadWords; upload: Upload }>): ReactElement {
  const at = stageOf(upload);
  return (
    <ol className="stages" aria-label={t('stage.label')}>
      {STAGES.map((stage, index) => (
        <li
          key={stage}
          data-done={index < at}
          aria-current={index === at && upload.kind !== 'idle' ? 'step' : undefined}
        >
          <span className="stage-mark">{index < at && <Icon name="check" />}</span>
          {t(`stage.${stage}`)}
        </li>
      ))}
    </ol>
  );
}

type BodyProps = StatusProps & Readonly<{ upload: Upload; tell: (event: UploadEvent) => void }>;

function StateBody(props: BodyProps): ReactElement {
  const { t, upload, tell, onFile } = props;
  switch (upload.kind) {
    case 'idle':
      return <DropZone t={t} label={t('drop.pick')} onFile={onFile} />;
    case 'probing':
      return (
        <p className="upload-line">
          <bdi>{t('probing.text', { name: upload.file.name })}</bdi>
        </p>
      );
    case 'choosing':
      return <PartForm t={t} upload={upload} tell={tell} />;
    case 'preparing':
      return <Preparing {...props} upload={upload} />;
    case 'uploading':
    case 'waiting':
    case 'paused':
      return <Moving {...props} upload={upload} />;
    case 'needs-file':
      return <NeedsFile {...props} upload={upload} />;
    case 'checking':
      return (
        <>
          <Bar label={t('sending.label')} part={1} />
          <p className="upload-line">{t('checking.text')}</p>
        </>
      );
    case 'ready':
      return (
        <>
          <p className="upload-line">{t('ready.text')}</p>
          <Actions>
            {upload.probe !== null && <Trim t={t} tell={tell} />}
            <FileButton accept={VIDEO_FILES} label={t('drop.again')} onFile={onFile} />
            <Cancel t={t} tell={tell} />
          </Actions>
        </>
      );
    case 'refused':
      return <Refused {...props} upload={upload} />;
    case 'failed':
      return <Failed {...props} upload={upload} />;
  }
}

type In<Kind extends Upload['kind']> = BodyProps &
  Readonly<{ upload: Extract<Upload, { kind: Kind }> }>;

function Preparing({ t, upload, tell }: In<'preparing'>): ReactElement {
  return (
    <>
      <Bar label={t('preparing.label')} part={upload.part} />
      <p className="upload-line">{t('preparing.text', { part: writePercent(upload.part) })}</p>
      <p className="small soft">{t('preparing.note')}</p>
      <Actions>
        <Cancel t={t} tell={tell} />
      </Actions>
    </>
  );
}

function Refused({ t, upload, onFile }: In<'refused'>): ReactElement {
  return (
    <>
      <Notice tone="bad">
        <p>
          <strong>{t('refused.title')}</strong>
        </p>
        <p>{refusalText(t, upload.problem)}</p>
        <p>{t('refused.kept')}</p>
      </Notice>
      <DropZone t={t} label={t('drop.again')} onFile={onFile} />
    </>
  );
}

function Failed({ t, upload, tell, onFile }: In<'failed'>): ReactElement {
  return (
    <>
      <Notice tone="bad">
        <p>{t('failed.text', { why: failureText(t, upload.problem) })}</p>
      </Notice>
      <Actions>
        <button
          className="button"
          data-kind="main"
          type="button"
          onClick={() => tell({ kind: 'resume' })}
        >
          {t('failed.again')}
        </button>
        <FileButton accept={VIDEO_FILES} label={t('drop.again')} onFile={onFile} />
        <Cancel t={t} tell={tell} />
      </Actions>
    </>
  );
}

type MovingState = Extract<Upload, { kind: 'uploading' | 'waiting' | 'paused' }>;

function Moving({
  t,
  upload,
  tell,
  runner,
}: BodyProps & Readonly<{ upload: MovingState }>): ReactElement {
  const left = useTimeLeft(runner);
  const sent = writeBytes(upload.sent);
  const total = writeBytes(upload.total);
  const words = {
    uploading: () => t('sending.text', { sent, total }),
    waiting: () =>
      t(upload.kind === 'waiting' && upload.offline ? 'waiting.offline' : 'waiting.cut', { sent }),
    paused: () => t('paused.text', { sent, total }),
  }[upload.kind]();
  return (
    <>
      <Bar label={t('sending.label')} part={upload.total === 0 ? 0 : upload.sent / upload.total} />
      <p className="upload-line">
        <span className="digits">{words}</span>
        {left !== null && <span className="soft">{t('sending.left', { left })}</span>}
      </p>
      <Actions>
        {upload.kind === 'uploading' && (
          <button className="button" type="button" onClick={() => tell({ kind: 'pause' })}>
            <Icon name="pause" />
            {t('action.pause')}
          </button>
        )}
        {upload.kind !== 'uploading' && (
          <button
            className="button"
            data-kind="main"
            type="button"
            onClick={() => tell({ kind: 'resume' })}
          >
            <Icon name="play" />
            {t(upload.kind === 'waiting' ? 'waiting.now' : 'action.resume')}
          </button>
        )}
        {upload.probe !== null && <Trim t={t} tell={tell} />}
        <Cancel t={t} tell={tell} />
      </Actions>
    </>
  );
}

/** The time left in words, looked at each second; `null` while nobody can say. */
function useTimeLeft(runner: UploadRunner): string | null {
  const locale = useLocale();
  const [leftMs, setLeftMs] = useState<number | null>(null);
  useEffect(() => {
    const timer = setInterval(() => setLeftMs(runner.timeLeftMs()), LEFT_EVERY_MS);
    return () => clearInterval(timer);
  }, [runner]);
  if (leftMs === null) return null;
  const isShort = leftMs < MINUTE_MS;
  const amount = Math.max(1, Math.round(leftMs / (isShort ? SECOND_MS : MINUTE_MS)));
  const unit = isShort ? 'second' : 'minute';
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(amount);
}

function NeedsFile(
  props: BodyProps & Readonly<{ upload: Extract<Upload, { kind: 'needs-file' }> }>,
): ReactElement {
  const { t, upload, tell, onFile } = props;
  const { wanted, other } = upload;
  return (
    <>
      <Bar label={t('sending.label')} part={upload.total === 0 ? 0 : upload.sent / upload.total} />
      <p className="upload-line digits">
        {t('need.text', { sent: writeBytes(upload.sent), total: writeBytes(upload.total) })}
      </p>
      <p>
        <bdi>{wantedText(t, wanted)}</bdi>
      </p>
      {other !== null && (
        <Notice tone="warn">
          <p>
            <bdi>{t('need.other', { name: other.name })}</bdi>
          </p>
          <div>
            <button className="button" type="button" onClick={() => tell({ kind: 'replace' })}>
              {t('need.replace')}
            </button>
          </div>
        </Notice>
      )}
      <Actions>
        <FileButton accept={VIDEO_FILES} label={t('need.pick')} onFile={onFile} isMain />
        <Cancel t={t} tell={tell} />
      </Actions>
      <p className="small soft">{t('need.why')}</p>
    </>
  );
}

function wantedText(t: UploadWords, wanted: Wanted | null): string {
  if (wanted === null) return t('need.unnamed');
  const { name, madeFrom } = wanted;
  return madeFrom === undefined ? t('need.named', { name }) : t('need.made', { name: madeFrom });
}

function Bar({ label, part }: Readonly<{ label: string; part: number }>): ReactElement {
  const hundredths = Math.floor(Math.min(1, part) * 100);
  return (
    <div
      className="bar"
      role="progressbar"
      aria-label={label}
      aria-valuenow={hundredths}
      aria-valuetext={writePercent(hundredths / 100)}
    >
      <span style={{ inlineSize: `${hundredths}%` }} />
    </div>
  );
}

function Actions({ children }: Readonly<{ children: ReactNode }>): ReactElement {
  return <div className="row">{children}</div>;
}

type ActionProps = Readonly<{ t: UploadWords; tell: (event: UploadEvent) => void }>;

function Cancel({ t, tell }: ActionProps): ReactElement {
  return (
    <button
      className="button"
      data-kind="quiet"
      type="button"
      onClick={() => tell({ kind: 'cancel' })}
    >
      {t('action.cancel')}
    </button>
  );
}

function Trim({ t, tell }: ActionProps): ReactElement {
  return (
    <button className="button" type="button" onClick={() => tell({ kind: 'choose' })}>
      {t('action.trim')}
    </button>
  );
}

const REFUSALS = [
  'empty',
  'not-a-video',
  'truncated',
  'no-video-track',
  'too-long',
  'too-large',
  'codec-unsupported',
] as const;

function refusalText(t: UploadWords, { code, detail }: Problem): string {
  const known = REFUSALS.find((one) => one === code);
  return known === undefined
    ? t('refused.other', { detail: detail ?? code })
    : t(`refused.${known}`);
}

const FAILURES = [
  'page-fault',
  'signed-out',
  'cancelled',
  'encode-failed',
  'cannot-encode',
] as const;

function failureText(t: UploadWords, { code, detail }: Problem): string {
  const known = FAILURES.find((one) => one === code);
  return known === undefined ? t('failed.other', { detail: detail ?? code }) : t(`failed.${known}`);
}
