// One party of a cell behind the network, as a gateway asks it: frames of ops, calls, and what it
// publishes. It decides nothing: who is asked, under which epoch, and what happens to what was not
// taken, is `gateway/ops-route`.
//
// Rules: docs/spec/wire.md (W100 and up).

import { ByteWriter } from '@holdfast/engine/codec/bytes.ts';
import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import { fits } from '@holdfast/protocol/shape.ts';
import { readEntry } from '@holdfast/engine/charter/charter-entry.ts';
import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import type { Publication } from '../../border/publication.ts';
import { unavailable } from '../../border/answer-shape.ts';
import type { NoAnswer } from '../../signed/no-answer.ts';
import { signedClient } from '../../signed/signed-client.ts';
import type { Answer, SignedClient } from '../../signed/signed-client.ts';
import type { WireIdentity } from '../../signed/wire-key.ts';
import type {
  CallName,
  CallReply,
  CellUnavailable,
  NotServed,
  OpGroup,
  Position,
  SubmitReply,
} from '../cell-client.ts';
import type { AnyCall } from '../messages.ts';
import { readCallAnswer, writeCall } from './calls-wire.ts';
import {
  CALL_ANSWER_BYTES_MAX,
  callPath,
  ENTRIES_ANSWER_BYTES_MAX,
  ENTRIES_PAGE_MAX,
  entriesPath,
  FRAME_ANSWER_BYTES_MAX,
  opsPath,
  pausesPath,
  publicationsPath,
  STREAM_SILENCE_MS_MAX,
} from './cell-wire.ts';
import type { PauseReport } from './pause-wire.ts';
import { readOpsAnswer, writeOpsFrame } from './ops-wire.ts';
import { readPublications } from './publications-wire.ts';

/** The party took nothing, and says why; `newest` is not yet verified. */
export type Declined = NotServed & Readonly<{ newest: CharterEntry | undefined }>;

/** No answer that can be used. `effect` is `none` when the party is known to have done nothing. */
export type Lost = Readonly<{ kind: 'lost'; effect: 'none' | 'unknown'; detail: string }>;

export type OpsResult = Readonly<{ kind: 'replies'; replies: readonly SubmitReply[] }> | Ended;
type Ended = Declined | CellUnavailable | Lost;

export type EntriesResult = Readonly<{ kind: 'entries'; entries: readonly CharterEntry[] }> | Ended;

export type RemoteCell = Readonly<{
  /** Sends requests as one frame; each has one reply. Never throws for the net or the peer. */
  sendOps: (
    epoch: Epoch,
    requests: readonly (readonly OpGroup[])[],
    signal: AbortSignal,
  ) => Promise<OpsResult>;
  /** Asks one call. Never throws for the net or the peer. */
  call: <Name extends CallName>(
    epoch: Epoch,
    call: Extract<AnyCall, { name: Name }>,
  ) => Promise<CallReply<Name> | Declined | Lost>;
  /**
   * Hands over what the cell publishes, in order, chunk by chunk, until the stream ends or `take`
   * says that it must; resolves with why.
   */
  listen: (
    epoch: Epoch,
    after: Position | undefined,
    take: (publications: readonly Publication[]) => boolean,
    signal: AbortSignal,
  ) => Promise<Ended>;
  /**
   * The charter entries that the party knows after a number, a page of them, not yet verified.
   * Never throws for the net or the peer.
   */
  entriesAfter: (n: number) => Promise<EntriesResult>;
  /** Tells what a pause was to the clients of this gateway. Never throws for the net or the peer. */
  reportPause: (report: PauseReport) => Promise<Readonly<{ kind: 'told' }> | Lost>;
  close: () => void;
}>;

export type ConnectCell = Readonly<{
  jurisdiction: Jurisdiction;
  party: Party;
  identity: WireIdentity;
  nowMs: () => number;
  randomBytes: (bytes: number) => Buffer;
}>;

/** Silence after which a frame is taken for lost: far longer than a commit takes. */
export const OPS_SILENCE_MS_MAX = 2_000;
const OPS_CONNECTIONS_MAX = 8;
const CALL_CONNECTIONS_MAX = 64;

