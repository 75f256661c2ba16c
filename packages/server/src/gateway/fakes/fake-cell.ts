// A cell for tests of what stands before it: keeps everything in memory, answers a turn later, and
// remembers what it was asked. Its counting is the plainest that fits the contract.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Epoch, Jurisdiction, Seq, VideoId } from '@holdfast/protocol/ids.ts';
import type { Publication } from '../../border/publication.ts';
import { SESSION_LIFE_MS, SESSION_WINDOW_OPS } from '@holdfast/protocol/limits.ts';
import { OUTCOMES } from '@holdfast/protocol/ops.ts';
import type { Op, Outcome } from '@holdfast/protocol/ops.ts';
import type {
  Books,
  CallName,
  CallReply,
  CellCalls,
  CellClient,
  CellKey,
  CellUnavailable,
  Identity,
  OpenedSession,
  OpGroup,
  Position,
  SubmitReply,
} from '../../cell/cell-client.ts';
import { outcomeByte } from '@holdfast/protocol/outcome-byte.ts';
import { issueGrant } from '../../grants/grant.ts';
import { newSessionId } from '../../grants/session-id.ts';
import type { StudioReply } from '../../studio/studio-call.ts';
import { fakePeople } from './fake-people.ts';
import type { FakeModerators } from './fake-people.ts';

type Handlers = {
  [Name in CallName]: (
    ask: CellCalls[Name]['ask'],
  ) => CellCalls[Name]['reply'] | Promise<CellCalls[Name]['reply']>;
};
export type Asked = { [Name in CallName]: { name: Name; ask: CellCalls[Name]['ask'] } }[CallName];

export type FakeCell = Readonly<{
  client: CellClient;
  key: CellKey;
  /** Every accepted or refused `submit`, in order. */
  submitted: (readonly OpGroup[])[];
  asked: Asked[];
  /** Accounts of moderators. */
  moderators: FakeModerators;
  /** How many ops ended in each class. */
  classes: Map<string, number>;
  /** From now on everything is answered so; `undefined` makes the cell well again. */
  fail: (reply: CellUnavailable | undefined) => void;
  /** Replaces the answer of one call. */
  answer: <Name extends CallName>(name: Name, handler: Handlers[Name]) => void;
  /** Publishes a watermark, as a cell that is up does again and again. */
  publish: () => void;
  /** Keeps replies of `submit` back until the returned function is called. */
  holdSubmits: () => () => void;
}>;

const epoch = 1 as Epoch;
const COOKIE_LIFE_MS = 30 * 86_400_000;
const PASSWORD_REFUSED = 'short';

/** A key that stands for a person in this cell. */
function personKey(who: Identity): string | undefined {
  if (who.kind === 'anonymous') return undefined;
  if (who.kind === 'person') return `p:${who.person}`;
  if (who.kind === 'subject') return `s:${who.tenant}/${who.subject}`;
  return `a:${who.account}`;
}

