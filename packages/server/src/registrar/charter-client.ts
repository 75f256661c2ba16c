// The charter of a registrar elsewhere: a checked copy that follows it, and appends.
//
// Rules: docs/spec/charter.md (R21 to R23).
//
// Why a reader can rely on it: every entry is checked as the registrar checks it, an entry is on
// this side's disk before anybody here acts on it, and no answer can take one back. So a registrar
// that is away costs nothing but changes of ownership; one that was put back to an older state, or
// tells two readers two pasts, is found out by those who know better.

import type { WitnessedRetirement } from '@holdfast/engine/charter/inventory.ts';
import { readWitness } from '@holdfast/engine/charter/certificate.ts';
import type { Witness, Witnessed } from '@holdfast/engine/charter/certificate.ts';
import { readEntry } from '@holdfast/engine/charter/charter-entry.ts';
import type {
  CharterEntry,
  DecisionSignature,
  SignedDecision,
} from '@holdfast/engine/charter/charter-entry.ts';
import { noAnswer } from '../signed/no-answer.ts';
import type { NoAnswer } from '../signed/no-answer.ts';
import { signedClient } from '../signed/signed-client.ts';
import type { Answer, SignedClient } from '../signed/signed-client.ts';
import { readBody, wireHttp } from '../signed/wire-http.ts';
import type { WireHttp } from '../signed/wire-http.ts';
import type { WireIdentity } from '../signed/wire-key.ts';
import { openCharterCopy } from './charter-copy.ts';
import type { CharterCopy, CopyTaken } from './charter-copy.ts';
import { followCharter } from './charter-follow.ts';
import type { CharterStatus, FollowOptions } from './charter-follow.ts';
import type { SignedHead } from './charter-head.ts';
import { CHARTER_PATH } from './charter-routes.ts';
import type { CharterView } from './charter.ts';
import type { Heard } from './heard.ts';
import type { TornTail } from './open-charter.ts';
import { ENTRIES_PATH, HEARD_PATH, HEARTBEAT_PATH } from './registrar-server.ts';
import { RETIREMENT_WITNESS_PATH } from './retirement-witness.ts';
import { WITNESS_PATH } from './witness-route.ts';

/** Largest answer that is read whole. */
const ANSWER_BYTES_MAX: number = 4 * 1024 * 1024;
const SILENCE_MS_MAX = 3_000;
/** The stream, and a few questions beside it. */
const CONNECTIONS_MAX = 4;

export type AppendOutcome = Readonly<
  /** In the copy here, too. */
  | { kind: 'appended'; entry: CharterEntry }
  /** Another came first; it is in the copy here. */
  | { kind: 'not-next'; newest: CharterEntry | undefined }
  /** Asking again is of no use; `code` is a `CharterRefusal` or one of the registrar's own. */
  | { kind: 'refused'; code: string; detail: string }
  /** With effect `unknown` it may be recorded: ask again, which is safe, or read on. */
  | NoAnswer
>;

export type CharterClient = Readonly<{
  charter: CharterView;
  status: () => CharterStatus;
  /** The newest head that the registrar signed and that was heard (R24). */
  head: () => SignedHead | undefined;
  /** The registrar's key; `undefined` when it was not told and there is no entry yet. */
  registrarKey: () => string | undefined;
  /** Calls back with each entry once it is durable here; returns what ends that. */
  watch: (listener: (entry: CharterEntry) => void) => () => void;
  append: (signed: SignedDecision) => Promise<AppendOutcome>;
  /** Takes an entry that another part sent, if it is sound and the next one; else says why not. */
  offer: (entry: CharterEntry) => CopyTaken;
  /** Tells the registrar that this part lives, and which entry is its newest. */
  heartbeat: () => Promise<Readonly<{ kind: 'heard' }> | NoAnswer>;
  /** When the registrar heard of whom; a hint, never a reason. `undefined`: it does not say. */
  heard: () => Promise<readonly Heard[] | undefined>;
  /** Asks the registrar to witness a certificate that both operators have signed. */
  witness: (asked: WitnessAsk) => Promise<WitnessOutcome>;
  /** Asks the registrar to witness the inventory of a party that gave a cell away. */
  witnessRetirement: (asked: RetirementAsk) => Promise<WitnessOutcome>;
  close: () => Promise<void>;
}>;

