// The calls of the port, one function each. An answer holds what the border lets out and no more.

import {
  CORRECTIONS_LISTED_MAX,
  NOTE_CHARS_MAX,
  SESSION_LIFE_MS,
} from '@holdfast/protocol/limits.ts';
import { outcomeOf } from '@holdfast/protocol/outcome-byte.ts';
import type { Epoch, VideoId } from '@holdfast/protocol/ids.ts';
import type { Engine } from '@holdfast/engine/engine/engine.ts';
import type { EngineReply } from '@holdfast/engine/engine/requests.ts';
import { readSeries } from '@holdfast/engine/engine/series.ts';
import { likeKey, NOBODY, videoOf } from '@holdfast/engine/counting/numbers.ts';
import type { PersonNo } from '@holdfast/engine/counting/numbers.ts';
import { GONE } from '@holdfast/engine/counting/rows.ts';
import type { CorrectionRow } from '@holdfast/engine/counting/rows.ts';
import { isBeyondWindow } from '@holdfast/engine/counting/session-window.ts';
import {
  addTally,
  emptyTally,
  tallyByClass,
  tallyTotal,
  unpackTally,
} from '@holdfast/engine/counting/tallies.ts';
import type { RollupWidth, StateStore } from '@holdfast/engine/state/state-store.ts';
import { AccountsError } from '../accounts/accounts-error.ts';
import { ownAmong, ownWritings, write } from '../people/own-writings.ts';
import { issueGrant } from '../grants/grant.ts';
import { newSessionId, SESSION_RANDOM_BYTES } from '../grants/session-id.ts';
import {
  addPasskey,
  changePassword,
  endSignIn,
  exportAccount,
  passkeySignIn,
  signIn,
  signIns,
  signUp,
} from './account-calls.ts';
import type { CallContext } from './call-context.ts';
import { caseAnswers } from './case-answers.ts';
import type { CallName, CallReply, CellCalls, Identity } from './cell-client.ts';
import type { CellUnavailable, Correction } from './cell-client.ts';
import { studioOf } from '../studio/studio-call.ts';
import { subjectKeyOf } from './identity.ts';
import type { AnyCall } from './messages.ts';
import { opsGroupsOf, whoOf } from './ops-requests.ts';

type Call<Name extends CallName> = (
  context: CallContext,
  ask: CellCalls[Name]['ask'],
) => Promise<CallReply<Name>>;

type Calls = Readonly<{ [Name in CallName]: Call<Name> }>;

const WIDTH: Readonly<Record<CellCalls['analytics']['ask']['grain'], RollupWidth>> = {
  minute: 1,
  quarter: 15,
  day: 1_440,
};

/** Answers a call. Rejects only for faults of the machine. */
export async function answerCall(context: CallContext, call: AnyCall): Promise<unknown> {
  // `AnyCall` pairs each name with its own question; TypeScript cannot follow that through the
  // look-up, so the pairing is asserted here and nowhere else.
  const answer = CALLS[call.name] as (context: CallContext, ask: unknown) => Promise<unknown>;
  try {
    return await answer(context, call.ask);
  } catch (error) {
    if (error instanceof AccountsError && error.code === 'accounts-frozen') return TURNED_AWAY;
    throw error;
  }
}

/** The cell changes hands while a password is hashed: nothing was recorded. */
const TURNED_AWAY: CellUnavailable = {
  kind: 'unavailable',
  code: 'shutting-down',
  retryAfterMs: 1_000,
};
const BUSY: CellUnavailable = { kind: 'unavailable', code: 'overloaded', retryAfterMs: 1_000 };
/** Another owns the cell by now, and may have the change or not. */
const UNDECIDED: CellUnavailable = { ...TURNED_AWAY, code: 'cell-unavailable' };

