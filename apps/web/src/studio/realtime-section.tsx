// What happens now: asked again every few seconds, less often while no answer comes, and its age said.

import type { ReactElement } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useWords } from '../app/i18n.ts';
import { Notice } from '../ui/notice.tsx';
import { askRealtime } from './asks.ts';
import { bucketsOf, sumOf } from './charts/buckets.ts';
import { BarsChart } from './charts/bars-chart.tsx';
import { Definition } from './definition.tsx';
import { StateChip } from './state-chip-view.tsx';
import { Failed } from './trouble.tsx';
import type { Formats } from './formats.ts';
import type { Studio } from './use-studio.ts';
import type { Realtime } from './wire.ts';
import { studioArea } from './words.ts';
import { HOUR_MS, MINUTE_MS } from './zone.ts';

/** Older than this, numbers of "now" are called old. */
const OLD_MS: number = 2 * MINUTE_MS;

/** Without `video`: of all videos together. */
type RealtimeSectionProps = Readonly<{ studio: Studio; video?: string }>;

export function RealtimeSection({ studio, video }: RealtimeSectionProps): ReactElement {
  const t = useWords(studioArea);
  const { formats, zone, nowMs } = studio;
  const { data, error, refetch, isPending } = useQuery(askRealtime(video));
  if (error !== null && data === undefined) {
    return <Failed error={error} onRetry={() => void refetch()} />;
  }
  const asOf = data?.asOf ?? null;
  const ageMs = asOf === null ? null : nowMs - Date.parse(asOf);
  const isOld = ageMs !== null && ageMs > OLD_MS;
  const minutes = bucketsOf(data?.minutes ?? [], MINUTE_MS);
  const recent = sumOf(minutes);
  const views = t('metric.views');
  return (
    <section className="section now" aria-labelledby="studio-now" aria-busy={isPending}>
      <div className="row">
        <h2 id="studio-now">{t('now.title')}</h2>
        {data !== undefined && (
          <StateChip
            state={isOld || error !== null ? 'stale' : data.state}
            {...{ asOf, formats, nowMs }}
          />
        )}
      </div>
      {data !== undefined && (
        <p className={recent === null ? 'soft small' : 'now-views'}>
          {recent === null ? t('now.views.unknown') : t('now.views', { n: recent })}
        </p>
      )}
      {data !== undefined && <JustNow now={data.justNow} formats={formats} />}
      {isOld && (
        <Notice tone="warn">
          <p>{t('now.late', { age: formats.value(ageMs, 'duration') })}</p>
        </Notice>
      )}
      <div className="pair">
        <BarsChart
          title={t('now.minutes')}
          valueName={views}
          buckets={minutes}
          grain="minute"
          grainMs={MINUTE_MS}
          {...{ zone, formats }}
        />
        <BarsChart
          title={t('now.hours')}
          valueName={views}
          buckets={bucketsOf(data?.hours ?? [], HOUR_MS)}
          grain="hour"
          grainMs={HOUR_MS}
          {...{ zone, formats }}
        />
      </div>
    </section>
  );
}

type JustNowProps = Readonly<{ now: Realtime['justNow']; formats: Formats }>;

/** The last five minutes; who has just begun to watch is told of when they end. */
function JustNow({ now, formats }: JustNowProps): ReactElement {
  const t = useWords(studioArea);
  const { views, starts, watching } = now;
  if (views === null || starts === null || watching === null) {
    return <p className="soft small">{t('now.unknown')}</p>;
  }
  return (
    <p className="soft small">
      {t('now.five', {
        views: formats.value(views, 'count'),
        starts: formats.value(starts, 'count'),
        average: formats.rate(watching),
      })}
      <Definition name={t('now.title')} text={t('now.definition')} />
    </p>
  );
}
