// The large chart of one metric over the period, with its comparison, marks and export.

import { useMemo } from 'react';
import type { ReactElement } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useWords } from '../app/i18n.ts';
import { askSeries, seriesParams } from './asks.ts';
import type { SeriesAsk } from './asks.ts';
import { bucketsOf, matched } from './charts/buckets.ts';
import { LineChart } from './charts/line-chart.tsx';
import type { SaidMark } from './charts/line-props.ts';
import { ExportLinks } from './export-links.tsx';
import { MarksList, markText } from './marks-list.tsx';
import { unitOf } from './metric-cards.tsx';
import { comparisonOf } from './period.ts';
import { shortTime } from './state-chip-view.tsx';
import { Failed } from './trouble.tsx';
import type { Studio } from './use-studio.ts';
import type { Metric } from './wire.ts';
import { studioArea } from './words.ts';
import { DAY_MS, zoneOf } from './zone.ts';

type SeriesSectionProps = Readonly<{ studio: Studio; video?: string }>;

/** These are kept by UTC day, and by nothing finer (A61). */
const DAILY: ReadonlySet<Metric> = new Set(['engagedViews', 'uniqueViewers']);

function askedAs({ choice, period, zone }: Studio, video: string | undefined): SeriesAsk {
  const isDaily = DAILY.has(choice.metric);
  return {
    metric: choice.metric,
    grain: isDaily ? 'day' : period.grain,
    range: isDaily ? wholeUtcDays(period) : period,
    tz: isDaily ? 'UTC' : zone.name,
    ...(video !== undefined && { video }),
  };
}

function wholeUtcDays({ fromMs, toMs }: Studio['period']): SeriesAsk['range'] {
  return {
    fromMs: Math.floor(fromMs / DAY_MS) * DAY_MS,
    toMs: Math.ceil(toMs / DAY_MS) * DAY_MS,
  };
}

export function SeriesSection({ studio, video }: SeriesSectionProps): ReactElement {
  const { choice, formats, nowMs } = studio;
  const t = useWords(studioArea);
  const ask = askedAs(studio, video);
  const grainMs = ask.grain === 'day' ? DAY_MS : studio.period.grainMs;
  const zone = useMemo(() => zoneOf(ask.tz), [ask.tz]);
  const comparison =
    choice.compare === 'none'
      ? undefined
      : comparisonOf({ ...ask.range, grain: ask.grain, grainMs }, choice.compare, zone);
  const shown = useQuery(askSeries(ask));
  const before = useQuery({
    ...askSeries({ ...ask, range: comparison ?? ask.range }),
    enabled: comparison !== undefined,
  });
  const shiftMs = comparison?.shiftMs;
  const buckets = useMemo(
    () => bucketsOf(shown.data?.series ?? [], grainMs),
    [shown.data, grainMs],
  );
  const compared = useMemo(
    () =>
      shiftMs === undefined || before.data === undefined
        ? []
        : matched(buckets, bucketsOf(before.data.series, grainMs), shiftMs, grainMs),
    [buckets, before.data, shiftMs, grainMs],
  );
  const marks = useMemo(
    () =>
      (shown.data?.marks ?? []).map((mark): SaidMark => ({
        kind: mark.kind,
        atMs: Date.parse(mark.at),
        ...(mark.until !== undefined && { untilMs: Date.parse(mark.until) }),
        text: markText(mark, t, formats),
      })),
    [shown.data, t, formats],
  );
  if (shown.error !== null && shown.data === undefined) {
    return <Failed error={shown.error} onRetry={() => void shown.refetch()} />;
  }
  const name = t(`metric.${choice.metric}`);
  const asOf = shown.data?.asOf ?? null;
  return (
    <div className="series" aria-busy={shown.isPending}>
      <LineChart
        title={name}
        caption={t('over.series', { metric: name })}
        note={
          asOf === null
            ? t('asOf.none')
            : `${t('asOf', { at: shortTime(Date.parse(asOf), formats, nowMs) })} · ${zone.name}`
        }
        {...{ buckets, compared, marks, grainMs, zone, formats }}
        grain={ask.grain}
        unit={unitOf(choice.metric)}
        foot={
          <>
            <MarksList marks={shown.data?.marks ?? []} formats={formats} />
            <ExportLinks what="series" params={seriesParams(ask)} />
          </>
        }
      />
    </div>
  );
}
