// Calls between a gateway and a cell, as JSON: the exact form of each question. Pure.
//
// Rules: docs/spec/wire.md (W105, W106). What a question may hold is listed here; what an answer
// may hold is the list of the border, which it passed at the cell and is checked against again by
// whoever receives it.

import { ByteWriter } from '@holdfast/engine/codec/bytes.ts';
import { ANALYTICS_METRICS, CORRECTION_REASONS, METRICS } from '@holdfast/protocol/counts.ts';
import { isVideoId } from '@holdfast/protocol/ids.ts';
import type { Epoch } from '@holdfast/protocol/ids.ts';
import { DURATION_MS_MAX, NOTE_CHARS_MAX } from '@holdfast/protocol/limits.ts';
import {
  choice,
  fits,
  id,
  int,
  list,
  nothing,
  text,
  uint,
  union,
} from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import { RECORDS } from '../../border/records.ts';
import { isKind, ownPutShape, ruleOf, TARGET_CHARS_MAX } from '../../people/kinds.ts';
import { CHANGE_ITEMS_MAX, WRITINGS_PAGE_MAX } from '../../people/writings.ts';
import type { OwnPut } from '../../people/writings.ts';
import { CREDENTIAL_CHARS_MAX, PASSKEY_ANSWER_CHARS_MAX } from '../../passkeys/passkey.ts';
import { PASSKEY_NAME_CHARS_MAX } from '../../people/passkey.ts';
import type { CallName, CallReply, Identity } from '../cell-client.ts';
import { STUDIO_PARTS, STUDIO_VIDEOS_MAX } from '../../studio/studio-call.ts';
import type { AnyCall } from '../messages.ts';
import { isIdentity, readOpsFrame, writeOpsFrame } from './ops-wire.ts';
import { CASE_ASKS, CASE_REPEATABLE } from './case-asks.ts';
import type { WireFault } from './ops-wire.ts';

const VIDEOS_MAX = 1_000;
const ITEMS_MAX = 1_000;
/** A tenant, the name of a correction, and what joins them. */
const CORRECTION_KEY_CHARS_MAX = 128;
const WORDS = text(1_024);
const CHALLENGE_CHARS_MAX = 128;
const ORIGIN_CHARS_MAX = 300;

const who: Shape = (value) => fits(WHO, value) && isIdentity(value as Identity);
const WHO: Shape = union(
  { kind: choice('anonymous') },
  { kind: choice('person'), person: uint },
  { kind: choice('subject'), tenant: text(32), subject: text(64) },
  { kind: choice('account'), account: text(64) },
);
const video: Shape = isVideoId;
const ofAtMost =
  (itemsMax: number, item: Shape): Shape =>
  (value) =>
    Array.isArray(value) && value.length <= itemsMax && fits(list(item), value);
const durationMs: Shape = (value) => fits(uint, value) && (value as number) <= DURATION_MS_MAX;
const remote = text(64);
const pageAsked = {
  after: union(text(64), nothing),
  itemsMax: (value: unknown) => fits(uint, value) && (value as number) <= ITEMS_MAX,
};
const credentials: Shape = { handle: WORDS, password: WORDS, remote };
const token = { token: text(256) };
const passkeyAsk = {
  answer: text(PASSKEY_ANSWER_CHARS_MAX),
  challenge: text(CHALLENGE_CHARS_MAX),
  origin: text(ORIGIN_CHARS_MAX),
  rpId: text(ORIGIN_CHARS_MAX),
};

const writingsAsked: Shape = union(
  { by: choice('id'), id },
  { by: choice('target'), of: isKind, target: text(TARGET_CHARS_MAX) },
  {
    by: choice('kind'),
    of: isKind,
    before: union(text(128), nothing),
    itemsMax: (value) => fits(uint, value) && (value as number) <= WRITINGS_PAGE_MAX,
  },
);

/**
 * The form of every question that goes as JSON. `checkWindow` has as many ops as a bulk request and
 * goes as a frame with one request.
 */
