import { describe, expect, test } from 'vitest';
import type { Epoch, Seq, VideoId } from '@holdfast/protocol/ids.ts';
import { invalidCodeOf, outcomeOf } from '@holdfast/protocol/outcome-byte.ts';
import { shownLikes } from '../counting/rows.ts';
import { hashHex } from '../counting/set-hash.ts';
import type { Journal, JournalRecord } from '../journal/journal.ts';
import { decodeEntries } from '../journal/batch-codec.ts';
import { EPOCH, START_MS } from '../testing/batches.ts';
import { CALM_LIMITS, identify, slowJournal, TestClocks } from '../testing/engine-rig.ts';
import { TestJournal, TestStore } from '../testing/engine-rig.ts';
import { Engine } from './engine.ts';
import type { EngineRole } from './engine-options.ts';
import { Follower } from './follower.ts';
import { openLedger, positionOf } from './ledger.ts';
import type { Ledger, LedgerPosition } from './ledger.ts';
import type { EngineReply, EngineRequest } from './requests.ts';

const V1 = 'v1' as VideoId;
const NEVER: AbortSignal = new AbortController().signal;

type Site = { ledger: Ledger; journal: TestJournal; store: TestStore; problems: string[] };

async function site(wrap: (journal: Journal) => Journal = (journal) => journal): Promise<Site> {
  const journal = new TestJournal();
  const store = await TestStore.after([]);
  const problems: string[] = [];
  const ledger = await openLedger({
    epoch: EPOCH as Epoch,
    journal: wrap(journal.port),
    store: store.port,
    clocks: new TestClocks(),
    limits: CALM_LIMITS,
    onApplied: () => undefined,
    onProblem: ({ kind }) => problems.push(kind),
    onReplay: () => undefined,
  });
  return { ledger, journal, store, problems };
}

function engineOn({ ledger }: Site, role: Partial<EngineRole> = {}): Engine {
  return new Engine(ledger, { epoch: EPOCH as Epoch, identify, limits: CALM_LIMITS, ...role });
}

function like(who: string, n: number, kind: 'like' | 'unlike' = 'like'): EngineRequest {
  const group = {
    sessionKey: `~${who}`,
    who: { kind: 'subject', subjectKey: who } as const,
    startedAtMs: START_MS,
    vouched: false,
    ops: [{ n, kind, video: V1 }],
  };
  return { kind: 'ops', groups: [group] };
}

function ends(reply: EngineReply): readonly string[] | string {
  if (reply.kind === 'unavailable') return reply.code;
  if (reply.kind !== 'durable') return reply.kind;
  return Array.from(reply.outcomes, (byte) => invalidCodeOf(byte) ?? outcomeOf(byte));
}

/** An owner with a video and likes by three people, one a batch. */
async function owner(): Promise<{ at: Site; engine: Engine }> {
  const at = await site();
  const engine = engineOn(at);
  await engine.ask({ kind: 'video', video: V1, durationMs: 10_000, creatorKey: 'nobody' });
  for (const who of ['anna', 'ben', 'cleo']) await engine.ask(like(who, 1));
  return { at, engine };
}

const plain = ({ seq, chain, likesHash, countsHash }: LedgerPosition) => ({
  seq,
  chain: Buffer.from(chain).toString('hex'),
  likes: hashHex(likesHash),
  counts: hashHex(countsHash),
});

async function likesOf({ ledger }: Site): Promise<number> {
  const no = (await ledger.view.findVideos([V1])).get(V1);
  const row = no === undefined ? undefined : await ledger.view.video(no);
  return row === undefined ? -1 : shownLikes(row);
}

