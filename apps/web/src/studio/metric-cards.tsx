// The cards of a period: value, change, line and state. A press on one shows it in the large chart.

import type { ReactElement } from 'react';
import { useWords } from '../app/i18n.ts';
import { bucketsOf } from './charts/buckets.ts';
import { Sparkline } from './charts/sparkline.tsx';
import { changeOf } from './change.ts';
import { Definition } from './definition.tsx';
import { UNKNOWN } from './formats.ts';
import type { Formats, Unit } from './formats.ts';
import { definitionText } from './said.ts';
import { shortTime, StateChip } from './state-chip-view.tsx';
import type { Studio } from './use-studio.ts';
import { METRICS, TOTALS } from './wire.ts';
import type { Card, Metric, Overview } from './wire.ts';
import { studioArea } from './words.ts';
import type { StudioWords } from './words.ts';
import { DAY_MS } from './zone.ts';

export function unitOf(metric: Metric): Unit {
  return metric === 'watchMs' ? 'duration' : 'count';
}

type MetricCardsProps = Readonly<{
  studio: Studio;
  overview: Overview | undefined;
  label: string;
  /** Which of them are shown; a video has no followers. */
  metrics?: readonly Metric[];
}>;

export function MetricCards({
  studio,
  overview,
  label,
  metrics = METRICS,
}: MetricCardsProps): ReactElement {
  return (
    <ul className="metric-cards" aria-label={label} aria-busy={overview === undefined}>
      {overview === undefined
        ? metrics.map((metric) => <EmptyCard key={metric} metric={metric} />)
        : overview.cards
            .filter(({ metric }) => metrics.includes(metric))
            .map((card) => <MetricCard key={card.metric} {...{ card, studio, overview }} />)}
    </ul>
  );
}

/** Before the first answer: a dash, because nothing is known yet. */
function EmptyCard({ metric }: Readonly<{ metric: Metric }>): ReactElement {
  const t = useWords(studioArea);
  return (
    <li className="card metric-card">
      <span className="metric-name">{t(`metric.${metric}`)}</span>
      <span className="metric-value digits">{UNKNOWN}</span>
      <span className="bone" />
    </li>
  );
}

type MetricCardProps = Readonly<{ card: Card; studio: Studio; overview: Overview }>;

function MetricCard({ card, studio, overview }: MetricCardProps): ReactElement {
  const { choice, choose, formats, nowMs } = studio;
  const { metric, value, state, asOf, spark } = card;
  const t = useWords(studioArea);
  const name = t(`metric.${metric}`);
  const definition = definitionText(overview, metric, t);
  return (
    <li className="card metric-card" data-on={choice.metric === metric} data-metric={metric}>
      <span className="metric-head">
        <button
          className="metric-name"
          type="button"
          aria-pressed={choice.metric === metric}
          onClick={() => choose({ metric })}
        >
          {name}
        </button>
        {definition !== undefined && <Definition name={name} text={definition} />}
      </span>
      <span className="metric-value digits">{formats.value(value, unitOf(metric))}</span>
      {TOTALS.has(metric) ? (
        <TotalText card={card} overview={overview} formats={formats} t={t} />
      ) : (
        <ChangeText card={card} overview={overview} formats={formats} t={t} />
      )}
      <Sparkline buckets={bucketsOf(spark, DAY_MS)} />
      <span className="metric-foot small">
        <StateChip {...{ state, asOf, formats, nowMs }} />
        <span className="soft">
          {asOf === null
            ? t('asOf.none')
            : t('asOf', { at: shortTime(Date.parse(asOf), formats, nowMs) })}
        </span>
      </span>
      {state === 'unknown' && <span className="soft small">{t('state.unknown.why')}</span>}
    </li>
  );
}

type ChangeTextProps = Readonly<{
  card: Card;
  overview: Overview;
  formats: Formats;
  t: StudioWords;
}>;

/** How a total has grown, and by what; that it is of now, where its history does not reach. */
function TotalText({ card, overview, formats, t }: ChangeTextProps): ReactElement {
  const { gained, lost } = card;
  return (
    <>
      {card.previous === null ? (
        <span className="metric-change small">{t('change.total')}</span>
      ) : (
        <ChangeText card={card} overview={overview} formats={formats} t={t} />
      )}
      {gained !== null && lost !== null && (
        <span className="soft small">
          {t('change.cameWent', {
            gained: formats.value(gained, 'count'),
            lost: formats.value(lost, 'count'),
          })}
        </span>
      )}
    </>
  );
}

function ChangeText({ card, overview, formats, t }: ChangeTextProps): ReactElement {
  const change = changeOf(card.value, card.previous);
  const part = 'part' in change ? formats.percent(change.part) : '';
  const before = overview.previous;
  const against =
    before === undefined
      ? undefined
      : t('change.against', {
          from: formats.day(Date.parse(before.from)),
          to: formats.day(Date.parse(before.to) - 1),
        });
  const arrow = { up: '↑ ', down: '↓ ', new: '', same: '', unknown: '' }[change.kind];
  return (
    <span className="metric-change small" data-kind={change.kind} title={against}>
      <span aria-hidden="true">{arrow}</span>
      {t(`change.${change.kind}`, { part })}
    </span>
  );
}
