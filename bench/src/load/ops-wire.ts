// The ops of `/v1/ops` as text, and the judging of their answers.

import { Buffer } from 'node:buffer';
import { numberAt } from './http-connection.ts';
import type { LikeOp } from './like-walk.ts';
import { videoName } from './setup.ts';

const COUNTED: Buffer = Buffer.from('"counted"');
const SEQ_MARK: Buffer = Buffer.from('"seq":');

export function opText(op: LikeOp, name: string): string {
  return `{"n":${op.n},"kind":"${op.liked ? 'like' : 'unlike'}","video":"${name}"}`;
}

/** The position in an answer; 0 when it has none, as from a stand-in. */
export function seqOf(body: Buffer): number {
  const at = body.indexOf(SEQ_MARK);
  return at === -1 ? 0 : numberAt(body, at + SEQ_MARK.length);
}

function occurrences(body: Buffer, mark: Buffer): number {
  let count = 0;
  for (let at = body.indexOf(mark); at !== -1; at = body.indexOf(mark, at + mark.length))
    count += 1;
  return count;
}

type OpResult = Readonly<{ n?: number; outcome?: string; code?: string }>;

/**
 * Throws unless every op was `counted`, because every op of the walk changes state; an op that
 * was sent again may be a `duplicate`. Parses the answer only when it is not all `counted`.
 */
export function judgeOutcomes(ops: readonly LikeOp[], body: Buffer, attempts: number): void {
  if (occurrences(body, COUNTED) === ops.length) return;
  const parsed = JSON.parse(body.toString()) as Readonly<{ results?: readonly OpResult[] }>;
  const outcomes = new Map(parsed.results?.map((result) => [result.n, result]));
  for (const op of ops) {
    const result = outcomes.get(op.n);
    const outcome = result?.outcome ?? 'nothing';
    if (outcome === 'counted' || (outcome === 'duplicate' && attempts > 1)) continue;
    const code = result?.code === undefined ? '' : ` (${result.code})`;
    const text = opText(op, videoName(op.video));
    throw new Error(`op ${text} was answered with ${outcome}${code}; it must be counted`);
  }
}
