// The closed list of what may leave a cell, with the form of each. What is not here cannot leave.
//
// Three destinations: `public` records go to anybody, `operator` records to whoever runs the cell,
// and `own` records only to the person they are about, as the answer to their own request; a
// gateway hands those through and keeps nothing of them.

import {
  bool,
  bytes,
  choice,
  id,
  int,
  jurisdiction,
  list,
  nothing,
  numbers,
  text,
  uint,
  union,
} from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import { PROVEN_BALANCE } from '@holdfast/engine/charter/balances.ts';
import type { CallName } from '../cell/cell-client.ts';
import { CHANGE_ITEMS_MAX } from '../people/writings.ts';
import { isKind, writingShape } from '../people/kinds.ts';
import { answer } from './answer-shape.ts';
import { CASE_RECORDS } from './case-records.ts';
import { listOf, PUBLIC_RECORDS, publicRecord } from './public-records.ts';
import type { PublicRecordType } from './public-records.ts';
import type { Publication } from './publication.ts';

/** Longest that an operator may say of where data lies, in characters. */
export const LOCATION_CHARS_MAX = 200;

export type Destination = 'public' | 'operator' | 'own';

/** Answers to ops, packed: request, position and a byte an op; numbers only. */
export type AcksRecord = Readonly<{ type: 'acks'; bytes: Uint8Array }>;
/** The answer to one call. */
export type AnswerRecord = Readonly<{ type: CallName; id: number; answer: unknown }>;
export type PublicationRecord = Readonly<
  | { type: 'subtotals'; publication: Extract<Publication, { kind: 'subtotals' }> }
  | {
      type: 'watermark';
      publication: Extract<Publication, { kind: 'watermark' }>;
      /** Up to which request for a resync everything was sent before it. */
      resynced: number;
    }
>;
/** How far a replay is, and faults of the machine; words of the program, never of a person. */
export type NoticeRecord = Readonly<{
  type: 'notice';
  level: 'info' | 'warn' | 'error';
  event:
    | 'replay'
    | 'journal-failed'
    | 'flush-failed'
    | 'maintenance-failed'
    | 'call-failed'
    | 'set-aside';
  message: string;
}>;

export type BorderRecord = AcksRecord | AnswerRecord | PublicationRecord | NoticeRecord;
export type RecordType = BorderRecord['type'] | PublicRecordType;

type RecordRule = Readonly<{ destination: Destination; shape: Shape }>;

const position = { epoch: uint, seq: uint };
/** Ops by class: the books of a cell. */
const classes: Shape = {
  counted: uint,
  unchanged: uint,
  duplicate: uint,
  unqualified: uint,
  capped: uint,
  own: uint,
  held: uint,
  late: uint,
  invalid: uint,
};
const signedIn: Shape = {
  kind: choice('signed-in'),
  account: id,
  handle: text(64),
  token: text(256),
  expiresAtMs: uint,
};
/** A sign-in as its owner may see it. */
const session: Shape = {
  id,
  createdAtMs: uint,
  renewedAtMs: uint,
  expiresAtMs: uint,
  isCurrent: bool,
};
const accountRefusal = union(
  { kind: choice('handle-taken', 'wrong-credentials') },
  { kind: choice('handle-refused', 'password-refused'), detail: text(300) },
  { kind: choice('rate-limited'), retryAfterMs: uint },
);
const crossed: Shape = {
  type: text(32),
  destination: choice('public', 'operator', 'own'),
  records: uint,
  bytes: uint,
};
const erased: Shape = { kind: choice('erased'), position };
const correction: Shape = {
  jurisdiction,
  metric: choice('likes', 'views'),
  delta: int,
  reason: choice('fraud', 'rule', 'erasure', 'bug', 'import'),
  note: text(2_000),
  atMs: uint,
  ...position,
};

const isNull: Shape = (value) => value === null;
const balance = union(PROVEN_BALANCE, isNull);
/** Numbers about videos, whoever likes them. */
const likesRecount: Shape = {
  ...position,
  madeAtMs: uint,
  rows: uint,
  videos: uint,
  offVideos: uint,
  off: list({ video: id, rows: uint, counted: uint }),
};
const balances: Shape = {
  cell: jurisdiction,
  handover: id,
  atMs: uint,
  closing: balance,
  opening: balance,
};

