import { HELD_OPS_MAX, HOLD_MS_MAX, RESEND_MS } from '@holdfast/engine/handover/gateway-route.ts';
import type { Epoch } from '@holdfast/protocol/ids.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import type { OpGroup, SubmitReply } from '../../cell/cell-client.ts';
import { bulk, granted, like } from '../../cell/remote/remote.fixture.ts';
import { FLIGHTS_MAX, FRAME_OPS_FULL, opsQueue, WAITING_OPS_MAX } from './ops-queue.ts';
import type { OpsQueue } from './ops-queue.ts';
import { broken, entry, north, rig, settled, south, unreachable } from './ops-route.fixture.ts';
import { PauseBook } from './pause-book.ts';
import { tellPauses } from './pause-teller.ts';
import type { Rig, Sent } from './ops-route.fixture.ts';

let it_: Rig;
let queue: OpsQueue;
let pauses: PauseBook;
/** Replies by name of the session, in the order in which they came. */
let replies: [session: string, SubmitReply][];

function open(made: Rig): void {
  it_ = made;
  replies = [];
  const { line, time } = made;
  const { monotonicMs } = time.clock;
  pauses = new PauseBook();
  queue = opsQueue({ line, timers: time.timers, monotonicMs, pauses });
  tellPauses({ line, timers: time.timers, monotonicMs, pauses });
}

beforeEach(() => open(rig(entry(1, north))));

function submit(groups: readonly OpGroup[]): void {
  const name = groups[0]?.sessionKey ?? '';
  queue.submit(groups, (reply) => replies.push([name, reply]));
}

const kinds = (): string[] => replies.map(([name, { kind }]) => `${name} ${kind}`);
const sessionsIn = ({ requests }: Sent): string[] =>
  requests.map((groups) => groups[0]?.sessionKey ?? '');
const many = (session: string, ops: number): readonly OpGroup[] =>
  bulk(session, ...Array.from({ length: ops }, (_, index) => like(index + 1)));

function sent(index: number): Sent {
  const found = it_.sent[index];
  if (found === undefined) throw new Error(`frame ${index} was not sent`);
  return found;
}

describe('ops on their way', () => {
  it('W110: of one turn go together, to the owner under its epoch', async () => {
    for (const name of ['a', 'b', 'c']) submit(granted(name, like(1)));
    expect(it_.sent).toEqual([]);
    await settled();
    expect(it_.sent).toHaveLength(1);
    expect(sent(0)).toMatchObject({ to: 'north', epoch: 1 });
    expect(sessionsIn(sent(0))).toEqual(['~a', '~b', '~c']);
    sent(0).acknowledge();
    await settled();
    expect(kinds()).toEqual(['~a durable', '~b durable', '~c durable']);
  });

  it('gather while a frame is under way, and then follow it', async () => {
    submit(granted('a', like(1)));
    await settled();
    submit(granted('b', like(1)));
    submit(granted('c', like(1)));
    await settled();
    expect(it_.sent).toHaveLength(1);
    await it_.pass(5);
    expect(sessionsIn(sent(1))).toEqual(['~b', '~c']);
  });

  it('W112: are in so many frames at once and no more', async () => {
    for (let frame = 0; frame < FLIGHTS_MAX + 2; frame += 1) {
      submit(granted(`s${frame}`, like(1)));
      await it_.pass(10);
    }
    expect(it_.sent).toHaveLength(FLIGHTS_MAX);
    sent(2).acknowledge();
    await settled();
    expect(sessionsIn(sent(FLIGHTS_MAX))).toEqual(['~s4', '~s5']);
  });

  it('are in a frame of their own when they are many', async () => {
    submit(many('a', FRAME_OPS_FULL - 1));
    submit(many('b', 2));
    await settled();
    expect(it_.sent.map(sessionsIn)).toEqual([['default/a']]);
    await it_.pass(5);
    expect(it_.sent.map(sessionsIn)).toEqual([['default/a'], ['default/b']]);
  });

  it('W114: of one session are never in two frames under way', async () => {
    submit(granted('a', like(1)));
    await settled();
    submit(granted('a', like(2)));
    submit(granted('b', like(1)));
    await it_.pass(50);
    expect(it_.sent).toHaveLength(1);
    sent(0).acknowledge();
    await settled();
    expect(sessionsIn(sent(1))).toEqual(['~a', '~b']);
  });

  it('W114: of a session that has some under way let others go before, and then follow', async () => {
    submit(granted('a', like(1)));
    await settled();
    submit(granted('b', like(1)));
    submit(granted('a', like(2)));
    await it_.pass(50);
    expect(it_.sent.map(sessionsIn)).toEqual([['~a'], ['~b']]);
    sent(0).acknowledge();
    await settled();
    expect(sessionsIn(sent(2))).toEqual(['~a']);
  });

  it('W114: go before what came later when they come back', async () => {
    submit(granted('a', like(1)));
    await settled();
    submit(granted('b', like(1)));
    sent(0).end(unreachable);
    await it_.pass(RESEND_MS + 5);
    expect(sessionsIn(sent(1))).toEqual(['~a', '~b']);
  });

  it('W112: are refused at once when too many wait', async () => {
    submit(many('a', WAITING_OPS_MAX));
    submit(many('b', 1));
    expect(replies).toEqual([]);
    await settled();
    expect(replies).toMatchObject([['default/b', { kind: 'unavailable', code: 'overloaded' }]]);
  });
});

