// What the writer's thread and the storing thread say to each other.

import type { CorrectionRow, MetaRow } from '../../counting/rows.ts';
import type { FlushTable } from './flush-rows.ts';
import type { LikesRecount } from './recount-likes.ts';

/** What the storing thread begins with. */
export type FlushThreadData = Readonly<{ file: string; key: Uint8Array }>;

export type FlushRequest =
  /** Rows behind each other, and where each begins. */
  | { kind: 'rows'; table: FlushTable; bytes: Uint8Array; starts: Uint32Array }
  /** As `likePairs` gives them. */
  | { kind: 'likes'; pairs: Float64Array }
  /** As `bucketNumbers` gives them. */
  | { kind: 'buckets'; minute: number; numbers: Float64Array }
  /** Runs of starts that all fall on one UTC day, as `DayRun` says. */
  | { kind: 'starts'; day: number; numbers: Uint32Array }
  | { kind: 'uniques'; rows: readonly { key: number; kind: number; data: Uint8Array }[] }
  | { kind: 'commit'; meta: MetaRow; corrections: readonly CorrectionRow[] }
  | { kind: 'maintain'; nowMs: number }
  | { kind: 'checkpoint-journal'; file: string }
  /** Answered by `recounted`, whenever it is done; what is asked meanwhile is not kept waiting. */
  | { kind: 'recount-likes' }
  | { kind: 'close' };

export type FlushReply =
  | { kind: 'ready' }
  | { kind: 'done' }
  | { kind: 'failed'; isFull: boolean; message: string }
  | { kind: 'recounted'; recount: LikesRecount | undefined }
  | { kind: 'recount-failed'; message: string };
