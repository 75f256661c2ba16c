import { HOLD_MS_MAX, RESEND_MS } from '@holdfast/engine/handover/gateway-route.ts';
import type { Epoch, VideoId } from '@holdfast/protocol/ids.ts';
import { beforeEach, expect, it } from 'vitest';
import type { CellClient } from '../../cell/cell-client.ts';
import { PauseBook } from './pause-book.ts';
import { callRoute, CALLS_MAX, PERSON_HOLD_MS_MAX } from './call-route.ts';
import { broken, entry, north, rig, settled, south, unreachable } from './ops-route.fixture.ts';
import type { Rig } from './ops-route.fixture.ts';

const BOOKS = { kind: 'books' };
const AWAY = { kind: 'unavailable', code: 'cell-unavailable' };
const video = 'v' as VideoId;

let made: Rig;
let call: CellClient['call'];

beforeEach(() => {
  made = rig(entry(1, north));
  const { line, time } = made;
  call = callRoute({
    line,
    timers: time.timers,
    pauses: new PauseBook(),
    monotonicMs: time.clock.monotonicMs,
  });
});

it('W115: a call that was not taken is sent again, to whoever owns the cell then', async () => {
  const asked = call('books', {});
  await settled();
  made.called[0]?.end({ kind: 'sealed', epoch: 1 as Epoch, newest: undefined });
  await settled();
  made.book.add(entry(2, south));
  await settled();
  expect(made.called.map(({ to }) => to)).toEqual(['north', 'south']);
  made.called[1]?.end(BOOKS);
  expect(await asked).toEqual(BOOKS);
});

it('W115: a call of which nobody knows is sent again when that changes nothing', async () => {
  const asked = call('books', {});
  await settled();
  made.called[0]?.end(broken);
  await made.pass(RESEND_MS + 5);
  made.called[1]?.end(BOOKS);
  expect(await asked).toEqual(BOOKS);
});

it('W115: a correction of which nobody knows is not sent twice', async () => {
  const asked = call('correct', {
    video,
    metric: 'views',
    delta: 1,
    reason: 'bug',
    note: '',
    sessionKey: undefined,
  });
  await settled();
  made.called[0]?.end(broken);
  expect(await asked).toMatchObject(AWAY);
  await made.pass(HOLD_MS_MAX);
  expect(made.called).toHaveLength(1);
});

it('W115: a correction that never arrived is sent again', async () => {
  const asked = call('correct', {
    video,
    metric: 'views',
    delta: 1,
    reason: 'bug',
    note: '',
    sessionKey: undefined,
  });
  await settled();
  made.called[0]?.end(unreachable);
  await made.pass(RESEND_MS + 5);
  made.called[1]?.end({ kind: 'unknown-video' });
  expect(await asked).toEqual({ kind: 'unknown-video' });
});

it('W115: a call is given up after so long', async () => {
  let reply: unknown;
  void call('books', {}).then((got) => (reply = got));
  const endNewest = async (): Promise<void> => {
    made.called.at(-1)?.end(unreachable);
    await made.pass(5);
  };
  while (made.time.clock.monotonicMs() < 5_000 + HOLD_MS_MAX - 10) await endNewest();
  expect(reply).toBe(undefined);
  while (made.time.clock.monotonicMs() < 5_000 + HOLD_MS_MAX + 10) await endNewest();
  expect(reply).toMatchObject(AWAY);
});

it('W122: a call to a cell that is away is refused at once', async () => {
  made.line.to(north);
  made.line.missed(north, 'gone');
  await made.pass(HOLD_MS_MAX);
  expect(await call('books', {})).toMatchObject(AWAY);
  expect(made.called).toEqual([]);
});

it('W122: what is said of an old owner says nothing of the new one', async () => {
  made.line.to(north);
  made.line.to(south);
  made.line.missed(north, 'gone');
  await made.pass(HOLD_MS_MAX);
  expect(made.line.isAway()).toBe(false);
  expect(made.reach).toEqual([]);
});

it('calls are under way up to a number, and a further one is refused', async () => {
  for (let count = 0; count < CALLS_MAX; count += 1) void call('books', {});
  expect(await call('books', {})).toMatchObject({ code: 'overloaded' });
});

const SIGN_UP = { handle: 'ann', password: 'correct horse', remote: '127.0.0.1' };
const SIGNED_IN = { kind: 'signed-in', account: 'acc_1' };
const FOLLOW = {
  token: 't',
  puts: [{ kind: 'follow', target: 'acc_2', body: {} }],
  removes: [],
} as const;
const WRITTEN = { kind: 'written', items: [] };

