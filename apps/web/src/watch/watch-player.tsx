// The player of a video's own page: the browser's element with controls of our own. Rule WB21.

import { useEffect, useRef, useState } from 'react';
import type { ReactElement, RefObject } from 'react';
import { trackView } from '../app/engagement.ts';
import type { ViewSource } from '../app/engagement.ts';
import { writeDuration, writeNumber } from '../app/formats.ts';
import { useLocale } from '../app/i18n.ts';
import type { PlayableVideo } from '../app/video.ts';
import { hasSingleKeys } from '../feed/keys.ts';
import { Icon } from '../ui/icon.tsx';
import type { IconName } from '../ui/icon.tsx';
import { useVideoElement } from './use-video-element.ts';
import type { ElementActions, ElementState } from './use-video-element.ts';
import { SPEEDS, watchKey } from './watch-keys.ts';
import type { WatchKey } from './watch-keys.ts';
import { WatchHelp } from './watch-help.tsx';
import type { WatchWords } from './words.ts';

type PlayerProps = Readonly<{
  t: WatchWords;
  video: PlayableVideo;
  source: ViewSource;
  onLike: () => void;
}>;

export function WatchPlayer({ t, video, source, onLike }: PlayerProps): ReactElement {
  const [element, setElement] = useState<HTMLVideoElement | null>(null);
  const frame = useRef<HTMLDivElement>(null);
  const [state, actions] = useVideoElement(element, video.media.src);
  const [hasHelp, setHasHelp] = useState(false);
  const language = useLocale();
  const { id, durationMs, media, title } = video;
  useEffect(() => {
    if (element === null) return;
    return trackView(element, { video: id, source, durationMs });
  }, [element, id, source, durationMs]);
  useKeys(state, actions, frame, onLike, () => {
    setHasHelp(true);
  });
  const first = video.captions.find(({ lang }) => lang === language) ?? video.captions[0];
  return (
    <div ref={frame} className="player" data-wide={isWide(video)}>
      {/* Captions are in the tracks; some videos have none. */}
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption */}
      <video
        ref={setElement}
        src={media.src}
        poster={media.poster}
        aria-label={title}
        loop
        playsInline
        preload="auto"
        onClick={actions.togglePlay}
      >
        {video.captions.map((track) => (
          <track
            key={track.lang}
            kind="captions"
            srcLang={track.lang}
            label={track.label}
            src={track.src}
            default={track === first}
          />
        ))}
      </video>
      {state.hasFailed && (
        <div className="player-trouble" role="alert">
          <p>{t('failed')}</p>
          <button className="button" data-kind="main" type="button" onClick={actions.retry}>
            {t('retry')}
          </button>
        </div>
      )}
      <Controls
        t={t}
        state={state}
        actions={actions}
        hasCaptions={video.captions.length > 0}
        frame={frame}
        onHelp={() => {
          setHasHelp(true);
        }}
      />
      {hasHelp && (
        <WatchHelp
          t={t}
          onClose={() => {
            setHasHelp(false);
          }}
        />
      )}
    </div>
  );
}

function isWide({ media: { width, height } }: PlayableVideo): boolean {
  return width !== undefined && height !== undefined && width > height;
}

type ControlsProps = Readonly<{
  t: WatchWords;
  state: ElementState;
  actions: ElementActions;
  hasCaptions: boolean;
  frame: RefObject<HTMLDivElement | null>;
  onHelp: () => void;
}>;

function Controls({ t, state, actions, hasCaptions, frame, onHelp }: ControlsProps): ReactElement {
  const { isPlaying, atS, durationS, isMuted, speed, captions } = state;
  const at = writeDuration(atS * 1_000);
  const whole = writeDuration(durationS * 1_000);
  return (
    <div className="player-bar">
      <input
        type="range"
        min={0}
        max={durationS}
        step={0.05}
        value={atS}
        aria-label={t('position')}
        aria-valuetext={t('position.at', { at, whole })}
        style={{ backgroundSize: `${durationS === 0 ? 0 : (atS / durationS) * 100}% 100%` }}
        onChange={({ target }) => {
          actions.seek(Number(target.value));
        }}
      />
      <div className="player-buttons">
        <Press
          icon={isPlaying ? 'pause' : 'play'}
          label={t(isPlaying ? 'pause' : 'play')}
          onPress={actions.togglePlay}
        />
        <Press
          icon={isMuted ? 'muted' : 'sound'}
          label={t(isMuted ? 'unmute' : 'mute')}
          onPress={actions.toggleSound}
        />
        <span className="digits small player-time" aria-hidden="true">
          {at}
          <span className="player-whole"> / {whole}</span>
        </span>
        <span className="player-gap" />
        <select
          aria-label={t('speed')}
          value={speed}
          onChange={({ target }) => {
            actions.speed(Number(target.value));
          }}
        >
          {SPEEDS.map((one) => (
            <option key={one} value={one}>
              {writeNumber(one)}×
            </option>
          ))}
        </select>
        {hasCaptions && (
          <Press
            icon="captions"
            label={t('captions')}
            pressed={captions}
            onPress={actions.toggleCaptions}
          />
        )}
        <Press icon="info" label={t('keys')} onPress={onHelp} />
        <Press
          icon="full"
          label={t('full')}
          onPress={() => {
            actions.toggleFull(frame.current);
          }}
        />
      </div>
    </div>
  );
}

type PressProps = Readonly<{
  icon: IconName;
  label: string;
  pressed?: boolean;
  onPress: () => void;
}>;

function Press({ icon, label, pressed, onPress }: PressProps): ReactElement {
  return (
    <button type="button" aria-label={label} aria-pressed={pressed} title={label} onClick={onPress}>
      <Icon name={icon} />
    </button>
  );
}

function useKeys(
  state: ElementState,
  actions: ElementActions,
  frame: RefObject<HTMLDivElement | null>,
  onLike: () => void,
  onHelp: () => void,
): void {
  const run = (key: WatchKey): void => {
    switch (key.kind) {
      case 'play':
        actions.togglePlay();
        return;
      case 'sound':
        actions.toggleSound();
        return;
      case 'captions':
        actions.toggleCaptions();
        return;
      case 'full':
        actions.toggleFull(frame.current);
        return;
      case 'like':
        onLike();
        return;
      case 'help':
        onHelp();
        return;
      case 'seek':
        actions.seek(state.atS + key.byMs / 1_000);
        return;
      case 'part':
        actions.seek(state.durationS * key.part);
        return;
      case 'frame':
        actions.frame(key.by);
        return;
      case 'speed':
        actions.speedStep(key.by);
    }
  };
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const key = watchKey(event, hasSingleKeys());
      if (key === undefined || event.defaultPrevented || isTaken(event.target, event.key)) return;
      event.preventDefault();
      latest.current(key);
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
    };
  }, []);
}

/** Whether the focused element, or an open dialog, needs the key for itself. */
function isTaken(target: EventTarget | null, key: string): boolean {
  if (document.querySelector('dialog:modal') !== null) return true;
  if (!(target instanceof Element)) return false;
  if (target.closest('input, textarea, select, [popover]') !== null) return true;
  return key === ' ' && target.closest('button, a') !== null;
}