export type RetirementAsk = WitnessedRetirement & Readonly<{ signature: string }>;
export type WitnessAsk = Witnessed & Readonly<{ signatures: readonly DecisionSignature[] }>;
export type WitnessOutcome = Readonly<
  { kind: 'witnessed'; witness: Witness } | { kind: 'refused'; detail: string } | NoAnswer
>;

export type OpenCharterClient = Pick<FollowOptions, 'monotonicMs' | 'pause' | 'onStatus'> &
  Readonly<{
    /** Origin of the registrar. */
    url: string;
    /** Where the copy is kept; the form is that of the charter itself. */
    file: string;
    onTornTail: (tail: TornTail) => void;
    /** The registrar's key; absent, the one that witnessed the first entry is believed. */
    registrarKey?: string;
    /** Who asks; absent for a part that only reads. */
    identity?: WireIdentity;
    nowMs: () => number;
    randomBytes: (bytes: number) => Buffer;
  }>;

/** Opens the copy and begins to follow. Throws `RegistrarError` when the copy is broken. */
export function openCharterClient(options: OpenCharterClient): CharterClient {
  const { url, registrarKey } = options;
  const http = wireHttp(url, CONNECTIONS_MAX);
  const copy = openCharterCopy({ ...options, registrarKey });
  const follower = followCharter({ ...options, http, copy });
  let signed: SignedClient | undefined;

  const asker = async (): Promise<SignedClient | NoAnswer> => {
    const { identity } = options;
    if (identity === undefined) throw new Error('a part without an identity only reads');
    const publicKey = registrarKey ?? copy.charter.registrarKey() ?? (await introduced(http));
    if (publicKey === undefined) {
      return noAnswer('unreachable', 'none', `The registrar at ${url} does not say who it is.`);
    }
    const { nowMs, randomBytes } = options;
    const peer = { url, publicKey };
    signed ??= signedClient({ identity, peer, nowMs, randomBytes, connectionsMax: 2 });
    return signed;
  };

  const ask = async (path: string, document: unknown): Promise<Answer | NoAnswer> => {
    const client = await asker();
    if ('kind' in client) return client;
    const body = JSON.stringify(document);
    return client.ask({ method: 'POST', path, body, silenceMsMax: SILENCE_MS_MAX });
  };

  return {
    charter: copy.charter,
    status: follower.status,
    head: follower.head,
    registrarKey: () => registrarKey ?? copy.charter.registrarKey(),
    watch: copy.watch,
    append: async (decision) => {
      const { kind, detail } = follower.status();
      if (kind === 'refused') return { kind: 'refused', code: 'charter-contradicted', detail };
      const answer = await ask(ENTRIES_PATH, decision);
      if (answer.kind === 'no-answer') return answer;
      return outcomeOf(answer, decision, copy, http);
    },
    offer: copy.take,
    heartbeat: async () => {
      const answer = await ask(HEARTBEAT_PATH, { newest: copy.charter.size() });
      if (answer.kind === 'no-answer') return answer;
      if (answer.status === 200) return { kind: 'heard' };
      return noAnswer('wire-failed', 'unknown', textOf(answer));
    },
    heard: async () => heardIn(await read(http, HEARD_PATH)),
    witness: async (asked) => witnessIn(await ask(WITNESS_PATH, asked)),
    witnessRetirement: async (asked) => witnessIn(await ask(RETIREMENT_WITNESS_PATH, asked)),
    close: async () => {
      await follower.close();
      signed?.close();
      http.close();
      copy.close();
    },
  };
}

