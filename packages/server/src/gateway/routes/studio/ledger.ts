// GET /v1/videos/{id}/ledger: why this number. Rules SD14 to SD16.

import { OP_KINDS, OUTCOMES } from '@holdfast/protocol/ops.ts';
import type { Outcome } from '@holdfast/protocol/ops.ts';
import type { CellCounts } from '@holdfast/protocol/counts.ts';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import {
  addTally,
  emptyTally,
  TALLY_SLOT,
  tallyByClass,
  tallyTotal,
} from '@holdfast/engine/counting/tallies.ts';
import type { FastifyInstance } from 'fastify';
import type { StudioBooks } from '../../../studio/studio-call.ts';
import { askAll } from '../../all-cells.ts';
import { sendJson, timeText } from '../../answers.ts';
import { sendRefusal, unavailable } from '../../refusal.ts';
import type { FromCell } from './ask-studio.ts';
import { ownVideo } from './studio-parts.ts';
import type { StudioParts } from './studio-parts.ts';
import { askAbout } from './video-routes.ts';

type Classes = Readonly<Record<Outcome, number>>;

/** One cell's part. Without books it has never heard of the video. */
type CellLedger = Readonly<{
  jurisdiction: string;
  tally: readonly number[];
  books: StudioBooks | undefined;
  asOf: string;
}>;

function classesOf(tally: readonly number[], kind: (typeof OP_KINDS)[number]): Classes {
  return Object.fromEntries(
    OUTCOMES.map((outcome) => [outcome, tally[TALLY_SLOT[kind][outcome]] ?? 0]),
  ) as Classes;
}

/**
 * SD15: whether classes and corrections make the counts of a cell, and readers are shown no others:
 * what they see may be older, but not different at the same position.
 */
export function isBalanced(books: StudioBooks, shown: CellCounts | undefined): boolean {
  const of = (kind: 'view' | 'like' | 'unlike'): number =>
    books.tally[TALLY_SLOT[kind].counted] ?? 0;
  const views = books.views + books.viewsCorrected;
  const likes = books.likes + books.likesCorrected;
  if (views !== of('view') + books.listedViews) return false;
  // Erased likes are listed as corrections, so they are in the sum.
  if (likes !== of('like') - of('unlike') + books.listedLikes) return false;
  const isSamePosition = shown?.epoch === books.epoch && shown.seq === books.seq;
  return !isSamePosition || (shown.likes === likes && shown.views === views);
}

function cellLedger(video: VideoId, { jurisdiction, reply }: FromCell): CellLedger {
  const books = reply.books.find((one) => one.video === video);
  const asOf = timeText(reply.asOfMs);
  return { jurisdiction, tally: books?.tally ?? emptyTally(), books, asOf };
}

function cellItem(video: VideoId, cell: CellLedger, shown: CellCounts | undefined): object {
  const { jurisdiction, tally, books, asOf } = cell;
  return {
    jurisdiction,
    received: tallyTotal(tally),
    classes: tallyByClass(tally),
    likes: books === undefined ? 0 : books.likes + books.likesCorrected,
    views: books === undefined ? 0 : books.views + books.viewsCorrected,
    shown: { likes: shown?.likes ?? null, views: shown?.views ?? null },
    balanced: books === undefined || isBalanced(books, shown),
    balance: `/v1/videos/${video}/balances`,
    asOf,
    epoch: books?.epoch ?? null,
    seq: books?.seq ?? null,
  };
}

export function addLedgerRoute(app: FastifyInstance, parts: StudioParts): void {
  app.get('/v1/videos/:id/ledger', async (request, reply) => {
    const own = await ownVideo(parts, [request, reply]);
    if (own.kind === 'refusal') return sendRefusal(reply, own);
    const { video } = own;
    const range = { kind: 'range', fromMs: 0, toMs: parts.nowMs() } as const;
    const told = await askAbout(parts, 'books', own, range);
    if (told.kind === 'refusal') return sendRefusal(reply, told);
    const listed = await askAll(parts.cells, 'corrections', { video });
    if (listed.kind === 'unavailable') return sendRefusal(reply, unavailable(listed));
    const cells = told.from.cells.map((cell) => cellLedger(video, cell));
    const all = emptyTally();
    for (const { tally } of cells) addTally(all, tally);
    const counts = parts.exchange.counts(video);
    const corrections = [...listed.replies.values()]
      .flatMap(({ items }) => items)
      .sort((left, right) => right.atMs - left.atMs)
      .map(({ jurisdiction, metric, delta, reason, note, atMs }) => {
        return { at: timeText(atMs), jurisdiction, metric, delta, reason, note };
      });
    return sendJson(reply, 200, {
      video,
      received: tallyTotal(all),
      classes: tallyByClass(all),
      perKind: Object.fromEntries(OP_KINDS.map((kind) => [kind, classesOf(all, kind)])),
      corrections,
      shown: { likes: counts.likes, views: counts.views },
      balanced: cells.every(({ jurisdiction, books }) => {
        return books === undefined || isBalanced(books, counts.cells[jurisdiction]);
      }),
      state: told.from.state,
      asOf: timeText(told.from.asOfMs),
      perCell: cells.map((cell) => cellItem(video, cell, counts.cells[cell.jurisdiction])),
    });
  });
}