const CALLS: Calls = {
  openSession,
  registerVideo: async ({ engine }, ask) => {
    const reply = await engine.ask({ kind: 'video', ...ask });
    return whenDurable(reply, (position) => ({ kind: 'registered', position }));
  },
  checkWindow,
  correct: async ({ engine }, ask) => {
    const note = ask.note.slice(0, NOTE_CHARS_MAX);
    const reply = await engine.ask({ kind: 'correction', ...ask, note });
    if (reply.kind === 'below-zero' || reply.kind === 'unknown-video') return reply;
    const isRepeat = reply.kind === 'durable' && outcomeOf(reply.outcomes[0] ?? 0) === 'duplicate';
    return whenDurable(reply, (position) => ({ kind: 'corrected', isRepeat, position }));
  },
  corrections,
  erase: async ({ engine }, { who }) => {
    const reply = await engine.ask({ kind: 'erase', who: whoOf(who) });
    return whenDurable(reply, (position) => ({ kind: 'erased', position }));
  },
  balances: async ({ engine, balances }, { video }) => {
    if ((await engine.videoNo(video)) === undefined) return { kind: 'unknown-video' };
    const items = await balances(video);
    return items === 'busy' ? BUSY : { kind: 'balances', items };
  },
  likesAmong,
  likesPage,
  publicLikes: async (context, { account, after, itemsMax }) => {
    const profile = context.accounts.writings.find(account, 'profile', '');
    if (profile?.body.likesPublic !== true) return { kind: 'private' };
    const page = await likesPage(context, { who: { kind: 'account', account }, after, itemsMax });
    return page.kind === 'likes-page' ? { ...page, kind: 'public-likes' } : page;
  },
  books: async ({ engine }, { apart }) => {
    const told = await apartOf(engine, apart ?? []);
    const { epoch } = engine;
    const { seq, opsAccepted, books } = engine.meta;
    const balanced = tallyTotal(books) === opsAccepted;
    const classes = tallyByClass(books);
    const ops = tallyTotal(books);
    return { kind: 'books', epoch, seq, ops, classes, balanced, ...(told && { apart: told }) };
  },
  border: async ({ border }) => {
    const { sinceMs } = border;
    return { kind: 'border', sinceMs, types: border.totals(), days: border.days() };
  },
  recountLikes: async ({ recountLikes }) => {
    return { kind: 'likes-recounted', recount: (await recountLikes()) ?? null };
  },
  about: async ({ location: dataAt }) => ({ kind: 'about', dataAt }),
  analytics: async ({ engine, store }, ask) => {
    const asOfMs = engine.clock.nowMs();
    const video = await engine.videoNo(ask.video);
    if (video === undefined) return { kind: 'series', buckets: [], asOfMs };
    const { metric, fromMs, toMs } = ask;
    const width = WIDTH[ask.grain];
    const buckets = await readSeries(engine.view, store, { video, metric, width, fromMs, toMs });
    return { kind: 'series', buckets, asOfMs };
  },
  studio: async (context, ask) => {
    const reply = await studioOf(context, ask);
    if (reply === 'busy') return BUSY;
    const isOfPeople = reply.comments !== undefined || reply.followers !== undefined;
    return isOfPeople ? whenKept(context, reply) : reply;
  },
  signUp: async (context, ask) =>
    whenDone(context, await signUp(context.accounts, ask), 'signed-in'),
  signIn: async (context, ask) =>
    whenDone(context, await signIn(context.accounts, ask), 'signed-in'),
  passkeySignIn: async (context, ask) => {
    const reply = await passkeySignIn(context.accounts, ask, context.clocks.nowMs());
    return whenDone(context, reply, 'signed-in');
  },
  changePassword: async (context, ask) =>
    whenDone(context, await changePassword(context.accounts, ask), 'password-changed'),
  addPasskey: async (context, ask) =>
    whenDone(context, await addPasskey(context.accounts, ask), 'passkey-added'),
  signIns: async ({ accounts }, ask) => signIns(accounts, ask),
  exportAccount: async ({ accounts }, ask) => exportAccount(accounts, ask),
  endSignIn: async (context, ask) => whenDone(context, endSignIn(context.accounts, ask), 'ended'),
  whoIs: async ({ accounts }, { token }) => {
    const found = accounts.session(token);
    if (found.kind === 'no-session') return { kind: 'nobody' };
    const { accountId, handle, expiresAtMs, renewed } = found;
    return { kind: 'account', account: accountId, handle, expiresAtMs, renewed };
  },
  writings: async ({ accounts }, ask) => ownWritings(accounts, ask),
  ownAmong: async ({ accounts }, ask) => ownAmong(accounts, ask),
  write: async (context, ask) => {
    const reply = write(context.accounts, ask);
    return reply.kind === 'written' ? whenKept(context, reply) : reply;
  },
  published: async (context, { after }) => {
    const { accounts, engine, clocks } = context;
    const found = accounts.publicAfter(after);
    const { epoch } = engine;
    if (found.kind === 'anew') return { kind: 'anew', epoch };
    const { through, head, rows } = found;
    const page = { kind: 'published', epoch, through, head, atMs: clocks.nowMs(), rows } as const;
    // What may yet be lost is told to nobody.
    return rows.length === 0 ? page : whenKept(context, page);
  },
  ...caseAnswers(whenKept),
  signOut: async (context, { token }) => {
    context.accounts.signOut(token);
    // Also when it was ended before: that may still be on its way to the follower.
    return whenKept(context, { kind: 'signed-out' });
  },
  deleteAccount,
};