function witnessIn(answer: Answer | NoAnswer): WitnessOutcome {
  if (answer.kind === 'no-answer') return answer;
  const witness = answer.status === 200 ? readWitness(jsonIn(answer.body)) : undefined;
  if (witness !== undefined) return { kind: 'witnessed', witness };
  return { kind: 'refused', detail: textOf(answer) };
}

async function outcomeOf(
  answer: Answer,
  { decision }: SignedDecision,
  copy: CharterCopy,
  http: WireHttp,
): Promise<AppendOutcome> {
  const { status } = answer;
  const { entry: recorded, newest, code, detail, reason } = fieldsOf(jsonIn(answer.body));
  if (status !== 200 && status !== 201 && status !== 409) {
    const text = typeof detail === 'string' ? detail : textOf(answer);
    // R6: the registrar cannot always tell what became of it.
    if (status >= 500) return noAnswer('wire-failed', 'unknown', text);
    return { kind: 'refused', code: String(reason ?? code), detail: text };
  }
  const entry = readEntry(status === 409 ? newest : recorded);
  const fault = entry === undefined ? undefined : await takeUpTo(entry, copy, http);
  if (fault !== undefined) return noAnswer('unproven', 'unknown', fault);
  if (status === 409) return { kind: 'not-next', newest: copy.charter.newest(decision.cell) };
  if (entry !== undefined) return { kind: 'appended', entry };
  return noAnswer('wire-failed', 'unknown', 'The registrar answered with no entry.');
}

/** Brings the copy to an entry that was heard of outside the stream; says what is wrong with it. */
async function takeUpTo(
  entry: CharterEntry,
  copy: CharterCopy,
  http: WireHttp,
): Promise<string | undefined> {
  for (;;) {
    const taken = copy.take(entry);
    if (taken.kind === 'refused') return taken.detail;
    if (taken.kind === 'taken') return undefined;
    const before = copy.charter.size();
    const page = fieldsOf(await read(http, `${CHARTER_PATH}?after=${before}`))['entries'];
    for (const value of Array.isArray(page) ? page : []) {
      const next = readEntry(value);
      if (next !== undefined) copy.take(next);
    }
    // The stream may still bring them; an answer that rests on what is not known is not given.
    if (copy.charter.size() === before) return 'the entries before it could not be read';
  }
}

async function introduced(http: WireHttp): Promise<string | undefined> {
  const { registrar } = fieldsOf(await read(http, `${CHARTER_PATH}?after=0`));
  const { publicKey } = fieldsOf(registrar);
  return typeof publicKey === 'string' ? publicKey : undefined;
}

/** A document that anybody may read; `undefined` when it cannot be had. */
async function read(http: WireHttp, path: string): Promise<unknown> {
  const ask = { method: 'GET', path, body: new Uint8Array(), signed: undefined, signal: undefined };
  const result = await http.exchange({ ...ask, silenceMsMax: SILENCE_MS_MAX });
  if (result.kind === 'failed') return undefined;
  try {
    const body = await readBody(result.response, ANSWER_BYTES_MAX);
    return result.response.statusCode === 200 && body !== undefined ? jsonIn(body) : undefined;
  } catch {
    // It broke off.
    return undefined;
  }
}

function heardIn(value: unknown): readonly Heard[] | undefined {
  const { heard } = fieldsOf(value);
  if (!Array.isArray(heard)) return undefined;
  return heard.flatMap((item: unknown): Heard[] => {
    const { operator, site, keyId, agoMs, newest } = fieldsOf(item);
    const isNamed = typeof operator === 'string' && typeof site === 'string';
    if (!isNamed || typeof keyId !== 'string') return [];
    if (typeof agoMs !== 'number' || typeof newest !== 'number') return [];
    return [{ operator, site, keyId, agoMs, newest }];
  });
}

function textOf({ status, body }: Answer): string {
  return `The registrar answered ${status}: ${body.toString('utf8').slice(0, 500)}`;
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
