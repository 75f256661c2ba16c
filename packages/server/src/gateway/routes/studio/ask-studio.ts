// Asks every cell the same of the studio, and remembers what each said last, so that a cell which is
// away leaves numbers with an age instead of none. Rules SD4 to SD6.

import type { CountState } from '@holdfast/protocol/counts.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { CellClient, CellUnavailable } from '../../../cell/cell-client.ts';
import type { StudioAsk, StudioPart, StudioReply } from '../../../studio/studio-call.ts';
import type { CellClients } from '../../parts.ts';

/** An answer this young is given again without asking; one about many videos took more to make. */
const FRESH_MS = 2_000;
const FRESH_MS_A_VIDEO = 50;
/** Rows of answers that are remembered, over all questions; the oldest answers go first. */
const ROWS_MAX = 200_000;
const ROWS_OF_ANY_ANSWER = 50;
const ANSWER_MS_MAX = 8_000;
const TOO_LATE: CellUnavailable = {
  kind: 'unavailable',
  code: 'cell-unavailable',
  retryAfterMs: 1_000,
};

export type FromCell = Readonly<{
  kind: 'from-cell';
  jurisdiction: Jurisdiction;
  reply: StudioReply;
  /** The cell has said so just now; otherwise it is what it said last. */
  isLive: boolean;
}>;

export type FromCells = Readonly<{
  cells: readonly FromCell[];
  /** Cells that have nothing to say, and have said nothing before. */
  missing: readonly Jurisdiction[];
  /** Why, of the first of them. */
  cause: CellUnavailable | undefined;
  state: CountState;
  /** The oldest of what there is. */
  asOfMs: number;
}>;

export type AskStudio = (ask: StudioAsk) => Promise<FromCells>;

type Held = Readonly<{ ask: StudioAsk; askedAtMs: number; reply: StudioReply; rows: number }>;

export function openAskStudio(cells: CellClients, nowMs: () => number): AskStudio {
  const held = new Map<string, Held>();
  let rows = 0;

  const forget = (key: string): void => {
    rows -= held.get(key)?.rows ?? 0;
    held.delete(key);
  };
  const keep = (key: string, ask: StudioAsk, reply: StudioReply): void => {
    forget(key);
    const size = rowsIn(reply);
    held.set(key, { ask, askedAtMs: nowMs(), reply, rows: size });
    rows += size;
    for (const oldest of held.keys()) {
      if (rows <= ROWS_MAX) return;
      forget(oldest);
    }
  };
  const askOne = async (cell: CellClient, ask: StudioAsk): Promise<FromCell | CellUnavailable> => {
    const { jurisdiction } = cell;
    const key = keyOf(jurisdiction, ask, nowMs());
    const last = held.get(key);
    const freshMs = FRESH_MS + ask.videos.length * FRESH_MS_A_VIDEO;
    const isFresh = last !== undefined && isSameRange(last.ask, ask);
    if (isFresh && nowMs() - last.askedAtMs < freshMs)
      return { kind: 'from-cell', jurisdiction, reply: last.reply, isLive: true };
    const reply = await withinTime(cell.call('studio', ask));
    if (reply.kind === 'studio') {
      keep(key, ask, reply);
      return { kind: 'from-cell', jurisdiction, reply, isLive: true };
    }
    const isUsable = last !== undefined && covers(last.ask, ask);
    return isUsable ? { kind: 'from-cell', jurisdiction, reply: last.reply, isLive: false } : reply;
  };

  return async (ask) => {
    const asked = [...cells.values()];
    const answers = await Promise.all(asked.map((cell) => askOne(cell, ask)));
    const known = answers.flatMap((answer) => (answer.kind === 'from-cell' ? [answer] : []));
    const missing = asked.flatMap(({ jurisdiction }, index) =>
      answers[index]?.kind === 'unavailable' ? [jurisdiction] : [],
    );
    const cause = answers.find((answer) => answer.kind === 'unavailable');
    return {
      cells: known,
      missing,
      cause,
      state: stateOf(known, missing),
      asOfMs: Math.min(nowMs(), ...known.map(({ reply }) => reply.asOfMs)),
    };
  };
}

/** A cell that takes longer is as good as away; what it says then is not waited for. */
async function withinTime(
  asked: Promise<StudioReply | CellUnavailable>,
): Promise<StudioReply | CellUnavailable> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<CellUnavailable>((resolve) => {
    timer = setTimeout(() => resolve(TOO_LATE), ANSWER_MS_MAX);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

function stateOf(known: readonly FromCell[], missing: readonly Jurisdiction[]): CountState {
  if (missing.length > 0 || known.length === 0) return 'unknown';
  return known.every(({ isLive }) => isLive) ? 'live' : 'stale';
}

/** Questions about time up to now go on asking the same while time passes; others name their end. */
function keyOf(jurisdiction: Jurisdiction, ask: StudioAsk, nowMs: number): string {
  const { videos, account = '', parts, grain, fromMs, toMs } = ask;
  const span = toMs >= nowMs ? `now-${toMs - fromMs}` : `${fromMs}-${toMs}`;
  return [jurisdiction, grain, parts.join('+'), span, account, ...videos].join(' ');
}

function isSameRange(left: StudioAsk, right: StudioAsk): boolean {
  return left.fromMs === right.fromMs && left.toMs === right.toMs;
}

const BY_TIME: ReadonlySet<StudioPart> = new Set(['buckets', 'days', 'comments', 'followers']);

/** Lists by time can be cut to a later beginning; numbers of a whole range cannot. */
function covers(older: StudioAsk, newer: StudioAsk): boolean {
  if (isSameRange(older, newer)) return true;
  const isByTime = newer.parts.every((part) => BY_TIME.has(part));
  return isByTime && older.fromMs <= newer.fromMs;
}

function rowsIn(reply: StudioReply): number {
  const { buckets, days, videos, viewerDays, corrections, comments, followers } = reply;
  const changes = (comments?.changes.length ?? 0) + (followers?.changes.length ?? 0);
  const plain = buckets.length + videos.length + viewerDays.length + corrections.length + changes;
  return ROWS_OF_ANY_ANSWER + plain + days.length * 4;
}