/** The owner is gone for so long: whoever asks it hears nothing. */
async function goneFor(ms: number): Promise<void> {
  const endsAtMs = made.time.clock.monotonicMs() + ms;
  let answered = 0;
  while (made.time.clock.monotonicMs() < endsAtMs) {
    for (; answered < made.called.length; answered += 1) made.called[answered]?.end(unreachable);
    await made.pass(5);
  }
}

it('W125: what a person does by hand waits until a standby is promoted', async () => {
  const asked = call('signUp', SIGN_UP);
  await settled();
  await goneFor(4_000);
  const early = call('whoIs', { token: 't' });
  expect(made.line.isAway()).toBe(true);
  await goneFor(10);
  made.book.add(entry(2, south));
  await settled();
  for (const { to, name, end } of made.called) {
    if (to === 'south') end(name === 'signUp' ? SIGNED_IN : { kind: 'nobody' });
  }
  expect(await asked).toEqual(SIGNED_IN);
  expect(await early).toEqual({ kind: 'nobody' });
});

it('W125: nobody waits for longer than so, and an owner that is gone is not asked all the time', async () => {
  const asked = call('signUp', SIGN_UP);
  await settled();
  await goneFor(PERSON_HOLD_MS_MAX + 50);
  expect(await asked).toMatchObject(AWAY);
  expect(made.called.length).toBeLessThan(70);
  expect(await call('signUp', SIGN_UP)).toMatchObject(AWAY);
});

it('W115: a call that was turned away because accounts are frozen is sent again', async () => {
  const asked = call('signUp', SIGN_UP);
  await settled();
  made.called[0]?.end({ kind: 'unavailable', code: 'shutting-down', retryAfterMs: 1_000 });
  await made.pass(RESEND_MS + 5);
  made.called[1]?.end(SIGNED_IN);
  expect(await asked).toEqual(SIGNED_IN);
});

it('W115: a writing that an ended ownership left open is written again by the next owner', async () => {
  const asked = call('write', FOLLOW);
  await settled();
  made.called[0]?.end({ ...AWAY, retryAfterMs: 1_000 });
  await settled();
  made.book.add(entry(2, south));
  await settled();
  expect(made.called.map(({ to }) => to)).toEqual(['north', 'south']);
  made.called[1]?.end(WRITTEN);
  expect(await asked).toEqual(WRITTEN);
});

const PUT = { kind: 'profile', target: '', body: { displayName: 'Ann' }, expected: 7 } as const;

it.each([
  ['is there as it was sent, is answered as done', 'Ann', { kind: 'written' }],
  ['is there otherwise, is a conflict', 'Bob', { kind: 'conflict' }],
])('W127: a change of a version of which nobody knows, and that %s', async (_what, name, end) => {
  const asked = call('write', { token: 't', puts: [PUT], removes: [] } as never);
  await settled();
  made.called[0]?.end(broken);
  await made.pass(RESEND_MS + 5);
  made.called[1]?.end({ kind: 'conflict' });
  await settled();
  const items = [{ body: { displayName: name } }];
  made.called[2]?.end({ kind: 'writings', items, next: undefined });
  expect(await asked).toMatchObject(end);
});

it('W115: a new writing without a name of its own is not written twice', async () => {
  const put = { kind: 'comment', target: 'v', body: {} };
  const asked = call('write', { token: 't', puts: [put], removes: [] } as never);
  await settled();
  made.called[0]?.end(broken);
  expect(await asked).toMatchObject(AWAY);
  expect(made.called).toHaveLength(1);
});

it('W125: an old owner that does not answer any more is not waited for', async () => {
  const asked = call('write', FOLLOW);
  await settled();
  made.book.add(entry(2, south));
  await made.pass(1_000 + 2 * RESEND_MS);
  expect(made.called.map(({ to }) => to)).toEqual(['north', 'south']);
  made.called[1]?.end(WRITTEN);
  expect(await asked).toEqual(WRITTEN);
});

it.each([
  ['was done, is answered as done', SIGNED_IN, SIGNED_IN],
  [
    'is somebody else by the name, says so',
    { kind: 'wrong-credentials' },
    { kind: 'handle-taken' },
  ],
])('W126: a sign-up of which nobody knows, and that %s', async (_what, entered, expected) => {
  const asked = call('signUp', SIGN_UP);
  await settled();
  made.called[0]?.end(broken);
  await made.pass(RESEND_MS + 5);
  made.called[1]?.end({ kind: 'handle-taken' });
  await settled();
  expect(made.called[2]?.name).toBe('signIn');
  made.called[2]?.end(entered);
  expect(await asked).toEqual(expected);
});

it('W126: a handle that was taken before the first try is not signed in to', async () => {
  const asked = call('signUp', SIGN_UP);
  await settled();
  made.called[0]?.end({ kind: 'handle-taken' });
  expect(await asked).toEqual({ kind: 'handle-taken' });
  expect(made.called).toHaveLength(1);
});
