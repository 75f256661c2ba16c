// Captions line by line beside the video, which shows them as they are written (UF14).

import { useEffect, useId, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import { writeDuration } from '../../app/formats.ts';
import { useLocale } from '../../app/i18n.ts';
import { Icon } from '../../ui/icon.tsx';
import type { UploadWords } from '../words.ts';
import {
  addLine,
  canKeep,
  changeLine,
  cuesOf,
  faultsOf,
  inOrder,
  removeLine,
} from './caption-model.ts';
import type { CaptionLine, LineFault } from './caption-model.ts';
import { languageName } from './language-name.ts';
import { timeIn } from './webvtt.ts';
import type { Cue } from './webvtt.ts';

const LANGUAGES = [
  ...['ar', 'bn', 'de', 'en', 'es', 'fa', 'fr', 'he', 'hi', 'id', 'it', 'ja', 'ko', 'nl', 'pl'],
  ...['pt', 'ru', 'sw', 'th', 'tr', 'uk', 'ur', 'vi', 'zh'],
];

type EditorProps = Readonly<{
  t: UploadWords;
  src: string | undefined;
  durationMs: number | null;
  language: string;
  lines: readonly CaptionLine[];
  onKeep: (language: string, cues: readonly Cue[]) => Promise<void>;
  onCancel: () => void;
}>;

/** Shows the lines on the video as its own captions. */
function useCuesOn(player: HTMLVideoElement | null, lines: readonly CaptionLine[]): void {
  const track = useRef<TextTrack | null>(null);
  useEffect(() => {
    if (player === null) return;
    track.current ??= player.addTextTrack('captions');
    const shown = track.current;
    shown.mode = 'showing';
    for (const cue of [...(shown.cues ?? [])]) shown.removeCue(cue);
    for (const cue of cuesOf(lines)) {
      shown.addCue(new VTTCue(cue.startMs / 1_000, cue.endMs / 1_000, cue.text));
    }
  }, [player, lines]);
}

export function CaptionEditor(props: EditorProps): ReactElement {
  const { t, src, durationMs, onKeep, onCancel } = props;
  const [player, setPlayer] = useState<HTMLVideoElement | null>(null);
  const [language, setLanguage] = useState(props.language);
  const [lines, setLines] = useState(props.lines);
  const [atMs, setAtMs] = useState(0);
  const [isBusy, setIsBusy] = useState(false);
  useCuesOn(player, lines);
  const faults = faultsOf(lines, durationMs);
  const keep = async (): Promise<void> => {
    setIsBusy(true);
    await onKeep(language, cuesOf(lines));
    setIsBusy(false);
  };
  return (
    <div className="caption-editor">
      <PlayerSide {...{ t, src, language }} {...{ setPlayer, setLanguage, setAtMs }} />
      <div className="stack">
        {lines.length === 0 && <p className="soft">{t('captions.empty')}</p>}
        <ol className="caption-lines">
          {lines.map((line, index) => (
            <Line
              key={line.key}
              {...{ t, line, number: index + 1, fault: faults.get(line.key) }}
              onChange={(change) => setLines((now) => changeLine(now, line.key, change))}
              onSettle={() => setLines(inOrder)}
              onRemove={() => setLines((now) => removeLine(now, line.key))}
              onShow={() => {
                const ms = timeIn(line.start);
                if (ms !== null) seek(player, ms);
              }}
            />
          ))}
        </ol>
        <div className="row">
          <button
            className="button"
            type="button"
            onClick={() => setLines((now) => addLine(now, Math.round(atMs), durationMs ?? 0))}
          >
            <Icon name="plus" />
            {t('captions.addLine', { time: writeDuration(atMs) })}
          </button>
        </div>
        <div className="row">
          <button
            className="button"
            data-kind="main"
            type="button"
            disabled={isBusy || lines.length === 0 || !canKeep(faults)}
            onClick={() => void keep()}
          >
            {t('captions.keep')}
          </button>
          <button className="button" data-kind="quiet" type="button" onClick={onCancel}>
            {t('captions.cancel')}
          </button>
        </div>
      </div>
    </div>
  );
}

function seek(player: HTMLVideoElement | null, ms: number): void {
  // A player is an element of the page, and its time is how it is moved.
  if (player !== null) Object.assign(player, { currentTime: ms / 1_000 });
}

type PlayerSideProps = Readonly<{
  t: UploadWords;
  src: string | undefined;
  language: string;
  setPlayer: (player: HTMLVideoElement | null) => void;
  setLanguage: (language: string) => void;
  setAtMs: (atMs: number) => void;
}>;

function PlayerSide(props: PlayerSideProps): ReactElement {
  const { t, src, language, setPlayer, setLanguage, setAtMs } = props;
  const id = useId();
  const locale = useLocale();
  return (
    <div className="caption-player">
      <video
        ref={setPlayer}
        src={src}
        controls
        playsInline
        aria-label={t('preview.label')}
        onTimeUpdate={(event) => setAtMs(event.currentTarget.currentTime * 1_000)}
      >
        <track kind="captions" />
      </video>
      <div className="field">
        <label htmlFor={id}>{t('captions.language')}</label>
        <select id={id} value={language} onChange={(event) => setLanguage(event.target.value)}>
          {[...new Set([language, ...LANGUAGES])].map((tag) => (
            <option key={tag} value={tag}>
              {languageName(tag, locale)}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}

type LineProps = Readonly<{
  t: UploadWords;
  line: CaptionLine;
  number: number;
  fault: LineFault | undefined;
  onChange: (change: Partial<Omit<CaptionLine, 'key'>>) => void;
  onSettle: () => void;
  onRemove: () => void;
  onShow: () => void;
}>;

function Line(props: LineProps): ReactElement {
  const { t, line, number: n, fault, onChange, onSettle, onRemove, onShow } = props;
  const id = useId();
  const described = fault === undefined ? undefined : id;
  return (
    <li className="caption-line">
      <button
        type="button"
        className="button"
        data-kind="icon"
        aria-label={t('captions.go', { n })}
        onClick={onShow}
      >
        <Icon name="play" />
      </button>
      <input
        className="digits"
        dir="ltr"
        value={line.start}
        aria-label={t('captions.start', { n })}
        aria-invalid={fault === 'start' || fault === 'order' || fault === 'beyond'}
        aria-describedby={described}
        onChange={(event) => onChange({ start: event.target.value })}
        onBlur={onSettle}
      />
      <input
        className="digits"
        dir="ltr"
        value={line.end}
        aria-label={t('captions.end', { n })}
        aria-invalid={fault === 'end' || fault === 'order'}
        aria-describedby={described}
        onChange={(event) => onChange({ end: event.target.value })}
      />
      <button
        type="button"
        className="button"
        data-kind="icon"
        aria-label={t('captions.removeLine', { n })}
        onClick={onRemove}
      >
        <Icon name="trash" />
      </button>
      <textarea
        dir="auto"
        rows={2}
        value={line.text}
        aria-label={t('captions.text', { n })}
        aria-invalid={fault === 'empty' || fault === 'tag' || fault === 'long'}
        aria-describedby={described}
        onChange={(event) => onChange({ text: event.target.value })}
      />
      {fault !== undefined && (
        <p id={id} className="field-fault">
          {t(`line.${fault}`)}
        </p>
      )}
    </li>
  );
}