describe('a follower', () => {
  test('C24: stands, after each batch, where the owner stood after it', async () => {
    const { at, engine } = await owner();
    const copy = await site();
    const follower = await Follower.begin(copy.ledger);
    for (const record of await at.journal.all()) {
      expect((await follower.take([record])).seq).toBe(record.seq);
      await follower.applied();
    }
    expect(plain(follower.position)).toEqual(plain(positionOf(at.ledger)));
    expect(await likesOf(copy)).toBe(3);
    await engine.end();
  });

  test('C24: takes neither a gap nor a changed batch, and keeps what it had', async () => {
    const { at } = await owner();
    const [first, second, third] = (await at.journal.all()) as [
      JournalRecord,
      JournalRecord,
      JournalRecord,
    ];
    const copy = await site();
    const follower = await Follower.begin(copy.ledger);
    await follower.take([first]);
    await expect(follower.take([third])).rejects.toThrow('does not follow');
    const body = Uint8Array.from(second.body);
    body[body.length - 1] = (body.at(-1) ?? 0) ^ 1;
    await expect(follower.take([{ ...second, body }])).rejects.toThrow('does not follow');
    expect(follower.head.seq).toBe(first.seq);
    expect((await follower.take([second, third])).seq).toBe(third.seq);
    expect((await copy.journal.all()).length).toBe(3);
  });

  test('P1: says that a batch is durable only when its journal has it', async () => {
    const { at } = await owner();
    const [first, second] = (await at.journal.all()) as [JournalRecord, JournalRecord];
    const copy = await site();
    const follower = await Follower.begin(copy.ledger);
    copy.journal.fates = ['fine', 'lost'];
    await expect(follower.take([first, second])).rejects.toThrow('not written');
    expect(follower.head.seq).toBe(first.seq);
    expect((await follower.take([second])).seq).toBe(second.seq);
  });

  test('P1: goes on behind a batch that was written although the disk said that it was not', async () => {
    const { at } = await owner();
    const records = await at.journal.all();
    const copy = await site();
    copy.journal.fates = ['fine', 'kept'];
    const follower = await Follower.begin(copy.ledger);
    expect((await follower.take(records)).seq).toBe(4);
    await follower.applied();
    expect(plain(follower.position)).toEqual(plain(positionOf(at.ledger)));
  });

  test('H18: a cut has a batch that was on its way to the disk, and that comes twice', async () => {
    const { at } = await owner();
    const records = await at.journal.all();
    const copy = await site(slowJournal);
    const follower = await Follower.begin(copy.ledger);
    const taking = Promise.allSettled([follower.take(records), follower.take(records)]);
    await follower.applied();
    expect(follower.position.seq).toBe(4);
    const ended = await taking;
    expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect((await copy.journal.all()).length).toBe(4);
  });

  test('P2: after it has become the owner, what was sent again is a duplicate', async () => {
    const { at, engine } = await owner();
    const cut = await engine.seal('hand-over-1', NEVER);
    const copy = await site();
    const follower = await Follower.begin(copy.ledger);
    await follower.take(await at.journal.all());
    await follower.applied();
    expect(cut === undefined ? undefined : plain(cut)).toEqual(plain(follower.position));
    const next = engineOn(copy, { epoch: 2 as Epoch });
    expect(ends(await next.ask(like('anna', 1)))).toEqual(['duplicate']);
    expect(ends(await next.ask(like('anna', 2, 'unlike')))).toEqual(['counted']);
    expect(await likesOf(copy)).toBe(2);
    expect(copy.ledger.view.meta).toMatchObject({ epoch: 2, seq: (cut?.seq ?? 0) + 2 });
    await next.end();
  });
});

