// What a simulated process sees of the world around it, and what the others can be asked.

import type { MetaRow } from '@holdfast/engine/counting/rows.ts';
import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { PartyEvent, PartyState } from '@holdfast/engine/handover/party-state.ts';
import type { StoredChanges } from '@holdfast/engine/state/memory/memory-state-store.ts';
import type { Epoch, Seq, VideoId } from '@holdfast/protocol/ids.ts';
import type { Publication, SubtotalsPublication } from '@holdfast/server/border/publication.ts';
import type {
  CellUnavailable,
  OpGroup,
  Position,
  SubmitReply,
} from '@holdfast/server/cell/cell-client.ts';
import type {
  Declined,
  EntriesResult,
  OpsResult,
} from '@holdfast/server/cell/remote/remote-cell.ts';
import type {
  DecisionAnswer,
  Delivery,
  Question,
  Report,
} from '@holdfast/server/replication/peer.ts';
import type { ChangedVideos, History } from './history.ts';
import type { Hooks } from './hooks.ts';
import type { Marks } from './marks.ts';
import type { Network, Ordered } from './network.ts';
import type { Life, Process } from './process.ts';
import type { CheckerName } from './promises.ts';
import type { Registrar } from './registrar.ts';
import type { VirtualTime } from './virtual-time.ts';

export type Snapshot = Readonly<{
  flushes: readonly StoredChanges[];
  seq: Seq;
  chain: Uint8Array;
}>;

/** A stream of publications that a gateway has opened. */
export type Stream = Readonly<{
  to: Life;
  line: Ordered;
  take: (publication: Publication) => void;
  end: () => void;
}>;

/** A party as others reach it. */
export type PartyDoor = Readonly<{
  process: Process;
  takeDelivery: (from: Party, delivery: Delivery) => Promise<Report | undefined>;
  decide: (from: Party, question: Question) => Promise<DecisionAnswer | undefined>;
  makeSnapshot: (to: Party) => Promise<Snapshot | undefined>;
  tell: (event: PartyEvent) => Promise<unknown>;
  ops: (epoch: Epoch, requests: readonly (readonly OpGroup[])[]) => Promise<OpsResult>;
  entriesAfter: (n: number) => EntriesResult;
  listen: (
    epoch: Epoch,
    after: Position | undefined,
    stream: Stream,
  ) => Declined | CellUnavailable | undefined;
}>;

/** A gateway as devices reach it. */
export type GatewayDoor = Readonly<{
  process: Process;
  submit: (groups: readonly OpGroup[]) => Promise<SubmitReply | undefined>;
}>;

export type Shown = Readonly<{ likes: number | null; views: number | null }>;

export type Around = Readonly<{
  hooks: Hooks;
  time: VirtualTime;
  marks: Marks;
  history: History;
  network: Network;
  registrar: Registrar;
  gateways: readonly GatewayDoor[];
  partyOf: (party: Party) => PartyDoor;
  note: (line: string) => void;
  /** A party has entered a state. */
  entered: (party: string, state: PartyState) => void;
  broken: (checker: CheckerName, detail: string) => void;
  applied: (party: string, meta: Readonly<MetaRow>, videos: ChangedVideos) => void;
  acked: (party: string, reply: Extract<SubmitReply, { kind: 'durable' }>) => void;
  published: (gateway: string, publication: SubtotalsPublication) => void;
  shown: (gateway: string, video: VideoId, now: Shown) => void;
}>;