export function fakeCell(jurisdiction: Jurisdiction, nowMs: () => number): FakeCell {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const store = fakeStore(jurisdiction, nowMs);
  const submitted: (readonly OpGroup[])[] = [];
  const moderators: FakeModerators = new Set();
  const asked: Asked[] = [];
  let failure: CellUnavailable | undefined;
  const listeners = new Set<(publication: Publication) => void>();
  let held: (() => void)[] | undefined;

  const handlers: Handlers = {
    ...accountCalls(jurisdiction, store, moderators),
    ...videoCalls(store),
    openSession: ({ who }) => openSession(store, who, privateKey),
    checkWindow: ({ groups }) => store.beyondWindow(groups) ?? { kind: 'fits' },
    books: () => booksOf(store),
  };

  const submitReply = (groups: readonly OpGroup[]): SubmitReply => {
    submitted.push(groups);
    return failure ?? store.beyondWindow(groups) ?? store.apply(groups);
  };

  const client: CellClient = {
    jurisdiction,
    submit: (groups, done) => {
      const reply = submitReply(groups);
      setImmediate(() => {
        if (held === undefined) done(reply);
        else held.push(() => done(reply));
      });
    },
    call: async (name, ask) => {
      // Asked by itself again and again.
      if (name !== 'published') asked.push({ name, ask } as Asked);
      await new Promise(setImmediate);
      return failure ?? ((await handlers[name](ask)) as CallReply<typeof name>);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    resync: () => undefined,
    ready: () => failure === undefined,
  };

  return {
    client,
    key: { epoch, operator: `${jurisdiction}-operator`, publicKeyPem },
    submitted,
    asked,
    classes: store.classes,
    moderators,
    fail: (reply) => {
      failure = reply;
    },
    answer: (name, handler) => {
      handlers[name] = handler;
    },
    publish: () => {
      for (const listener of listeners) {
        listener({ kind: 'watermark', jurisdiction, ...store.position(), atMs: nowMs() });
      }
    },
    holdSubmits: () => {
      held = [];
      return () => {
        const callbacks = held ?? [];
        held = undefined;
        for (const callback of callbacks) callback();
      };
    },
  };
}

/** What a cell says of videos that nobody has seen. */
export const EMPTY_STUDIO: StudioReply = {
  kind: 'studio',
  asOfMs: 0,
  buckets: [],
  days: [],
  videos: [],
  viewers: 0,
  viewerDays: [],
  returning: 0,
  errorPart: 0,
  books: [],
  corrections: [],
};

type Store = ReturnType<typeof fakeStore>;

function booksOf(store: Store): Books {
  const classes = Object.fromEntries(store.classes);
  const ops = [...store.classes.values()].reduce((sum, count) => sum + count, 0);
  return { kind: 'books', ...store.position(), ops, classes, balanced: true };
}

function openSession(store: Store, who: Identity, privateKey: KeyObject): OpenedSession {
  const startedAtMs = store.nowMs();
  const expiresAtMs = startedAtMs + SESSION_LIFE_MS;
  const session = newSessionId(startedAtMs, randomBytes(10));
  const person = store.personNumber(who);
  const { jurisdiction } = store;
  const fields = { jurisdiction, epoch, session, person, startedAtMs, expiresAtMs };
  return {
    kind: 'session',
    session,
    grant: issueGrant(fields, privateKey),
    startedAtMs,
    expiresAtMs,
  };
}

type Sessions = Map<string, { highest: number; seen: Set<number> }>;

function sessionIn(sessions: Sessions, key: string) {
  const known = sessions.get(key) ?? { highest: 0, seen: new Set<number>() };
  sessions.set(key, known);
  return known;
}

function beyondWindow(sessions: Sessions, groups: readonly OpGroup[]) {
  const highestOf = new Map<string, number>();
  for (const { sessionKey, ops } of groups) {
    for (const { n } of ops) {
      const highest = highestOf.get(sessionKey) ?? sessionIn(sessions, sessionKey).highest;
      if (n > highest + SESSION_WINDOW_OPS) return { kind: 'op-window', n, highest } as const;
      highestOf.set(sessionKey, Math.max(highest, n));
    }
  }
  return undefined;
}

function fakeStore(jurisdiction: Jurisdiction, nowMs: () => number) {
  const sessions: Sessions = new Map();
  const videos = new Map<VideoId, { durationMs: number; creatorKey: string }>();
  const likes = new Map<string, number>();
  const classes = new Map<string, number>(OUTCOMES.map((outcome) => [outcome, 0]));
  const persons = new Map<string, number>();
  let seq = 0;

  const personNumber = (who: Identity): number => {
    const key = personKey(who);
    if (key === undefined) return 0;
    const number = persons.get(key) ?? persons.size + 1;
    persons.set(key, number);
    return number;
  };

  /** Grants name a person by number, bulk requests by subject: both are one person. */
  const likesKeyOf = (who: Identity): string | undefined => {
    if (who.kind === 'anonymous') return undefined;
    return `${who.kind === 'person' ? who.person : personNumber(who)}`;
  };

  const judge = (group: OpGroup, op: Op): number => {
    const session = sessionIn(sessions, group.sessionKey);
    if (session.seen.has(op.n)) return outcomeByte('duplicate', undefined);
    session.seen.add(op.n);
    session.highest = Math.max(session.highest, op.n);
    if (!videos.has(op.video)) return outcomeByte('invalid', 'unknown-video');
    if (op.kind === 'view')
      return outcomeByte(op.watchedMs >= 2_000 ? 'counted' : 'unqualified', undefined);
    const person = likesKeyOf(group.who);
    if (person === undefined) return outcomeByte('invalid', 'sign-in-required');
    const key = `${person}/${op.video}`;
    const outcome = likes.has(key) === (op.kind === 'like') ? 'unchanged' : 'counted';
    if (op.kind === 'like') likes.set(key, likes.get(key) ?? nowMs());
    else likes.delete(key);
    return outcomeByte(outcome, undefined);
  };

  return {
    jurisdiction,
    nowMs,
    videos,
    likes,
    classes,
    personNumber,
    likesKeyOf,
    position: (): Position => ({ epoch, seq: seq as Seq }),
    advance: (): Position => {
      seq += 1;
      return { epoch, seq: seq as Seq };
    },
    beyondWindow: (groups: readonly OpGroup[]) => beyondWindow(sessions, groups),
    apply: (groups: readonly OpGroup[]): SubmitReply => {
      const outcomes = Uint8Array.from(
        groups.flatMap((group) => group.ops.map((op) => judge(group, op))),
      );
      for (const byte of outcomes) {
        const outcome: Outcome = OUTCOMES[byte & 15] ?? 'invalid';
        classes.set(outcome, (classes.get(outcome) ?? 0) + 1);
      }
      seq += 1;
      return { kind: 'durable', epoch, seq: seq as Seq, outcomes };
    },
  };
}

function videoCalls(store: Store) {
  const { videos, likes, jurisdiction } = store;
  const names = new Set<string>();
  return {
    registerVideo: ({ video, durationMs, creatorKey }) => {
      videos.set(video, { durationMs, creatorKey });
      return { kind: 'registered', position: store.advance() };
    },
    correct: ({ video, delta, sessionKey }) => {
      if (!videos.has(video)) return { kind: 'unknown-video' };
      if (delta < 0) return { kind: 'below-zero', value: 0 };
      const isRepeat = sessionKey !== undefined && names.has(sessionKey);
      if (sessionKey !== undefined) names.add(sessionKey);
      return { kind: 'corrected', isRepeat, position: store.advance() };
    },
    balances: ({ video }) =>
      store.videos.has(video) ? { kind: 'balances', items: [] } : { kind: 'unknown-video' },
    corrections: () => ({
      kind: 'corrections',
      items: [
        {
          jurisdiction,
          metric: 'views',
          delta: 5,
          reason: 'bug',
          note: 'a note',
          atMs: 1_700_000_000_000,
          ...store.position(),
        },
      ],
    }),
    erase: () => ({ kind: 'erased', position: store.advance() }),
    likesAmong: ({ who, videos: among }) => ({
      kind: 'likes',
      liked: among.map((video) => likes.has(`${store.likesKeyOf(who)}/${video}`)),
    }),
    publicLikes: () => ({ kind: 'private' }),
    likesPage: ({ who, after, itemsMax }) => {
      const prefix = `${store.likesKeyOf(who)}/`;
      const mine = [...likes].filter(([key]) => key.startsWith(prefix)).reverse();
      const start = Number(after ?? 0);
      const page = mine.slice(start, start + itemsMax);
      return {
        kind: 'likes-page',
        items: page.map(([key, atMs]) => ({ video: key.slice(prefix.length) as VideoId, atMs })),
        next: start + itemsMax < mine.length ? `${start + itemsMax}` : undefined,
      };
    },
    border: () => ({
      kind: 'border',
      sinceMs: 1_700_000_000_000,
      types: [{ type: 'subtotals', destination: 'public', records: 3, bytes: 120 }],
      days: [
        {
          day: '2026-11-22',
          types: [{ type: 'subtotals', destination: 'public', records: 3, bytes: 120 }],
        },
      ],
    }),
    recountLikes: () => ({ kind: 'likes-recounted', recount: null }),
    about: () => ({ kind: 'about', dataAt: 'Dallas, Texas, US' }),
    analytics: () => ({ kind: 'series', buckets: [], asOfMs: store.nowMs() }),
    studio: () => ({ ...EMPTY_STUDIO, asOfMs: store.nowMs() }),
  } satisfies Partial<Handlers>;
}

function accountCalls(jurisdiction: Jurisdiction, store: Store, moderators: FakeModerators) {
  const accounts: FakeAccounts = new Map();
  const tokens = new Map<string, string>();

  const signedIn = (handle: string, account: string) => {
    const token = `hft_${randomBytes(8).toString('hex')}`;
    tokens.set(token, handle);
    return {
      kind: 'signed-in',
      account,
      handle,
      token,
      expiresAtMs: store.nowMs() + COOKIE_LIFE_MS,
    } as const;
  };

  const ownerOf = (token: string): Owner | undefined => {
    const handle = tokens.get(token);
    const known = handle === undefined ? undefined : accounts.get(handle);
    return handle === undefined || known === undefined ? undefined : { ...known, handle };
  };
  const people = fakePeople(
    store.nowMs,
    ownerOf,
    (account) => {
      const [handle] = [...accounts].find(([, known]) => known.account === account) ?? [];
      return handle === undefined ? { kind: 'wrong-credentials' } : signedIn(handle, account);
    },
    moderators,
  );

  return {
    ...people,
    ...ownAccountCalls(store, accounts, tokens, ownerOf),
    signUp: ({ handle, password }) => {
      if (accounts.has(handle)) return { kind: 'handle-taken' };
      if (handle.length < 3)
        return { kind: 'handle-refused', detail: 'A handle is 3 to 30 characters.' };
      if (password === PASSWORD_REFUSED) {
        return { kind: 'password-refused', detail: 'A password is 8 to 256 characters.' };
      }
      const account = `acc_${jurisdiction}-${accounts.size + 1}`;
      accounts.set(handle, { account, password });
      return signedIn(handle, account);
    },
    signIn: ({ handle, password }) => {
      const known = accounts.get(handle);
      if (handle === 'hurry') return { kind: 'rate-limited', retryAfterMs: 1_500 };
      if (known === undefined || known.password !== password) return { kind: 'wrong-credentials' };
      return signedIn(handle, known.account);
    },
    whoIs: ({ token }) => {
      const handle = tokens.get(token);
      const known = handle === undefined ? undefined : accounts.get(handle);
      if (handle === undefined || known === undefined) return { kind: 'nobody' };
      const expiresAtMs = store.nowMs() + COOKIE_LIFE_MS;
      return { kind: 'account', account: known.account, handle, expiresAtMs, renewed: false };
    },
    signOut: ({ token }) => {
      tokens.delete(token);
      return { kind: 'signed-out' };
    },
    deleteAccount: ({ token }) => {
      const handle = tokens.get(token);
      if (handle === undefined) return { kind: 'nobody' };
      accounts.delete(handle);
      tokens.delete(token);
      return { kind: 'erased', position: store.advance() };
    },
  } satisfies Partial<Handlers>;
}

type FakeAccounts = Map<string, { account: string; password: string }>;
type Owner = Readonly<{ account: string; password: string; handle: string }>;

/** What somebody does with the account that they are signed in to. */
function ownAccountCalls(
  store: Store,
  accounts: FakeAccounts,
  tokens: Map<string, string>,
  ownerOf: (token: string) => Owner | undefined,
) {
  const tokensOf = (wanted: string) => [...tokens].filter(([, handle]) => handle === wanted);
  return {
    changePassword: ({ token, current, next }) => {
      const owner = ownerOf(token);
      if (owner === undefined) return { kind: 'nobody' };
      if (next === PASSWORD_REFUSED) return { kind: 'password-refused', detail: 'Use more.' };
      if (owner.password !== current) return { kind: 'wrong-credentials' };
      accounts.set(owner.handle, { account: owner.account, password: next });
      const others = tokensOf(owner.handle).filter(([other]) => other !== token);
      for (const [other] of others) tokens.delete(other);
      return { kind: 'password-changed', signInsEnded: others.length };
    },
    signIns: ({ token }) => {
      const owner = ownerOf(token);
      if (owner === undefined) return { kind: 'nobody' };
      const atMs = store.nowMs();
      const times = { createdAtMs: atMs, renewedAtMs: atMs, expiresAtMs: atMs + COOKIE_LIFE_MS };
      const items = tokensOf(owner.handle).map(([other]) => ({
        id: other.replace('hft', 'ses'),
        ...times,
        isCurrent: other === token,
      }));
      return { kind: 'sign-ins', items };
    },
    endSignIn: ({ token, id }) => {
      const owner = ownerOf(token);
      if (owner === undefined) return { kind: 'nobody' };
      const ended = tokensOf(owner.handle).find(([other]) => other.replace('hft', 'ses') === id);
      return { kind: ended !== undefined && tokens.delete(ended[0]) ? 'ended' : 'unknown' };
    },
    exportAccount: ({ token }) => {
      const owner = ownerOf(token);
      if (owner === undefined) return { kind: 'nobody' };
      const { account, handle } = owner;
      return {
        kind: 'account-export',
        account,
        handle,
        createdAtMs: store.nowMs(),
        failedSignIns: 0,
      };
    },
  } satisfies Partial<Handlers>;
}