describe('ops that are not taken', () => {
  it.each([
    ['the party could not be reached', unreachable],
    ['nobody knows what became of them', broken],
    ['the epoch is sealed', { kind: 'sealed', epoch: 1 as Epoch, newest: undefined } as const],
    [
      'the party does not own the cell',
      { kind: 'not-owner', epoch: 1 as Epoch, newest: undefined } as const,
    ],
  ])('W111: because %s are sent again under the same names', async (_why, result) => {
    const groups = granted('a', like(1));
    submit(groups);
    await settled();
    sent(0).end(result);
    await it_.pass(RESEND_MS - 5);
    expect(it_.sent).toHaveLength(1);
    await it_.pass(10);
    expect(sent(1).requests).toEqual([groups]);
    sent(1).acknowledge();
    await settled();
    expect(kinds()).toEqual(['~a durable']);
  });

  it('W111: go to the new owner as soon as the charter names it', async () => {
    submit(granted('a', like(1)));
    await settled();
    sent(0).end({ kind: 'sealed', epoch: 1 as Epoch, newest: undefined });
    await settled();
    it_.book.add(entry(2, south));
    await settled();
    expect(sent(1)).toMatchObject({ to: 'south', epoch: 2 });
  });

  it('W111: go to the new owner also when the old one does not answer any more', async () => {
    submit(granted('a', like(1)));
    await settled();
    it_.book.add(entry(2, south));
    await settled();
    expect(sent(0).signal.aborted).toBe(true);
    expect(sent(1)).toMatchObject({ to: 'south', epoch: 2 });
    sent(1).acknowledge();
    await settled();
    expect(kinds()).toEqual(['~a durable']);
  });

  it('W111: alone are sent again when a party stopped taking ops within a frame', async () => {
    submit(granted('a', like(1)));
    submit(granted('b', like(1)));
    await settled();
    const [first] = sent(0).requests;
    if (first === undefined) throw new Error('no request');
    const taken: SubmitReply = { kind: 'op-window', n: 9, highest: 1 };
    sent(0).end({ kind: 'replies', replies: [taken, { kind: 'sealed', epoch: 1 as Epoch }] });
    await it_.pass(RESEND_MS + 5);
    expect(kinds()).toEqual(['~a op-window']);
    expect(sessionsIn(sent(1))).toEqual(['~b']);
  });

  it('W111, W113: are answered as unavailable after so long, once, and no sooner', async () => {
    submit(granted('a', like(1)));
    await settled();
    const endNewest = async (): Promise<void> => {
      it_.sent.at(-1)?.end(unreachable);
      await it_.pass(5);
    };
    while (it_.time.clock.monotonicMs() < 5_000 + HOLD_MS_MAX - 10) await endNewest();
    expect(replies).toEqual([]);
    while (it_.time.clock.monotonicMs() < 5_000 + HOLD_MS_MAX + 10) await endNewest();
    expect(replies).toMatchObject([['~a', { kind: 'unavailable', code: 'cell-unavailable' }]]);
    it_.book.add(entry(2, south));
    await it_.pass(2_000);
    expect(replies).toHaveLength(1);
  });

  it('W112: are held up to a number, and what comes then is refused', async () => {
    submit(many('a', 1));
    await settled();
    sent(0).end(unreachable);
    await settled();
    submit(many('b', HELD_OPS_MAX - 1));
    submit(many('c', 1));
    await settled();
    expect(kinds()).toEqual(['default/c unavailable']);
  });

  it('W122: are refused at once while nothing is heard of the cell, until it is', async () => {
    submit(granted('a', like(1)));
    await settled();
    sent(0).end(unreachable);
    it_.line.missed(north, 'gone');
    await it_.pass(HOLD_MS_MAX + 100);
    const before = it_.sent.length;
    submit(granted('b', like(1)));
    await settled();
    expect(kinds().at(-1)).toBe('~b unavailable');
    expect(it_.sent).toHaveLength(before);
    it_.line.heard(north);
    submit(granted('c', like(1)));
    await it_.pass(10);
    expect(sessionsIn(sent(it_.sent.length - 1))).toContain('~c');
    expect(it_.reach).toEqual(['north away', 'north there']);
  });

  it('W110: and an entry that came with the refusal is offered to the charter', async () => {
    submit(granted('a', like(1)));
    await settled();
    const newest = { ...entry(2, south), n: 2 } as never;
    sent(0).end({ kind: 'not-owner', epoch: 2 as Epoch, newest });
    await settled();
    expect(it_.book.offered).toEqual([newest]);
  });

  it('W110: and an entry that is no news is not', async () => {
    submit(granted('a', like(1)));
    await settled();
    sent(0).end({ kind: 'not-owner', epoch: 1 as Epoch, newest: entry(1, south) as never });
    await settled();
    expect(it_.book.offered).toEqual([]);
  });

  it('W111: wait for an owner while the charter names none', async () => {
    open(rig());
    submit(granted('a', like(1)));
    await it_.pass(100);
    expect(it_.sent).toEqual([]);
    it_.book.add(entry(1, north));
    await settled();
    expect(sent(0)).toMatchObject({ to: 'north' });
  });
});

