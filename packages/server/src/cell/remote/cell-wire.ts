// The paths and limits of the cell protocol: what a gateway and a cell say to each other.
//
// Rules: docs/spec/wire.md (W100 and up).

import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { CallName, Position } from '../cell-client.ts';

/**
 * Bytes of one frame of ops: the largest bulk request, beside what was gathered before it. A call
 * is not larger: the largest asks about the ops of one bulk request.
 */
export const FRAME_BYTES_MAX: number = 6 * 1024 * 1024;
/** Requests in one frame of ops. */
export const FRAME_REQUESTS_MAX = 8_192;
/** Ops in one frame. */
export const FRAME_OPS_MAX = 32_768;
/** Bytes of the answer to one frame: a byte an op and some 20 a request. */
export const FRAME_ANSWER_BYTES_MAX: number = 1024 * 1024;
/** Bytes of the answer to a call: a thousand corrections with their notes, or a year of quarters. */
export const CALL_ANSWER_BYTES_MAX: number = 8 * 1024 * 1024;
/** Videos in one chunk of publications. */
export const CHUNK_VIDEOS_MAX = 5_000;
/** Charter entries in one answer: whoever reads them writes and flushes each by itself. */
export const ENTRIES_PAGE_MAX = 32;
/** Bytes of such an answer: an entry is some 3 KiB, and 16 KiB with the longest names. */
export const ENTRIES_ANSWER_BYTES_MAX: number = 1024 * 1024;
/** A stream that has nothing to say sends an empty chunk this often … */
export const STREAM_ALIVE_MS = 1_000;
/** … so that this much silence means that the cell is gone. */
export const STREAM_SILENCE_MS_MAX = 3_000;

const OPS = '/ops';
const CALLS = '/calls/';
const PUBLICATIONS = '/publications';
const PAUSES = '/pauses';
const ENTRIES = '/charter-entries';

/** The routes of a cell, in the form of the router. */
export const CELL_ROUTES = {
  ops: `/v1/cells/:cell${OPS}`,
  calls: `/v1/cells/:cell${CALLS}:name`,
  publications: `/v1/cells/:cell${PUBLICATIONS}`,
  pauses: `/v1/cells/:cell${PAUSES}`,
  entries: `/v1/cells/:cell${ENTRIES}`,
} as const;

export function opsPath(cell: Jurisdiction): string {
  return `/v1/cells/${cell}${OPS}`;
}

export function pausesPath(cell: Jurisdiction): string {
  return `/v1/cells/${cell}${PAUSES}`;
}

export function callPath(cell: Jurisdiction, name: CallName): string {
  return `/v1/cells/${cell}${CALLS}${name}`;
}

/** The charter entries that the party knows after a number. */
export function entriesPath(cell: Jurisdiction, after: number): string {
  return `/v1/cells/${cell}${ENTRIES}?after=${after}`;
}

/** The number that `entriesPath` wrote; `undefined` when it is nothing of the kind. */
export function readEntriesPath(path: string): number | undefined {
  const after = /\?after=(\d{1,9})$/.exec(path)?.[1];
  return after === undefined ? undefined : Number(after);
}

/** `after`: publications of everything that changed since, or of all there is. */
export function publicationsPath(
  cell: Jurisdiction,
  epoch: number,
  after: Position | undefined,
): string {
  const from = after === undefined ? '' : `&after=${after.epoch}:${after.seq}`;
  return `/v1/cells/${cell}${PUBLICATIONS}?epoch=${epoch}${from}`;
}

const QUERY = /\?epoch=(\d{1,15})(?:&after=(\d{1,15}):(\d{1,15}))?$/;

/** What `publicationsPath` wrote; `undefined` when it is nothing of the kind. */
export function readPublicationsPath(
  path: string,
): Readonly<{ epoch: number; after: Position | undefined }> | undefined {
  const found = QUERY.exec(path);
  if (found === null) return undefined;
  const [, epoch, afterEpoch, afterSeq] = found;
  if (afterEpoch === undefined) return { epoch: Number(epoch), after: undefined };
  // Digits were checked; the names are only given here.
  const after = { epoch: Number(afterEpoch), seq: Number(afterSeq) } as Position;
  return { epoch: Number(epoch), after };
}
