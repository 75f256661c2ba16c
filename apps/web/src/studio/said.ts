// What a server says by a code, in the reader's language: the sentence is ours, the names and
// numbers are the server's. What has no code that is known here stays as the server wrote it. Rule SP18.

import { countryName } from './country-name.ts';
import type { Formats } from './formats.ts';
import type { Mark, Overview } from './wire.ts';
import { METRICS } from './wire.ts';
import type { StudioWords } from './words.ts';

const DEFINED = [
  'views-holdfast-1',
  'engaged-views-half',
  'likes-net',
  'comments-total',
  'watch-time-all-starts',
  'unique-viewers-estimated',
  'followers-total',
] as const;

const TROUBLES = [
  'likes-right',
  'likes-fresh',
  'views-right',
  'views-fresh',
  'playback',
  'upload',
  'sign-in',
  'hand-over',
  'border',
] as const;

const REASONS = ['fraud', 'rule', 'erasure', 'bug', 'import'] as const;

/** What a metric counts; `undefined` when nobody says. */
export function definitionText(
  { definitions, definitionCodes }: Pick<Overview, 'definitions' | 'definitionCodes'>,
  metric: string,
  t: StudioWords,
): string | undefined {
  const code = DEFINED.find((known) => known === definitionCodes[metric]);
  return code === undefined ? definitions[metric] : t(`definition.${code}`);
}

/** What a mark says, without its balances. */
export function saidBy(mark: Mark, t: StudioWords, formats: Formats): string {
  const said = sentenceOf(mark, t, formats) ?? mark.text;
  return said === '' ? t(`mark.${mark.kind}`) : said;
}

function sentenceOf(mark: Mark, t: StudioWords, formats: Formats): string | undefined {
  const { code, params } = mark;
  if (code === 'incident') return incidentText(mark, t, formats);
  if (code === 'correction') return correctionText(mark, t, formats);
  if (code === 'handover') {
    const { cell, source, target } = params;
    if (typeof cell !== 'string') return undefined;
    if (typeof source !== 'string' || typeof target !== 'string') return undefined;
    return t('mark.handover.said', { country: countryName(cell, t), source, target });
  }
  const kept = METRICS.find((metric) => code === `${metric}-kept`);
  return kept === undefined ? undefined : t('mark.kept', { metric: t(`metric.${kept}`) });
}

function incidentText({ params }: Mark, t: StudioWords, formats: Formats): string | undefined {
  const components = textsOf(params['components']);
  const cells = textsOf(params['cells']);
  const troubles = components.map((one) => TROUBLES.find((known) => known === one));
  if (components.length === 0 || troubles.includes(undefined)) return undefined;
  const late = lateText(params['late'], t, formats);
  if (late === undefined) return undefined;
  const named = troubles.flatMap((one) => (one === undefined ? [] : t(`trouble.${one}`)));
  const where = formats.list(cells.map((cell) => countryName(cell, t)));
  return [t('mark.incident.said', { what: formats.list(named), where }), ...late].join(' ');
}

/** What was counted since; `undefined` when some of it cannot be said. */
function lateText(value: unknown, t: StudioWords, formats: Formats): readonly string[] | undefined {
  const said = (Array.isArray(value) ? value : []).map((one: unknown) => {
    const { count, metric, day } = (one ?? {}) as Readonly<Record<string, unknown>>;
    const atMs = typeof day === 'string' ? Date.parse(`${day}T12:00:00Z`) : Number.NaN;
    if (typeof count !== 'number' || Number.isNaN(atMs)) return undefined;
    if (metric !== 'likes' && metric !== 'views') return undefined;
    const what = t(`metric.${metric}`);
    return t('mark.late', { count: formats.value(count, 'count'), what, day: formats.day(atMs) });
  });
  return said.every((one) => one !== undefined) ? said : undefined;
}

function correctionText({ params }: Mark, t: StudioWords, formats: Formats): string | undefined {
  const { metric, delta, reason, title } = params;
  const why = REASONS.find((known) => known === reason);
  if (why === undefined || typeof delta !== 'number') return undefined;
  if (metric !== 'likes' && metric !== 'views') return undefined;
  const said = t('mark.correction.said', {
    metric: t(`metric.${metric}`),
    delta: formats.delta(delta),
    reason: t(`reason.${why}`),
  });
  // A title is in the language of who wrote it, so it is kept apart from ours.
  return typeof title === 'string' && title !== '' ? `\u2068${title}\u2069: ${said}` : said;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}