/** Makes the client of one party; connections come about when they are needed. */
export function connectCell(options: ConnectCell): RemoteCell {
  const { jurisdiction, party, identity, nowMs, randomBytes } = options;
  const open = (connectionsMax: number): SignedClient =>
    signedClient({ identity, peer: party, nowMs, randomBytes, connectionsMax });
  // Apart, so that slow calls such as those about passwords never keep ops waiting.
  const ops = open(OPS_CONNECTIONS_MAX);
  const calls = open(CALL_CONNECTIONS_MAX);
  const writer = new ByteWriter();

  return {
    sendOps: async (epoch, requests, signal) => {
      writeOpsFrame(writer, { epoch, requests });
      const answer = await ops.ask({
        method: 'POST',
        path: opsPath(jurisdiction),
        body: writer.take(),
        silenceMsMax: OPS_SILENCE_MS_MAX,
        answerBytesMax: FRAME_ANSWER_BYTES_MAX,
        signal,
      });
      if (answer.kind !== 'answer') return lost(answer);
      if (answer.status !== 200) return refusalIn(answer);
      const replies = readOpsAnswer(answer.body, requests);
      return 'kind' in replies ? odd(replies.detail) : { kind: 'replies', replies };
    },
    call: async (epoch, call) => {
      const { name } = call;
      const answer = await calls.ask({
        method: 'POST',
        path: callPath(jurisdiction, name),
        body: writeCall({ epoch, call }),
        answerBytesMax: CALL_ANSWER_BYTES_MAX,
      });
      if (answer.kind !== 'answer') return lost(answer);
      if (answer.status !== 200) return refusalIn(answer);
      const reply = readCallAnswer(name, answer.body);
      return reply.kind === 'fault' ? odd(reply.detail) : reply;
    },
    listen: async (epoch, after, take, signal) => {
      const path = publicationsPath(jurisdiction, epoch, after);
      const silenceMsMax = STREAM_SILENCE_MS_MAX;
      const answer = await calls.stream({ method: 'GET', path, silenceMsMax, signal });
      if (answer.kind === 'no-answer') return lost(answer);
      if (answer.kind === 'answer') return refusalIn(answer);
      return hand(answer.chunks, jurisdiction, take);
    },
    entriesAfter: async (n) => {
      const answer = await calls.ask({
        method: 'GET',
        path: entriesPath(jurisdiction, n),
        silenceMsMax: OPS_SILENCE_MS_MAX,
        answerBytesMax: ENTRIES_ANSWER_BYTES_MAX,
      });
      if (answer.kind !== 'answer') return lost(answer);
      return answer.status === 200 ? entriesIn(answer) : refusalIn(answer);
    },
    reportPause: async (report) => {
      const answer = await calls.ask({
        method: 'POST',
        path: pausesPath(jurisdiction),
        body: JSON.stringify(report),
        silenceMsMax: OPS_SILENCE_MS_MAX,
      });
      if (answer.kind !== 'answer') return lost(answer);
      // What was refused once is refused again.
      return { kind: 'told' };
    },
    close: () => {
      ops.close();
      calls.close();
    },
  };
}

async function hand(
  chunks: AsyncIterable<Buffer>,
  jurisdiction: Jurisdiction,
  take: (publications: readonly Publication[]) => boolean,
): Promise<Lost> {
  try {
    for await (const chunk of chunks) {
      const publications = readPublications(chunk, jurisdiction);
      if ('kind' in publications) return odd(publications.detail);
      if (!take(publications)) return { kind: 'lost', effect: 'none', detail: 'left' };
    }
    return { kind: 'lost', effect: 'none', detail: 'the cell ended the stream' };
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    return { kind: 'lost', effect: 'none', detail };
  }
}

function entriesIn({ body }: Answer): EntriesResult {
  const { entries } = fieldsOf(jsonIn(body));
  if (!Array.isArray(entries) || entries.length > ENTRIES_PAGE_MAX) {
    return odd('no page of charter entries');
  }
  const read = entries.flatMap((value: unknown) => readEntry(value) ?? []);
  if (read.length < entries.length) return odd('a charter entry that cannot be read');
  return { kind: 'entries', entries: read };
}

function lost({ effect, detail }: NoAnswer): Lost {
  return { kind: 'lost', effect, detail };
}

/** An answer that is proven and cannot be read: of another version, or of a broken program. */
function odd(detail: string): Lost {
  return {
    kind: 'lost',
    effect: 'unknown',
    detail: `The cell answers in another form: ${detail}.`,
  };
}

/** What a party said instead of doing what was asked. */
function refusalIn({ status, body }: Answer): Ended {
  const value = jsonIn(body);
  if (isUnavailable(value)) return value;
  const { kind, epoch, newest, detail } = fieldsOf(value);
  if (kind === 'sealed' || kind === 'not-owner' || kind === 'behind') {
    const known = Number.isSafeInteger(epoch) ? (epoch as Epoch) : (0 as Epoch);
    return { kind, epoch: known, newest: readEntry(newest) };
  }
  const said = typeof detail === 'string' ? detail.slice(0, 500) : '';
  return { kind: 'lost', effect: 'none', detail: `The cell refused with ${status}. ${said}` };
}

function jsonIn(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): Readonly<Partial<Record<string, unknown>>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function isUnavailable(value: unknown): value is CellUnavailable {
  return fits(unavailable, value);
}