/** Looks for rows that are all of one batch; a busy cell may need more than one. */
const APART_TRIES_MAX = 20;

/**
 * The ops on some videos, all as of the batch that is the newest when this resolves: nothing is
 * awaited between the last look and the caller's.
 */
async function apartOf(
  engine: Engine,
  videos: readonly VideoId[],
): Promise<Readonly<{ ops: number; classes: Record<string, number> }> | undefined> {
  if (videos.length === 0) return undefined;
  for (let tries = 1; tries <= APART_TRIES_MAX; tries += 1) {
    const { seq } = engine.meta;
    const tally = emptyTally();
    for (const no of (await engine.view.findVideos(videos)).values()) {
      const row = await engine.view.video(no);
      if (row !== undefined) addTally(tally, unpackTally(row.tally));
    }
    if (engine.meta.seq === seq) return { ops: tallyTotal(tally), classes: tallyByClass(tally) };
  }
  return undefined;
}

type Durable = Extract<EngineReply, { kind: 'durable' }>;
type At = Readonly<{ epoch: Epoch; seq: Durable['seq'] }>;

/** The answer to a durable reply, or that the cell cannot; other kinds are defects. */
function whenDurable<Answer>(
  reply: EngineReply,
  answer: (position: At) => Answer,
): Answer | CellUnavailable {
  if (reply.kind === 'durable') return answer({ epoch: reply.epoch, seq: reply.seq });
  if (reply.kind === 'unavailable') return reply;
  throw new Error(`this request cannot end as ${reply.kind}`);
}

/** AC53: a change is answered when it is durable wherever the charter wants it to be. */
async function whenKept<Answer>(
  { accountsAcknowledged }: CallContext,
  answer: Answer,
): Promise<Answer | CellUnavailable> {
  return (await accountsAcknowledged()) === 'acknowledged' ? answer : UNDECIDED;
}

/** The same where only one of the answers says that something was changed. */
async function whenDone<Answer extends Readonly<{ kind: string }>>(
  context: CallContext,
  answer: Answer,
  done: Answer['kind'],
): Promise<Answer | CellUnavailable> {
  return answer.kind === done ? whenKept(context, answer) : answer;
}

async function openSession(
  context: CallContext,
  { who }: CellCalls['openSession']['ask'],
): Promise<CallReply<'openSession'>> {
  const { engine, jurisdiction, operatorKey, randomBytes } = context;
  const { epoch } = engine;
  let person: PersonNo = NOBODY;
  if (who.kind === 'subject' || who.kind === 'account') {
    const subjectKey = subjectKeyOf(who);
    const reply = await engine.ask({ kind: 'person', subjectKey });
    if (reply.kind === 'unavailable') return reply;
    if (reply.kind === 'durable') person = reply.person;
  }
  const startedAtMs = engine.clock.nowMs();
  const expiresAtMs = startedAtMs + SESSION_LIFE_MS;
  const session = newSessionId(startedAtMs, randomBytes(SESSION_RANDOM_BYTES));
  const fields = { jurisdiction, epoch, session, person, startedAtMs, expiresAtMs };
  const grant = issueGrant(fields, operatorKey);
  return { kind: 'session', session, grant, startedAtMs, expiresAtMs };
}

async function checkWindow(
  { engine, store }: CallContext,
  { groups }: CellCalls['checkWindow']['ask'],
): Promise<CallReply<'checkWindow'>> {
  const highest = new Map<string, number>();
  for (const { sessionKey, ops } of opsGroupsOf(groups)) {
    const held = engine.view.sessions.get(sessionKey) ?? (await storedSession(store, sessionKey));
    let top = highest.get(sessionKey) ?? held?.highest ?? 0;
    for (const { n } of ops) {
      if (isBeyondWindow(top, n)) return { kind: 'op-window', n, highest: top };
      top = Math.max(top, n);
    }
    highest.set(sessionKey, top);
  }
  return { kind: 'fits' };
}

async function storedSession(
  store: StateStore,
  sessionKey: string,
): Promise<Readonly<{ highest: number }> | undefined> {
  const none = { persons: new Set(), videos: new Set(), likes: new Set(), uniques: new Set() };
  const keys = { ...none, sessions: new Set([sessionKey]) } as Parameters<StateStore['load']>[0];
  return (await store.load(keys)).sessions.get(sessionKey);
}

