// What can be asked of an engine, in the words of the outside; admission turns it into entries.

import type { CorrectionReason, Metric } from '@holdfast/protocol/counts.ts';
import type { Epoch, Seq, VideoId } from '@holdfast/protocol/ids.ts';
import type { Op } from '@holdfast/protocol/ops.ts';
import type { PersonNo } from '../counting/numbers.ts';
import type { LaneHash } from '../counting/set-hash.ts';

/** Who acts. `subjectKey` is unique in the cell: realm and subject, as `identify` expects it. */
export type Who = Readonly<
  | { kind: 'anonymous' }
  | { kind: 'person'; person: PersonNo }
  | { kind: 'subject'; subjectKey: string }
>;

export type OpsGroup = Readonly<{
  sessionKey: string;
  who: Who;
  startedAtMs: number | undefined;
  vouched: boolean;
  ops: readonly Op[];
}>;

export type EngineRequest = Readonly<
  | { kind: 'ops'; groups: readonly OpsGroup[] }
  | { kind: 'person'; subjectKey: string }
  | { kind: 'video'; video: VideoId; durationMs: number; creatorKey: string }
  | {
      kind: 'correction';
      video: VideoId;
      metric: Metric;
      delta: number;
      reason: CorrectionReason;
      note: string;
      /** See `CorrectionEntry`. */
      sessionKey: string | undefined;
    }
  | { kind: 'erase'; who: Who }
>;

/** How a request ended. Only `durable` has left a trace, and that trace is on disk. */
export type EngineReply = Readonly<
  | {
      kind: 'durable';
      epoch: Epoch;
      seq: Seq;
      /** For ops and corrections: a byte each, in the order of groups and their ops. */
      outcomes: Uint8Array;
      /** For `person`: the number that grants carry. */
      person: PersonNo;
    }
  | { kind: 'op-window'; n: number; highest: number }
  | { kind: 'below-zero'; value: number }
  | { kind: 'unknown-video' }
  | { kind: 'unavailable'; code: UnavailableCode; retryAfterMs: number }
>;

export type UnavailableCode = 'overloaded' | 'cell-unavailable' | 'storage-full' | 'shutting-down';

/** The keyed hash that stands for a subject, and the key that their own videos carry. */
export type Identified = Readonly<{ pseudonym: LaneHash; creatorKey: string }>;
export type Identify = (subjectKey: string) => Identified;
