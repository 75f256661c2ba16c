// Retention with the video beside it: the cursor seeks the video, and the playback moves the cursor.

import { useRef, useState } from 'react';
import type { ReactElement, RefObject } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useWords } from '../app/i18n.ts';
import { Icon } from '../ui/icon.tsx';
import { askRetention } from './asks.ts';
import { RetentionChart } from './charts/retention-chart.tsx';
import { placeAt, retentionOf, STARTS_MIN } from './charts/retention.ts';
import type { Retention } from './charts/retention.ts';
import { UNKNOWN } from './formats.ts';
import type { OwnVideo } from './own-video.ts';
import { shortTime } from './state-chip-view.tsx';
import { Failed } from './trouble.tsx';
import type { Studio } from './use-studio.ts';
import type { RetentionAnswer } from './wire.ts';
import { studioArea } from './words.ts';

type RetentionSectionProps = Readonly<{ studio: Studio; video: OwnVideo }>;

export function RetentionSection({ studio, video }: RetentionSectionProps): ReactElement {
  const t = useWords(studioArea);
  const answer = useQuery(askRetention(video.video, studio.period));
  if (answer.error !== null && answer.data === undefined) {
    return <Failed error={answer.error} onRetry={() => void answer.refetch()} />;
  }
  const { data } = answer;
  if (data === undefined || data.starts === null) {
    return (
      <section className="card chart" aria-busy={answer.isPending}>
        <h2>{t('retention.title')}</h2>
        <p className="chart-empty">{UNKNOWN}</p>
      </section>
    );
  }
  const retention = retentionOf(data.starts, data.points, video.durationMs);
  return retention.kind === 'too-few' ? (
    <TooFew starts={retention.starts} />
  ) : (
    <Curve curve={retention} {...{ studio, video, data }} />
  );
}

function TooFew({ starts }: Readonly<{ starts: number }>): ReactElement {
  const t = useWords(studioArea);
  return (
    <section className="card chart">
      <h2>{t('retention.title')}</h2>
      <div className="chart-empty">
        <p>
          <strong>{t('retention.few.title')}</strong>
        </p>
        <p>{t('retention.few', { n: starts })}</p>
        <progress max={STARTS_MIN} value={starts} aria-label={t('retention.few.title')} />
      </div>
    </section>
  );
}

type CurveProps = RetentionSectionProps &
  Readonly<{ curve: Extract<Retention, { kind: 'curve' }>; data: RetentionAnswer }>;

function Curve({ curve, studio, video, data }: CurveProps): ReactElement {
  const { formats } = studio;
  const player = useRef<HTMLVideoElement>(null);
  const [place, setPlace] = useState<number | null>(null);
  const seek = (next: number | null): void => {
    // The cursor stays where the playback is when the pointer goes away.
    if (next === null) return;
    setPlace(next);
    const { current } = player;
    const part = curve.points[next]?.part;
    if (current !== null && part !== undefined && Number.isFinite(current.duration)) {
      current.currentTime = part * current.duration;
    }
  };
  const follow = (): void => {
    const { current } = player;
    if (current === null || !Number.isFinite(current.duration)) return;
    setPlace(placeAt(curve.points, current.currentTime / current.duration));
  };
  return (
    <RetentionChart
      {...{ curve, formats, place }}
      durationMs={video.durationMs}
      onPlace={seek}
      note={<CurveNote {...{ curve, studio, data }} />}
      beside={video.src === null ? null : <Player {...{ video, player }} onTime={follow} />}
    />
  );
}

function CurveNote({ curve, studio, data }: Omit<CurveProps, 'video'>): ReactElement {
  const t = useWords(studioArea);
  const { formats, nowMs } = studio;
  const parts = [
    t('retention.starts', { n: curve.starts }),
    ...(curve.intro === undefined
      ? []
      : [t('retention.intro', { part: formats.percent(curve.intro.lostPart) })]),
    ...(data.loops === null ? [] : [t('retention.loops', { n: data.loops })]),
    ...(data.unknownDays === 0 ? [] : [t('retention.leftOut', { n: data.unknownDays })]),
    ...(data.asOf === null
      ? []
      : [t('asOf', { at: shortTime(Date.parse(data.asOf), formats, nowMs) })]),
  ];
  return (
    <>
      <p>{t('retention.lead')}</p>
      <p>{parts.join(' · ')}</p>
    </>
  );
}

type PlayerProps = Readonly<{
  video: OwnVideo;
  player: RefObject<HTMLVideoElement | null>;
  onTime: () => void;
}>;

function Player({ video, player, onTime }: PlayerProps): ReactElement {
  const t = useWords(studioArea);
  const [isPlaying, setPlaying] = useState(false);
  const toggle = (): void => {
    const { current } = player;
    if (current === null) return;
    // A clip that cannot be played here has its curve all the same.
    if (current.paused) current.play().catch(() => setPlaying(false));
    else current.pause();
  };
  return (
    <div className="curve-player">
      <video
        ref={player}
        src={video.src ?? undefined}
        poster={video.poster ?? undefined}
        aria-label={t('retention.video')}
        playsInline
        muted
        preload="metadata"
        onTimeUpdate={onTime}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
      >
        {video.captions.map(({ lang, label, src }) => (
          <track key={lang} kind="captions" srcLang={lang} label={label} src={src} />
        ))}
      </video>
      <button className="button" type="button" onClick={toggle}>
        <Icon name={isPlaying ? 'pause' : 'play'} />
        {t(isPlaying ? 'retention.pause' : 'retention.play')}
      </button>
    </div>
  );
}