async function corrections(
  { engine, store, jurisdiction }: CallContext,
  { video }: CellCalls['corrections']['ask'],
): Promise<CallReply<'corrections'>> {
  const no = await engine.videoNo(video);
  if (no === undefined) return { kind: 'corrections', items: [] };
  const unstored = engine.view.unstoredCorrections(no);
  const stored = await store.correctionsOf(no, CORRECTIONS_LISTED_MAX);
  const firstUnstored = unstored[0]?.seq ?? Infinity;
  const rows = [...unstored.toReversed(), ...stored.filter((row) => row.seq < firstUnstored)];
  const itemOf = ({ metric, delta, reason, note, atMs, seq }: CorrectionRow): Correction => ({
    jurisdiction,
    metric,
    delta,
    reason,
    note,
    atMs,
    epoch: engine.epoch,
    seq,
  });
  return { kind: 'corrections', items: rows.slice(0, CORRECTIONS_LISTED_MAX).map(itemOf) };
}

/** The person's number, `NOBODY` when the cell does not know them. */
async function personOf(engine: Engine, who: Identity): Promise<PersonNo> {
  if (who.kind === 'anonymous') return NOBODY;
  if (who.kind === 'person') return who.person as PersonNo;
  return engine.personNo(subjectKeyOf(who));
}

async function likesAmong(
  { engine, store }: CallContext,
  { who, videos }: CellCalls['likesAmong']['ask'],
): Promise<CallReply<'likesAmong'>> {
  const person = await personOf(engine, who);
  const numbers = await engine.view.findVideos(videos);
  const keys = videos.map((video) => {
    const no = numbers.get(video);
    return no === undefined || person === NOBODY ? undefined : likeKey(person, no);
  });
  const unknown = keys.filter(
    (key) => key !== undefined && engine.view.likes.get(key) === undefined,
  );
  const none = { sessions: new Set(), persons: new Set(), videos: new Set(), uniques: new Set() };
  const wanted = { ...none, likes: new Set(unknown) } as Parameters<StateStore['load']>[0];
  const stored = (await store.load(wanted)).likes;
  const liked = keys.map((key) => {
    if (key === undefined) return false;
    return (engine.view.likes.get(key) ?? stored.get(key) ?? GONE) !== GONE;
  });
  return { kind: 'likes', liked };
}

async function likesPage(
  { engine }: CallContext,
  { who, after, itemsMax }: CellCalls['likesPage']['ask'],
): Promise<CallReply<'likesPage'>> {
  const person = await personOf(engine, who);
  const likes = person === NOBODY ? [] : await engine.view.likesOf(person);
  likes.sort((left, right) => right.atMs - left.atMs || right.key - left.key);
  const start =
    after === undefined ? 0 : likes.findIndex(({ atMs, key }) => isPast(after, atMs, key));
  const page = start === -1 ? [] : likes.slice(start, start + itemsMax);
  const items: { video: VideoId; atMs: number }[] = [];
  for (const { key, atMs } of page) {
    const row = await engine.view.video(videoOf(key));
    if (row !== undefined) items.push({ video: row.video, atMs });
  }
  const last = page.at(-1);
  const isMore = start !== -1 && start + itemsMax < likes.length;
  const next = isMore && last !== undefined ? `${last.atMs}-${videoOf(last.key)}` : undefined;
  return { kind: 'likes-page', items, next };
}

/** Whether a like comes after a cursor (time and number of the last item), newest first. */
function isPast(cursor: string, atMs: number, key: Parameters<typeof videoOf>[0]): boolean {
  const [cursorAtMs = 0, cursorVideo = 0] = cursor.split('-').map(Number);
  return atMs < cursorAtMs || (atMs === cursorAtMs && videoOf(key) < cursorVideo);
}

/** A crash after `delete` leaves a mark, and `finishDeletions` does the rest at the next start. */
async function deleteAccount(
  context: CallContext,
  { token }: CellCalls['deleteAccount']['ask'],
): Promise<CallReply<'deleteAccount'>> {
  const { accounts, engine } = context;
  const found = accounts.session(token);
  if (found.kind === 'no-session') return { kind: 'nobody' };
  accounts.delete(found.accountId);
  // In the same turn, so that a seal comes before both or after both.
  const subjectKey = subjectKeyOf({ kind: 'account', account: found.accountId });
  const reply = await engine.ask({ kind: 'erase', who: { kind: 'subject', subjectKey } });
  const done = whenDurable(reply, (position) => ({ kind: 'erased', position }) as const);
  if (done.kind !== 'erased') return done;
  accounts.finishDeletion(found.accountId);
  return whenKept(context, done);
}