describe('a queue that is closed', () => {
  it('W113: answers what waits and what is under way, once', async () => {
    submit(granted('a', like(1)));
    await settled();
    submit(granted('b', like(1)));
    const closed = queue.close();
    await settled();
    expect(kinds()).toEqual(['~b unavailable']);
    sent(0).end(broken);
    await closed;
    expect(replies.map(([, reply]) => reply)).toMatchObject([
      { code: 'shutting-down' },
      { code: 'shutting-down' },
    ]);
    submit(granted('c', like(1)));
    await it_.pass(100);
    expect(replies).toHaveLength(3);
    expect(it_.sent).toHaveLength(1);
  });
});

describe('W123, W124: the pause of a hand-over', () => {
  const cede = entry(2, south, { handover: 'us-1-a' });
  const taken = { kind: 'sealed', epoch: 1 as Epoch, newest: undefined } as const;

  /** The gateway has been there for a while when the cell begins to change hands. */
  async function sealedFor(ms: number): Promise<void> {
    await it_.pass(2_000);
    submit(many('a', 3));
    await settled();
    sent(0).end(taken);
    await it_.pass(ms);
  }
  const told = () => it_.reports.map(({ to, report }) => ({ to, ...report }));

  it('W123: is counted by ops that waited, were sent again, and how long they waited', async () => {
    await sealedFor(2 * RESEND_MS);
    submit(many('b', 2));
    await it_.pass(RESEND_MS);
    for (const { end } of it_.sent) end(taken);
    it_.book.add(cede);
    await it_.pass(RESEND_MS);
    for (const { to, acknowledge } of it_.sent) if (to === 'south') acknowledge();
    await it_.pass(3_000);
    const [report] = told();
    expect(report).toMatchObject({ to: 'south', handover: 'us-1-a', held: 5, refused: 0 });
    expect(report?.retried).toBeGreaterThanOrEqual(5);
    expect(report?.clientErrors).toBe(0);
    expect(report?.holds.reduce((sum, ops) => sum + ops, 0)).toBe(5);
    expect(report?.holds.slice(0, 3)).toEqual([0, 0, 0]);
  });

  it('W123: tells what clients were refused', async () => {
    await sealedFor(0);
    for (let turns = 0; replies.length === 0 && turns < 100; turns += 1) {
      it_.sent.at(-1)?.end(taken);
      await it_.pass(RESEND_MS);
    }
    expect(replies).toMatchObject([[expect.anything(), { kind: 'unavailable' }]]);
    it_.book.add(cede);
    submit(granted('b', like(1)));
    await settled();
    for (const { to, acknowledge } of it_.sent) if (to === 'south') acknowledge();
    await it_.pass(3_000);
    expect(told()).toMatchObject([{ held: 4, refused: 3, clientErrors: 1 }]);
  });

  it('W124: is told with zeros by a gateway that it did not meet, once', async () => {
    await it_.pass(2_000);
    it_.book.add(cede);
    await it_.pass(5_000);
    expect(told()).toMatchObject([{ to: 'south', held: 0, retried: 0, refused: 0 }]);
  });

  it('W124: is not told by a gateway that may have begun in the middle of it', async () => {
    it_.book.add(cede);
    await it_.pass(5_000);
    expect(told()).toEqual([]);
  });

  it('W124: is told by nobody when the cell stayed where it was', async () => {
    await sealedFor(RESEND_MS);
    it_.book.add(entry(2, north, { act: 'leave' }));
    await it_.pass(5_000);
    expect(told()).toEqual([]);
  });
});
