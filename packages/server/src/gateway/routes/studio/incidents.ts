// Incidents as the status page's own process tells them, for marks in charts. Rule SD22.

import { get } from 'node:http';

export type LateData = Readonly<{ count: number; metric: string; day: string }>;

export type Incident = Readonly<{
  atMs: number;
  /** `undefined` while it is open. */
  untilMs: number | undefined;
  title: string;
  /** What does not hold, and where, of a title that is made of that and no person's words. */
  components: readonly string[];
  cells: readonly string[];
  /** What has been counted since, and of which day (ST24). */
  late: readonly LateData[];
  link: string;
  /** Something people use did not work. */
  isOutage: boolean;
}>;

/** What is known; `undefined` when there is no page, or it gives no answer. */
export type Incidents = () => Promise<readonly Incident[] | undefined>;

const PATH = '/api/v2/marks.json';
const ANSWER_MS_MAX = 1_000;
const BODY_BYTES_MAX = 2_000_000;
const KEPT_MS = 15_000;
const INCIDENTS_MAX = 200;
const TITLE_CHARS_MAX = 200;
/** Components, cells and late data of one incident. */
const NAMES_MAX = 20;

export function openIncidents(
  origin: (() => string | undefined) | undefined,
  nowMs: () => number,
): Incidents {
  let held: Readonly<{ atMs: number; incidents: readonly Incident[] | undefined }> | undefined;
  return async () => {
    if (held !== undefined && nowMs() - held.atMs < KEPT_MS) return held.incidents;
    const where = origin?.();
    const text = where === undefined ? undefined : await textAt(new URL(PATH, where));
    const incidents = text === undefined ? undefined : incidentsIn(text);
    held = { atMs: nowMs(), incidents };
    return incidents;
  };
}

function textAt(url: URL): Promise<string | undefined> {
  return new Promise((resolve) => {
    const none = (): void => resolve(undefined);
    const asked = get(url, { timeout: ANSWER_MS_MAX }, (answer) => {
      const parts: Buffer[] = [];
      let bytes = 0;
      answer.on('data', (part: Buffer) => {
        bytes += part.length;
        parts.push(part);
        if (bytes > BODY_BYTES_MAX) answer.destroy();
      });
      answer.once('close', none);
      answer.once('end', () => {
        resolve(answer.statusCode === 200 ? Buffer.concat(parts).toString('utf8') : undefined);
      });
    });
    asked.once('timeout', () => asked.destroy());
    asked.once('error', none);
  });
}

/** What a page says of itself; what does not fit is left out. */
export function incidentsIn(text: string): readonly Incident[] | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  const listed: unknown = fieldsOf(body)['marks'];
  if (!Array.isArray(listed)) return undefined;
  return listed.slice(0, INCIDENTS_MAX).flatMap((one) => {
    const { name, from, until, impact, link, state, late, components, cells } = fieldsOf(one);
    const atMs = timeIn(from);
    if (atMs === undefined || typeof name !== 'string') return [];
    // ST24: what came late is counted by now, so nothing is missing there any more.
    const isLifted = state === 'lifted';
    const isOutage = (impact === 'major' || impact === 'critical') && !isLifted;
    const title = [name, ...(isLifted ? textsIn(late) : [])].join('. ').slice(0, TITLE_CHARS_MAX);
    return [
      {
        atMs,
        untilMs: timeIn(until),
        title,
        components: namesIn(components),
        cells: namesIn(cells),
        late: isLifted ? lateIn(late) : [],
        link: pathOf(link),
        isOutage,
      },
    ];
  });
}

function namesIn(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((one): one is string => typeof one === 'string').slice(0, NAMES_MAX);
}

function lateIn(value: unknown): readonly LateData[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, NAMES_MAX).flatMap((one) => {
    const { count, metric, day } = fieldsOf(one);
    const isLate = typeof metric === 'string' && typeof day === 'string';
    return typeof count === 'number' && isLate ? [{ count, metric, day }] : [];
  });
}

function textsIn(late: unknown): readonly string[] {
  if (!Array.isArray(late)) return [];
  return late.flatMap((one) => {
    const { text } = fieldsOf(one);
    return typeof text === 'string' ? [text] : [];
  });
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  const isFields = typeof value === 'object' && value !== null;
  return isFields ? (value as Readonly<Record<string, unknown>>) : {};
}

/** A page of this origin, under which this gateway hands them on. */
function pathOf(link: unknown): string {
  return typeof link === 'string' && link.startsWith('/status/') ? link : '/status';
}

function timeIn(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
