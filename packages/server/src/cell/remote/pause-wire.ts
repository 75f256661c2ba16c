// What a gateway tells the new owner of a cell about the pause of a hand-over: how many ops it held,
// sent again and refused, and how long the held ones waited. Numbers only.
//
// Rules: docs/spec/wire.md (W123, W124), docs/spec/certificate.md (T15).

import { fits, id, uint } from '@holdfast/protocol/shape.ts';

/** Upper ends of the buckets of waiting times; what waited longer is in one more. */
export const HOLD_BUCKETS_MS: readonly number[] = [1, 2, 5, 10, 20, 50, 100, 200, 350, 500, 900];
/** A gateway tells within this of the deciding entry, or it is missing in the certificate. */
export const PAUSE_REPORT_MS_MAX = 5_000;
export const PAUSE_BYTES_MAX = 2_048;

export type PauseReport = Readonly<{
  handover: string;
  /** Ops that waited because of the pause, whatever became of them. */
  held: number;
  /** Ops sent again, each time counted. */
  retried: number;
  /** Ops that were answered as unavailable. */
  refused: number;
  /** Requests of clients that ended in an error: with refused ops, and others. */
  clientErrors: number;
  /** Ops acknowledged after they had waited, by bucket of the time since they arrived. */
  holds: readonly number[];
}>;

const isHolds = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length === HOLD_BUCKETS_MS.length + 1 &&
  value.every((count) => fits(uint, count));
const REPORT = {
  handover: id,
  held: uint,
  retried: uint,
  refused: uint,
  clientErrors: uint,
  holds: isHolds,
};

/** Reads a report; `undefined` when it is none. */
export function readPauseReport(body: Uint8Array): PauseReport | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    // The shape above is this type, field by field.
    return fits(REPORT, value) ? (value as PauseReport) : undefined;
  } catch {
    return undefined;
  }
}