const ASKS: Readonly<Record<Exclude<CallName, 'checkWindow'>, Shape>> = {
  openSession: { who },
  registerVideo: { video, durationMs, creatorKey: text(128) },
  correct: {
    video,
    metric: choice(...METRICS),
    delta: int,
    reason: choice(...CORRECTION_REASONS),
    note: text(NOTE_CHARS_MAX),
    sessionKey: union(text(CORRECTION_KEY_CHARS_MAX), nothing),
  },
  corrections: { video },
  balances: { video },
  erase: { who },
  likesAmong: { who, videos: ofAtMost(VIDEOS_MAX, video) },
  likesPage: { who, ...pageAsked },
  publicLikes: { account: id, ...pageAsked },
  books: { apart: union(ofAtMost(VIDEOS_MAX, video), nothing) },
  border: {},
  about: {},
  recountLikes: {},
  analytics: {
    video,
    metric: choice(...ANALYTICS_METRICS),
    grain: choice('minute', 'quarter', 'day'),
    fromMs: uint,
    toMs: uint,
  },
  studio: {
    videos: ofAtMost(STUDIO_VIDEOS_MAX, video),
    account: union(id, nothing),
    parts: ofAtMost(STUDIO_PARTS.length, choice(...STUDIO_PARTS)),
    grain: choice('minute', 'quarter', 'day'),
    fromMs: uint,
    toMs: uint,
  },
  signUp: credentials,
  signIn: credentials,
  passkeySignIn: { ...passkeyAsk, account: id, credential: text(CREDENTIAL_CHARS_MAX), remote },
  changePassword: { ...token, current: WORDS, next: WORDS, remote },
  addPasskey: { ...token, ...passkeyAsk, name: text(PASSKEY_NAME_CHARS_MAX * 2) },
  signIns: token,
  exportAccount: token,
  endSignIn: { ...token, id },
  whoIs: token,
  writings: { ...token, find: writingsAsked },
  ownAmong: { ...token, of: isKind, targets: ofAtMost(ITEMS_MAX, text(TARGET_CHARS_MAX)) },
  write: {
    ...token,
    puts: ofAtMost(CHANGE_ITEMS_MAX, ownPutShape),
    removes: ofAtMost(CHANGE_ITEMS_MAX, id),
  },
  published: { after: uint },
  ...CASE_ASKS,
  signOut: token,
  deleteAccount: token,
};

/** Calls whose repetition changes nothing that the first has not done, and is answered alike. */
const REPEATABLE: Readonly<Record<CallName, boolean>> = {
  openSession: true,
  registerVideo: true,
  checkWindow: true,
  correct: false,
  corrections: true,
  balances: true,
  erase: true,
  likesAmong: true,
  likesPage: true,
  publicLikes: true,
  books: true,
  border: true,
  about: true,
  recountLikes: true,
  analytics: true,
  studio: true,
  signUp: false,
  signIn: true,
  passkeySignIn: false,
  changePassword: false,
  addPasskey: false,
  signIns: true,
  exportAccount: true,
  endSignIn: true,
  whoIs: true,
  writings: true,
  ownAmong: true,
  // As far as its writings are named: see `isRepeatable`.
  write: true,
  published: true,
  ...CASE_REPEATABLE,
  signOut: true,
  deleteAccount: false,
};

/** Whether a call may be sent again when nobody knows what became of it. */
export function isRepeatable(call: AnyCall): boolean {
  return REPEATABLE[call.name] && (call.name !== 'write' || call.ask.puts.every(isNamed));
}

/** Whether a put makes no second writing: it has an id or a version, or is the one about its target. */
function isNamed(put: OwnPut): boolean {
  const isOne = ruleOf(put.kind).onePerTarget === true;
  return put.id !== undefined || put.expected !== undefined || isOne;
}

export type AskedCall = Readonly<{ epoch: Epoch; call: AnyCall }>;

export function writeCall({ epoch, call }: AskedCall): Uint8Array | string {
  if (call.name !== 'checkWindow') return JSON.stringify({ epoch, ask: call.ask });
  const writer = new ByteWriter();
  writeOpsFrame(writer, { epoch, requests: [call.ask.groups] });
  return writer.take();
}

/** Reads a question that somebody sent. Never throws for what they sent. */
export function readCall(name: string, body: Uint8Array): AskedCall | WireFault {
  if (name === 'checkWindow') return readCheckWindow(body);
  if (!Object.hasOwn(ASKS, name)) return fault('there is no such call');
  const value = jsonIn(body);
  const isAsk = fits({ epoch: uint, ask: ASKS[name as keyof typeof ASKS] }, value);
  if (!isAsk) return fault(`the question of ${name} has another form`);
  // Just checked, field by field.
  const { epoch, ask } = value as { epoch: Epoch; ask: AnyCall['ask'] };
  return { epoch, call: { name, ask } as AnyCall };
}

function readCheckWindow(body: Uint8Array): AskedCall | WireFault {
  const frame = readOpsFrame(body);
  if ('kind' in frame) return frame;
  const [groups, ...others] = frame.requests;
  if (groups === undefined || others.length > 0) return fault('there is not one request');
  return { epoch: frame.epoch, call: { name: 'checkWindow', ask: { groups } } };
}

/** Reads the answer of a cell. Never throws for what it sent. */
export function readCallAnswer<Name extends CallName>(
  name: Name,
  body: Uint8Array,
): CallReply<Name> | WireFault {
  const answer = jsonIn(body);
  if (!fits(RECORDS[name].shape, { id: 0, answer })) {
    return fault(`the answer of ${name} has another form`);
  }
  // Just checked against the list of the border, which has the types of the port.
  return answer as CallReply<Name>;
}

function jsonIn(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch {
    return undefined;
  }
}

function fault(detail: string): WireFault {
  return { kind: 'fault', detail };
}
