// A charter and the parties of a cell, for tests of what stands between a gateway and them.

import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import type { CharterBody, Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { Epoch, Jurisdiction, Seq } from '@holdfast/protocol/ids.ts';
import type { OpGroup, Position, SubmitReply } from '../../cell/cell-client.ts';
import type { Publication } from '../../border/publication.ts';
import type { AnyCall } from '../../cell/messages.ts';
import type { Lost, OpsResult, RemoteCell } from '../../cell/remote/remote-cell.ts';
import type { PauseReport } from '../../cell/remote/pause-wire.ts';
import { FakeTime } from '../../exchange/fake-time.ts';
import { ownerLine } from './owner-line.ts';
import type { OwnerBook, OwnerLine } from './owner-line.ts';

export const US = 'us' as Jurisdiction;

export function party(operator: string): Party {
  const url = `http://${operator}.example`;
  return { operator, site: 'main', publicKey: `key of ${operator}`, url };
}

export const north: Party = party('north');
export const south: Party = party('south');

export function entry(epoch: number, owner: Party, rest: Partial<CharterBody> = {}): CharterBody {
  const act = epoch === 1 ? 'found' : 'cede';
  const reason = 'a test';
  return { cell: US, epoch: epoch as Epoch, act, owner, rule: 'solo', reason, ...rest };
}

export const unreachable: Lost = { kind: 'lost', effect: 'none', detail: 'no connection' };
export const broken: Lost = { kind: 'lost', effect: 'unknown', detail: 'it broke off' };

export function acknowledged(groups: readonly OpGroup[]): SubmitReply {
  const ops = groups.reduce((sum, group) => sum + group.ops.length, 0);
  const position = { epoch: 1 as Epoch, seq: 1 as Seq };
  return { kind: 'durable', ...position, outcomes: new Uint8Array(ops) };
}

/** One frame, call or stream that is under way; the test ends it. */
export type Sent = Readonly<{
  to: string;
  epoch: number;
  requests: readonly (readonly OpGroup[])[];
  signal: AbortSignal;
  end: (result: OpsResult) => void;
  acknowledge: () => void;
}>;
export type Called = Readonly<{ to: string; name: string; end: (reply: unknown) => void }>;
export type Stream = Readonly<{
  to: string;
  after: Position | undefined;
  publish: (...publications: readonly Publication[]) => boolean;
  end: (result: Lost) => void;
  signal: AbortSignal;
}>;

export type Rig = Readonly<{
  time: FakeTime;
  line: OwnerLine;
  book: OwnerBook & Readonly<{ add: (entry: CharterBody) => void; offered: CharterEntry[] }>;
  sent: Sent[];
  called: Called[];
  streams: Stream[];
  /** What owners were told of pauses. */
  reports: Readonly<{ to: string; report: PauseReport }>[];
  /** What was said of whether the owner can be reached. */
  reach: string[];
  /** Lets time pass, and everything happen that it brings. */
  pass: (ms: number) => Promise<void>;
}>;

type Heard = Pick<Rig, 'sent' | 'called' | 'streams' | 'reports'>;

/** Everything that is due in this turn, and what follows from it. */
export async function settled(): Promise<void> {
  for (let turns = 0; turns < 4; turns += 1) await new Promise(setImmediate);
}

const STEP_MS = 5;

export function rig(...entries: readonly CharterBody[]): Rig {
  const time = new FakeTime();
  const book = bookOf(entries);
  const sent: Sent[] = [];
  const called: Called[] = [];
  const streams: Stream[] = [];
  const reach: string[] = [];
  const reports: Rig['reports'] = [];
  const heard = { sent, called, streams, reports };
  const connect = ({ operator }: Party): RemoteCell => fakeRemote(operator, heard);
  const line = ownerLine({
    jurisdiction: US,
    book,
    connect,
    monotonicMs: time.clock.monotonicMs,
    onReach: ({ kind, owner }) => reach.push(`${owner.operator} ${kind}`),
    onRefused: () => undefined,
  });
  const pass = async (ms: number): Promise<void> => {
    for (let passedMs = 0; passedMs < ms; passedMs += STEP_MS) {
      time.pass(Math.min(STEP_MS, ms - passedMs));
      await settled();
    }
  };
  return { time, line, book, ...heard, reach, pass };
}

function bookOf(entries: readonly CharterBody[]): Rig['book'] {
  const known = [...entries];
  const listeners = new Set<(entry: CharterBody) => void>();
  const offered: CharterEntry[] = [];
  return {
    newest: () => known.at(-1),
    entryOf: (_cell, epoch) => known.find((one) => one.epoch === epoch),
    watch: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    size: () => known.length,
    offer: (one) => {
      offered.push(one);
      return { kind: 'taken', isNew: true };
    },
    offered,
    add: (one) => {
      known.push(one);
      for (const listener of listeners) listener(one);
    },
  };
}

function fakeRemote(to: string, { sent, called, streams, reports }: Heard): RemoteCell {
  return {
    sendOps: (epoch, requests, signal) =>
      new Promise((end) => {
        const acknowledge = (): void =>
          end({ kind: 'replies', replies: requests.map((groups) => acknowledged(groups)) });
        sent.push({ to, epoch, requests, signal, end, acknowledge });
        signal.addEventListener('abort', () => end(broken));
      }),
    call: (_epoch, call: AnyCall) =>
      new Promise((resolve) => {
        // The test knows what it asked for.
        const end = resolve as (reply: unknown) => void;
        called.push({ to, name: call.name, end });
      }),
    listen: (_epoch, after, take, signal) =>
      new Promise((end) => {
        const publish = (...publications: readonly Publication[]): boolean => {
          const goesOn = take(publications);
          if (!goesOn) end({ kind: 'lost', effect: 'none', detail: 'left' });
          return goesOn;
        };
        streams.push({ to, after, publish, end, signal });
        signal.addEventListener('abort', () => end(unreachable));
      }),
    entriesAfter: async () => unreachable,
    reportPause: async (report) => {
      reports.push({ to, report });
      return { kind: 'told' };
    },
    close: () => undefined,
  };
}
