// What a party says of its hand-over to the people who run it: the document behind `status` and
// `watch`. A number that is not known is null, never 0.

import { CHARTER_ACTS } from '@holdfast/engine/handover/charter-rules.ts';
import { GATE_NAMES } from '@holdfast/engine/handover/gates.ts';
import type { Gate } from '@holdfast/engine/handover/gates.ts';
import type { Lag, Pace } from '@holdfast/engine/handover/lag.ts';
import { PARTY_STATES } from '@holdfast/engine/handover/party-machine.ts';
import type { PartyState } from '@holdfast/engine/handover/party-state.ts';
import {
  bool,
  choice,
  fits,
  id,
  jurisdiction,
  list,
  text,
  uint,
  union,
} from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import { HANDOVER_MODES } from './pilot.ts';
import type { HandoverMode } from './pilot.ts';

/** A party as people are told of it. */
export type PartyName = Readonly<{ operator: string; site: string; url: string }>;

export type Ended = Readonly<{
  outcome: 'handed-over' | 'aborted';
  reason: string;
  atMs: number;
}>;

export type RunningHandover = Readonly<{
  id: string;
  mode: HandoverMode;
  isApproved: boolean;
  target: PartyName;
  startedAtMs: number;
  /** Present once it has ended; the newest one stays to be seen. */
  ended: Ended | null;
}>;

/** Bytes of a snapshot; about, for a copy that is resumed counts again. */
export type Copying = Readonly<{
  bytes: number;
  bytesTotal: number;
  bytesPerSecond: number | null;
  /** Why the source lets it go no faster, in words; `null` when it does not hold it back. */
  heldBack: string | null;
}>;

export type HandoverStatus = Readonly<{
  cell: string;
  party: PartyName;
  state: PartyState['kind'];
  epoch: number;
  owner: PartyName | null;
  /** The act of the newest entry. */
  act: string | null;
  handover: RunningHandover | null;
  progress: Readonly<{
    copying: Copying | null;
    /** Batches that the follower does not have yet. */
    batchesLeft: number | null;
    /** An estimate, at the speed of the last few seconds. */
    leftMs: number | null;
    pace: Pace;
  }>;
  lag: Lag;
  rates: Readonly<{
    ownerOpsPerSecond: number | null;
    ownerBatchesPerSecond: number | null;
    /** Of ops that are durable at the follower. */
    followerOpsPerSecond: number | null;
    followerBatchesPerSecond: number | null;
  }>;
  /** Empty while no hand-over runs. */
  gates: readonly Gate[];
  pause: Readonly<{ pauseMs: number; isOver: boolean }> | null;
  ops: Readonly<{
    turnedAway: number | null;
    held: number | null;
    retried: number | null;
    refused: number | null;
    /** Errors that gateways gave to clients. */
    clientErrors: number | null;
  }>;
  certificate: Readonly<{ handover: string; isMade: boolean; detail: string }> | null;
}>;

const none: Shape = (value) => value === null;
const number: Shape = (value) => Number.isFinite(value);
const maybe = union(number, none);
const PARTY: Shape = { operator: text(32), site: text(32), url: text(200) };

const STATUS: Shape = {
  cell: jurisdiction,
  party: PARTY,
  state: choice(...PARTY_STATES),
  epoch: uint,
  owner: union(PARTY, none),
  act: union(choice(...CHARTER_ACTS), none),
  handover: union(none, {
    id,
    mode: choice(...HANDOVER_MODES),
    isApproved: bool,
    target: PARTY,
    startedAtMs: number,
    ended: union(none, {
      outcome: choice('handed-over', 'aborted'),
      reason: text(1_000),
      atMs: number,
    }),
  }),
  progress: {
    copying: union(none, {
      bytes: number,
      bytesTotal: number,
      bytesPerSecond: maybe,
      heldBack: union(text(300), none),
    }),
    batchesLeft: maybe,
    leftMs: maybe,
    pace: choice('unknown', 'throttled', 'stalled', 'diverging', 'converging', 'idle'),
  },
  lag: union(
    { kind: choice('unknown'), reason: text(500) },
    { kind: choice('known'), lagMs: number, trend: choice('falling', 'steady', 'rising') },
  ),
  rates: {
    ownerOpsPerSecond: maybe,
    ownerBatchesPerSecond: maybe,
    followerOpsPerSecond: maybe,
    followerBatchesPerSecond: maybe,
  },
  gates: list({
    name: choice(...GATE_NAMES),
    light: choice('green', 'red', 'unknown'),
    reason: text(2_000),
  }),
  pause: union(none, { pauseMs: number, isOver: bool }),
  ops: { turnedAway: maybe, held: maybe, retried: maybe, refused: maybe, clientErrors: maybe },
  certificate: union(none, { handover: id, isMade: bool, detail: text(2_000) }),
};

/** Reads a status in every field: a process of another version may have others. */
export function readStatus(value: unknown): HandoverStatus | undefined {
  return fits(STATUS, value) ? (value as HandoverStatus) : undefined;
}
