// The picture that stands for the video: one of its own, or a file.

import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { ask, done } from '../app/ask.ts';
import { writeDuration } from '../app/formats.ts';
import { TroubleText } from '../app/page.tsx';
import type { Trouble } from '../app/ask.ts';
import type { Draft } from './draft-wire.ts';
import { drawFrame, frameTimes, openPlayer } from './frames.ts';
import type { Frame } from './frames.ts';
import { useObjectUrl } from './use-object-url.ts';
import type { UploadWords } from './words.ts';
import { FileButton } from '../ui/file-button.tsx';

const FRAMES = 8;
const COVER_BYTES_MAX = 1024 * 1024;
const COVER_TYPES: readonly string[] = ['image/jpeg', 'image/png', 'image/webp'];

type CoverChoiceProps = Readonly<{
  t: UploadWords;
  draft: Draft;
  /** Where the video plays from; `undefined` before there is one. */
  src: string | undefined;
  onSaved: () => void;
}>;

type Frames = Readonly<
  { kind: 'none' } | { kind: 'drawn'; frames: readonly Frame[] } | { kind: 'cannot' }
>;

const NO_FRAMES: Frames = { kind: 'none' };

/** Draws pictures spread over a video, one after the other. */
function useFrames(src: string | undefined): Frames {
  const [drawn, setDrawn] = useState<Readonly<{ of: string; frames: Frames }> | null>(null);
  useEffect(() => {
    if (src === undefined) return;
    const round = new AbortController();
    const draw = async (): Promise<void> => {
      const player = await openPlayer(src);
      let list: readonly Frame[] = [];
      for (const atMs of frameTimes(player.duration * 1_000, FRAMES)) {
        const frame = await drawFrame(player, atMs);
        if (round.signal.aborted) break;
        if (frame !== null) list = [...list, frame];
        setDrawn({ of: src, frames: { kind: 'drawn', frames: list } });
      }
      player.removeAttribute('src');
      player.load();
    };
    draw().catch(() => {
      if (!round.signal.aborted) setDrawn({ of: src, frames: { kind: 'cannot' } });
    });
    return () => round.abort();
  }, [src]);
  return drawn !== null && drawn.of === src ? drawn.frames : NO_FRAMES;
}

type Kept = Readonly<{ kind: 'kept' } | { kind: 'large' } | { kind: 'trouble'; trouble: Trouble }>;

export function CoverChoice({ t, draft, src, onSaved }: CoverChoiceProps): ReactElement {
  const frames = useFrames(src);
  const [chosenMs, setChosenMs] = useState<number | null>(null);
  const [kept, setKept] = useState<Kept | null>(null);
  const send = async (blob: Blob): Promise<void> => {
    const answer = await ask(`/v1/me/drafts/${draft.id}/poster`, done, {
      method: 'PUT',
      body: blob,
    });
    setKept(answer.kind === 'ok' ? { kind: 'kept' } : { kind: 'trouble', trouble: answer });
    if (answer.kind === 'ok') onSaved();
  };
  const choose = (frame: Frame): void => {
    setChosenMs(frame.atMs);
    void send(frame.blob);
  };
  const own = (file: File): void => {
    if (!COVER_TYPES.includes(file.type) || file.size > COVER_BYTES_MAX) {
      setKept({ kind: 'large' });
      return;
    }
    setChosenMs(null);
    void send(file);
  };
  const isFirst = draft.poster === null && chosenMs === null && frames.kind === 'drawn';
  const first = isFirst ? frames.frames[0] : undefined;
  useEffect(() => {
    // Nobody should have to choose: the first picture stands until another is chosen.
    if (first !== undefined) choose(first);
    // It is chosen once for a video, and not again when the page draws.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [first]);
  return (
    <div className="stack">
      {frames.kind === 'none' && <p className="soft">{t('cover.wait')}</p>}
      {frames.kind === 'cannot' && <p className="soft">{t('cover.cannot')}</p>}
      {frames.kind === 'drawn' && (
        <fieldset className="frames">
          <legend className="unseen">{t('cover.frames')}</legend>
          {frames.frames.map((frame) => (
            <FrameOption
              key={frame.atMs}
              frame={frame}
              label={t('cover.at', { time: writeDuration(frame.atMs) })}
              isChosen={frame.atMs === chosenMs}
              onChoose={() => choose(frame)}
            />
          ))}
        </fieldset>
      )}
      <div className="row">
        <FileButton label={t('cover.own')} accept={COVER_TYPES.join(',')} onFile={own} />
        <span
          role="status"
          className={kept === null || kept.kind === 'kept' ? 'small soft' : 'field-fault'}
        >
          {kept?.kind === 'kept' && t('cover.saved')}
          {kept?.kind === 'large' && t('cover.large')}
          {kept?.kind === 'trouble' && (
            <>
              {t('cover.failed')} <TroubleText trouble={kept.trouble} />
            </>
          )}
        </span>
      </div>
    </div>
  );
}

type FrameOptionProps = Readonly<{
  frame: Frame;
  label: string;
  isChosen: boolean;
  onChoose: () => void;
}>;

function FrameOption({ frame, label, isChosen, onChoose }: FrameOptionProps): ReactElement {
  const src = useObjectUrl(frame.blob);
  return (
    <label className="frame-option">
      <input type="radio" name="cover" checked={isChosen} onChange={onChoose} />
      <img src={src} alt={label} />
    </label>
  );
}
