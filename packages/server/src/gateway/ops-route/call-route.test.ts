import { HOLD_MS_MAX, RESEND_MS } from '@holdfast/engine/handover/gateway-route.ts';
import type { Epoch, VideoId } from '@holdfast/protocol/ids.ts';
import { beforeEach, expect, it } from 'vitest';
import type { CellClient } from '../../cell/cell-client.ts';
import { PauseBook } from './pause-book.ts';
import { callRoute, CALLS_MAX } from './call-route.ts';
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