const bucket = { likes: int, views: uint, starts: uint, loops: uint, watchMs: uint };
const part: Shape = (value) => typeof value === 'number' && value >= 0 && value < Infinity;
const total = union(
  { sinceMs: uint, atEnd: uint, changes: list({ atMs: uint, gained: uint, lost: uint }) },
  nothing,
);
/** Numbers about videos and their creator; nothing in them is about one viewer. */
const studioAnswer: Shape = {
  kind: choice('studio'),
  asOfMs: uint,
  buckets: list({ atMs: uint, ...bucket }),
  days: list({ atMs: uint, ...bucket, detail: union(list(uint), nothing) }),
  videos: list({ video: id, ...bucket, engagedViews: union(uint, nothing) }),
  viewers: uint,
  viewerDays: list({ atMs: uint, viewers: uint }),
  returning: uint,
  errorPart: part,
  books: list({
    video: id,
    tally: list(uint),
    likes: uint,
    likesCorrected: int,
    views: uint,
    viewsCorrected: int,
    listedLikes: int,
    listedViews: int,
    ...position,
  }),
  corrections: list({
    video: id,
    metric: choice('likes', 'views'),
    delta: int,
    reason: choice('fraud', 'rule', 'erasure', 'bug', 'import'),
    atMs: uint,
  }),
  comments: total,
  followers: total,
};

