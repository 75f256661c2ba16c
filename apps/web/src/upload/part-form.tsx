// The choice of a part: from where to where, with the pictures beside it.

import { useId, useRef, useState } from 'react';
import type { ReactElement, SubmitEvent } from 'react';
import { writeBytes, writeDuration } from '../app/formats.ts';
import { Notice } from '../ui/notice.tsx';
import { DURATION_MS_MAX } from './media-limits.ts';
import { useObjectUrl } from './use-object-url.ts';
import type { Need, Range, Upload, UploadEvent } from './upload-machine.ts';
import type { UploadWords } from './words.ts';

type Choosing = Extract<Upload, { kind: 'choosing' }>;

type PartFormProps = Readonly<{
  t: UploadWords;
  upload: Choosing;
  tell: (event: UploadEvent) => void;
}>;

const STEP_MS = 100;
const PART_MS_MIN = 500;

function needText(t: UploadWords, need: Need, { probe, file }: Choosing): string {
  switch (need) {
    case 'too-long':
      return t('choose.too-long', { length: writeDuration(probe.durationMs) });
    case 'too-large':
      return t('choose.too-large', { size: writeBytes(file.bytes) });
    case 'codec': {
      const codecs = [probe.videoCodec, probe.audioCodec].filter((codec) => codec !== null);
      return t('choose.codec', { codec: `${codecs.join(' + ')} (${probe.container})` });
    }
  }
}

export function PartForm({ t, upload, tell }: PartFormProps): ReactElement {
  const { probe, file, needs, canEncode } = upload;
  const wholeMs = probe.durationMs;
  const [range, setRange] = useState({ startMs: 0, endMs: Math.min(wholeMs, DURATION_MS_MAX) });
  const { startMs, endMs } = range;
  const src = useObjectUrl(file.blob);
  const player = useRef<HTMLVideoElement>(null);
  const isTooLong = endMs - startMs > DURATION_MS_MAX;
  const length = { length: writeDuration(endMs - startMs) };
  const move = (change: Partial<Range>, atMs: number): void => {
    setRange({ ...range, ...change });
    if (player.current !== null) player.current.currentTime = atMs / 1_000;
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    tell({ kind: 'prepare', range });
  };
  return (
    <form className="stack" onSubmit={submit}>
      <Why t={t} upload={upload} />
      <video
        ref={player}
        className="part-player"
        src={src}
        muted
        playsInline
        controls
        aria-label={t('preview.label')}
      />
      <Edge
        label={t('choose.start')}
        valueMs={startMs}
        wholeMs={wholeMs}
        onChange={(ms) => move({ startMs: Math.min(ms, endMs - PART_MS_MIN) }, ms)}
      />
      <Edge
        label={t('choose.end')}
        valueMs={endMs}
        wholeMs={wholeMs}
        onChange={(ms) => move({ endMs: Math.max(ms, startMs + PART_MS_MIN) }, ms)}
      />
      <p role="status" className={isTooLong ? 'field-fault' : 'soft'}>
        {t(isTooLong ? 'choose.tooLong' : 'choose.length', length)}
      </p>
      <div className="row">
        <button
          className="button"
          data-kind="main"
          type="submit"
          disabled={isTooLong || !canEncode}
        >
          {t('choose.use')}
        </button>
        {needs.length === 0 && (
          <button className="button" type="button" onClick={() => tell({ kind: 'resume' })}>
            {t('choose.whole')}
          </button>
        )}
        <button
          className="button"
          data-kind="quiet"
          type="button"
          onClick={() => tell({ kind: 'cancel' })}
        >
          {t('action.cancel')}
        </button>
      </div>
    </form>
  );
}

function Why({ t, upload }: Readonly<{ t: UploadWords; upload: Choosing }>): ReactElement {
  return (
    <>
      <h3>{t('choose.title')}</h3>
      {upload.needs.map((need) => (
        <p key={need}>{needText(t, need, upload)}</p>
      ))}
      {upload.needs.length === 0 && <p>{t('choose.free')}</p>}
      {!upload.canEncode && (
        <Notice tone="warn">
          <p>{t('choose.cannot')}</p>
        </Notice>
      )}
    </>
  );
}

type EdgeProps = Readonly<{
  label: string;
  valueMs: number;
  wholeMs: number;
  onChange: (ms: number) => void;
}>;

function Edge({ label, valueMs, wholeMs, onChange }: EdgeProps): ReactElement {
  const id = useId();
  const text = `${writeDuration(valueMs)}.${Math.floor(valueMs / STEP_MS) % 10}`;
  // The label names the slider by its id: one around both would name what is shown beside it.
  return (
    <div className="edge">
      <label htmlFor={id}>{label}</label>
      <output htmlFor={id} className="digits">
        {text}
      </output>
      <input
        id={id}
        type="range"
        min={0}
        max={wholeMs}
        step={STEP_MS}
        value={valueMs}
        aria-valuetext={text}
        onChange={(event) => onChange(event.target.valueAsNumber)}
      />
    </div>
  );
}
