// Marks beside a series: what happened to the numbers, or to whoever counts them. Rules SD22, SD23.

import type { HandoverBalance } from '@holdfast/engine/charter/balances.ts';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import type { Video } from '../../../catalog/catalog.ts';
import type { StudioCorrection } from '../../../studio/studio-call.ts';
import { askAll } from '../../all-cells.ts';
import { timeText } from '../../answers.ts';
import { changesOf, entriesOf } from '../../trust/ownership.ts';
import type { Incident, LateData } from './incidents.ts';
import type { StudioParts } from './studio-parts.ts';
import { isTotal } from './studio-series.ts';
import type { StudioMetric } from './studio-series.ts';

/** Marks of one kind in one answer. */
const MARKS_MAX = 100;

type MarkParts = Pick<StudioParts, 'cells' | 'charter' | 'ask'>;

/** What a sentence is made of: names and numbers, and no words. */
export type MarkParams = Readonly<
  Record<string, string | number | readonly string[] | readonly LateData[]>
>;

export type Mark = Readonly<{
  at: string;
  until?: string;
  kind: 'incident' | 'correction' | 'handover' | 'definition';
  text: string;
  /** What is said, for whoever says it in another language; absent where only `text` says it. */
  code?: string;
  params?: MarkParams;
  link?: string;
  jurisdiction?: string;
  /** What the video had by the signed word of the operator that left, and of the one that came. */
  closing?: number | null;
  opening?: number | null;
  operators?: readonly [string, string];
}>;

export type MarksAsk = Readonly<{
  entries: readonly Video[];
  metric: StudioMetric;
  fromMs: number;
  toMs: number;
  /** `undefined` when the status page is not known to have any. */
  incidents: readonly Incident[] | undefined;
}>;

/** Everything in a range that explains its numbers, oldest first. */
export async function marksOf(parts: MarkParts, ask: MarksAsk): Promise<readonly Mark[]> {
  const marks = [
    ...incidentMarks(ask),
    ...(await correctionMarks(parts, ask)),
    ...(await handoverMarks(parts, ask)),
  ];
  return marks.sort((left, right) => (left.at < right.at ? -1 : 1));
}

function incidentMarks({ incidents = [], fromMs, toMs }: MarksAsk): readonly Mark[] {
  return incidents
    .filter(({ atMs, untilMs }) => atMs < toMs && (untilMs ?? Infinity) >= fromMs)
    .slice(0, MARKS_MAX)
    .map(({ atMs, untilMs, title, components, cells, late, link }) => ({
      at: timeText(atMs),
      ...(untilMs !== undefined && { until: timeText(untilMs) }),
      kind: 'incident',
      text: title,
      ...(components.length > 0 && { code: 'incident', params: { components, cells, late } }),
      link,
    }));
}

async function correctionMarks(
  { ask }: MarkParts,
  { entries, metric, fromMs, toMs }: MarksAsk,
): Promise<readonly Mark[]> {
  // Likes and views are corrected, so no correction explains these.
  if (isTotal(metric)) return [];
  const titles = new Map(entries.map(({ video, title }) => [video, title]));
  const videos = [...titles.keys()];
  const from = await ask({ videos, parts: ['corrections'], grain: 'day', fromMs, toMs });
  return from.cells
    .flatMap(({ jurisdiction, reply }) =>
      reply.corrections.map((correction) => ({ ...correction, jurisdiction })),
    )
    .filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
    .sort((left, right) => right.atMs - left.atMs)
    .slice(0, MARKS_MAX)
    .map((correction) => ({
      at: timeText(correction.atMs),
      kind: 'correction',
      text: correctionText(correction, titles.get(correction.video) ?? ''),
      code: 'correction',
      params: correctionParams(correction, titles.get(correction.video) ?? ''),
      link: `/studio/videos/${correction.video}`,
      jurisdiction: correction.jurisdiction,
    }));
}

function correctionParams({ metric, delta, reason }: StudioCorrection, title: string): MarkParams {
  return { metric, delta, reason, title };
}

function correctionText({ metric, delta, reason }: StudioCorrection, title: string): string {
  const sign = delta > 0 ? '+' : '−';
  const what = `${metric} ${sign}${Math.abs(delta)} (${reason})`;
  return title === '' ? what : `${title}: ${what}`;
}

async function handoverMarks(
  { charter, cells }: MarkParts,
  { entries, metric, fromMs, toMs }: MarksAsk,
): Promise<readonly Mark[]> {
  const changes = [...cells.keys()].flatMap((cell) =>
    changesOf(entriesOf(charter.view, cell)).filter(
      ({ to }) => to.sinceMs >= fromMs && to.sinceMs < toMs,
    ),
  );
  if (changes.length === 0) return [];
  const [only] = entries;
  const balances =
    entries.length === 1 && only !== undefined ? await balancesOf(cells, only.video) : [];
  return changes.slice(-MARKS_MAX).map(({ from, to }) => {
    const balance = balances.find(
      ({ cell, handover }) => cell === to.cell && handover === to.handover,
    );
    return {
      at: timeText(to.sinceMs),
      kind: 'handover',
      text: `${to.cell}: ${from.owner.operator} → ${to.owner.operator}`,
      code: 'handover',
      params: { cell: to.cell, source: from.owner.operator, target: to.owner.operator },
      link: `/trust/${to.cell}`,
      jurisdiction: to.cell,
      operators: [from.owner.operator, to.owner.operator],
      closing: shownIn(balance?.closing, metric),
      opening: shownIn(balance?.opening, metric),
    };
  });
}

/** What cells know of a video at each hand-over; one that is away leaves its marks without. */
async function balancesOf(
  cells: MarkParts['cells'],
  video: VideoId,
): Promise<readonly HandoverBalance[]> {
  const asked = await askAll(cells, 'balances', { video });
  if (asked.kind === 'unavailable') return [];
  return [...asked.replies.values()].flatMap((one) => (one.kind === 'balances' ? one.items : []));
}

function shownIn(
  balance: HandoverBalance['closing'] | undefined,
  metric: StudioMetric,
): number | null {
  if (balance === undefined || balance === null) return null;
  const { likes, likesCorrected, views, viewsCorrected } = balance;
  return metric === 'likes' ? likes + likesCorrected : views + viewsCorrected;
}