/** Every type, where it may go, and exactly what it may hold beside its type. */
export const RECORDS: Readonly<Record<RecordType, RecordRule>> = {
  subtotals: {
    destination: 'public',
    shape: {
      publication: {
        kind: choice('subtotals'),
        jurisdiction,
        ...position,
        videos: list(id),
        likes: numbers,
        views: numbers,
      },
    },
  },
  watermark: {
    destination: 'public',
    shape: {
      publication: { kind: choice('watermark'), jurisdiction, ...position, atMs: uint },
      resynced: uint,
    },
  },
  books: {
    destination: 'public',
    shape: answer({
      kind: choice('books'),
      ...position,
      ops: uint,
      classes,
      balanced: bool,
      apart: union({ ops: uint, classes }, nothing),
    }),
  },
  analytics: {
    destination: 'public',
    shape: answer({
      kind: choice('series'),
      buckets: list({ atMs: uint, value: int }),
      asOfMs: uint,
    }),
  },
  studio: { destination: 'public', shape: answer(studioAnswer) },
  corrections: {
    destination: 'public',
    shape: answer({ kind: choice('corrections'), items: list(correction) }),
  },
  balances: {
    destination: 'public',
    shape: answer(
      { kind: choice('balances'), items: list(balances) },
      { kind: choice('unknown-video') },
    ),
  },
  border: {
    destination: 'public',
    shape: answer({
      kind: choice('border'),
      sinceMs: uint,
      types: list(crossed),
      days: list({ day: text(10), types: list(crossed) }),
    }),
  },
  recountLikes: {
    destination: 'public',
    shape: answer({ kind: choice('likes-recounted'), recount: union(likesRecount, isNull) }),
  },
  about: {
    destination: 'public',
    shape: answer({ kind: choice('about'), dataAt: union(text(LOCATION_CHARS_MAX), nothing) }),
  },
  publicLikes: {
    destination: 'public',
    shape: answer(
      {
        kind: choice('public-likes'),
        items: list({ video: id, atMs: uint }),
        next: union(text(64), nothing),
      },
      { kind: choice('private') },
    ),
  },
  registerVideo: {
    destination: 'operator',
    shape: answer({ kind: choice('registered'), position }),
  },
  checkWindow: {
    destination: 'operator',
    shape: answer({ kind: choice('fits') }, { kind: choice('op-window'), n: uint, highest: uint }),
  },
  correct: {
    destination: 'operator',
    shape: answer(
      { kind: choice('corrected'), isRepeat: bool, position },
      { kind: choice('below-zero'), value: uint },
      { kind: choice('unknown-video') },
    ),
  },
  notice: {
    destination: 'operator',
    shape: {
      level: choice('info', 'warn', 'error'),
      event: choice(
        'replay',
        'journal-failed',
        'flush-failed',
        'maintenance-failed',
        'call-failed',
        'set-aside',
      ),
      message: text(500),
    },
  },
  acks: { destination: 'own', shape: { bytes } },
  openSession: {
    destination: 'own',
    shape: answer({
      kind: choice('session'),
      session: id,
      grant: text(300),
      startedAtMs: uint,
      expiresAtMs: uint,
    }),
  },
  erase: { destination: 'own', shape: answer(erased) },
  likesAmong: { destination: 'own', shape: answer({ kind: choice('likes'), liked: list(bool) }) },
  likesPage: {
    destination: 'own',
    shape: answer({
      kind: choice('likes-page'),
      items: list({ video: id, atMs: uint }),
      next: union(text(64), nothing),
    }),
  },
  profile: { destination: 'public', shape: PUBLIC_RECORDS.profile },
  video: { destination: 'public', shape: PUBLIC_RECORDS.video },
  comment: { destination: 'public', shape: PUBLIC_RECORDS.comment },
  tally: { destination: 'public', shape: PUBLIC_RECORDS.tally },
  moderation: { destination: 'public', shape: PUBLIC_RECORDS.moderation },
  published: {
    destination: 'public',
    shape: answer(
      {
        kind: choice('published'),
        epoch: uint,
        through: uint,
        head: uint,
        atMs: uint,
        rows: list({ name: text(32), record: union(publicRecord, isNull) }),
      },
      { kind: choice('anew'), epoch: uint },
    ),
  },
  writings: {
    destination: 'own',
    shape: answer(
      {
        kind: choice('writings'),
        items: list(writingShape),
        next: union(text(128), nothing),
      },
      { kind: choice('nobody') },
    ),
  },
  ownAmong: {
    destination: 'own',
    shape: answer({ kind: choice('among'), found: list(bool) }, { kind: choice('nobody') }),
  },
  write: {
    destination: 'own',
    shape: answer(
      { kind: choice('written'), items: listOf(CHANGE_ITEMS_MAX, writingShape) },
      { kind: choice('conflict', 'nobody') },
      { kind: choice('too-many'), of: isKind, itemsMax: uint },
    ),
  },
  ...CASE_RECORDS,
  signUp: { destination: 'own', shape: answer(signedIn, accountRefusal) },
  signIn: { destination: 'own', shape: answer(signedIn, accountRefusal) },
  passkeySignIn: { destination: 'own', shape: answer(signedIn, accountRefusal) },
  changePassword: {
    destination: 'own',
    shape: answer(
      { kind: choice('password-changed'), signInsEnded: uint },
      { kind: choice('nobody') },
      accountRefusal,
    ),
  },
  addPasskey: {
    destination: 'own',
    shape: answer(
      { kind: choice('passkey-added'), passkey: writingShape },
      { kind: choice('passkey-refused', 'nobody') },
      { kind: choice('too-many-passkeys'), itemsMax: uint },
    ),
  },
  signIns: {
    destination: 'own',
    shape: answer({ kind: choice('sign-ins'), items: list(session) }, { kind: choice('nobody') }),
  },
  exportAccount: {
    destination: 'own',
    shape: answer(
      {
        kind: choice('account-export'),
        account: id,
        handle: text(64),
        createdAtMs: uint,
        failedSignIns: uint,
      },
      { kind: choice('nobody') },
    ),
  },
  endSignIn: {
    destination: 'own',
    shape: answer({ kind: choice('ended', 'unknown', 'nobody') }),
  },
  whoIs: {
    destination: 'own',
    shape: answer(
      {
        kind: choice('account'),
        account: id,
        handle: text(64),
        expiresAtMs: uint,
        renewed: bool,
      },
      { kind: choice('nobody') },
    ),
  },
  signOut: { destination: 'own', shape: answer({ kind: choice('signed-out') }) },
  deleteAccount: { destination: 'own', shape: answer(erased, { kind: choice('nobody') }) },
};