describe('an engine in a hand-over', () => {
  test('P1, P7: answers and shows nothing before the batch is acknowledged', async () => {
    const at = await site();
    let acknowledge: (how: 'acknowledged' | 'lost') => void = () => undefined;
    const asked: number[] = [];
    const engine = engineOn(at, {
      acknowledge: (seq) => {
        asked.push(seq);
        return new Promise((resolve) => (acknowledge = resolve));
      },
    });
    let reply: EngineReply | undefined;
    const video = { kind: 'video', video: V1, durationMs: 10_000, creatorKey: 'c' } as const;
    engine.submit(video, (given) => (reply = given));
    while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toEqual([1]);
    expect([reply, at.journal.appended, engine.meta.seq]).toEqual([undefined, 1, 0]);
    acknowledge('acknowledged');
    while (reply === undefined) await new Promise((resolve) => setImmediate(resolve));
    expect([reply.kind, engine.meta.seq]).toEqual(['durable', 1]);
    await engine.end();
  });

  test('P7: that lost its cell acknowledges nothing more, and its tail can be set aside', async () => {
    const { at, engine: before } = await owner();
    await before.end();
    const engine = engineOn(at, { acknowledge: async () => 'lost' });
    const replies = await Promise.all([engine.ask(like('dora', 1)), engine.ask(like('eva', 1))]);
    expect(replies.map(ends)).toEqual(['cell-unavailable', 'cell-unavailable']);
    expect(ends(await engine.ask(like('fred', 1)))).toBe('shutting-down');
    await engine.end();
    expect(await likesOf(at)).toBe(3);
    const { seq } = at.ledger.view.meta;
    expect((await at.journal.all()).at(-1)?.seq).toBe(seq + 1);
    await at.ledger.journal.truncate(seq);
    const follower = await Follower.begin(at.ledger);
    expect(follower.head.seq).toBe(seq);
  });

  test('seals behind everything that was submitted, and never opens again', async () => {
    const { at, engine } = await owner();
    const waiting = engine.ask(like('dora', 1));
    const cut = await engine.seal('hand-over-1', NEVER);
    expect(ends(await waiting)).toEqual(['counted']);
    expect(ends(await engine.ask(like('eva', 1)))).toBe('shutting-down');
    const last = (await at.journal.all()).at(-1);
    expect(last?.seq).toBe(cut?.seq);
    const seal = { kind: 'seal', handover: 'hand-over-1' };
    expect(decodeEntries(last?.body ?? new Uint8Array()).entries).toEqual([seal]);
  });

  test('H15: writes nothing more once it has ended, not even a seal that was on its way', async () => {
    const at = await site(slowJournal);
    const engine = engineOn(at);
    const sealing = engine.seal('h-1', NEVER);
    await engine.end();
    const { length } = await at.journal.all();
    await sealing;
    expect((await at.journal.all()).length).toBe(length);
    expect(at.ledger.view.meta.seq).toBe(length);
  });

  test('P7: writes no seal when it lost its cell while it was waiting to', async () => {
    const at = await site();
    let lose = (): void => undefined;
    const acknowledge = (): Promise<'lost'> =>
      new Promise((resolve) => {
        lose = () => resolve('lost');
      });
    const engine = engineOn(at, { acknowledge });
    const waiting = engine.ask(like('anna', 1));
    const sealing = engine.seal('h-1', NEVER);
    while ((await at.journal.all()).length === 0) await new Promise(setImmediate);
    await new Promise(setImmediate);
    lose();
    expect(await sealing).toBeUndefined();
    expect(ends(await waiting)).toBe('cell-unavailable');
    expect(at.problems).toEqual(['journal-failed']);
  });

  test('P3: goes on when what came before the seal is not acknowledged in time', async () => {
    const { at, engine: before } = await owner();
    await before.end();
    let acknowledge: () => void = () => undefined;
    const engine = engineOn(at, {
      acknowledge: () => new Promise((resolve) => (acknowledge = () => resolve('acknowledged'))),
    });
    const waiting = engine.ask(like('dora', 1));
    const patience = new AbortController();
    const sealing = engine.seal('hand-over-1', patience.signal);
    await new Promise((resolve) => setImmediate(resolve));
    patience.abort();
    expect(await sealing).toBeUndefined();
    acknowledge();
    expect(ends(await waiting)).toEqual(['counted']);
    expect(engine.isOpen).toBe(true);
  });

  test('says so when the seal could not be written, and goes on', async () => {
    const { at, engine } = await owner();
    at.journal.fates = ['full'];
    expect(await engine.seal('hand-over-1', NEVER)).toBeUndefined();
    expect(at.problems).toEqual(['journal-failed']);
    expect((await at.journal.all()).at(-1)?.seq).toBe(4 as Seq);
    expect(ends(await engine.ask(like('dora', 1)))).toEqual(['counted']);
  });
});
