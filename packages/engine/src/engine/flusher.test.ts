import { expect, test } from 'vitest';
import type { Epoch, VideoId } from '@holdfast/protocol/ids.ts';
import { EPOCH } from '../testing/batches.ts';
import { CALM_LIMITS, identify, TestClocks } from '../testing/engine-rig.ts';
import { TestJournal, TestStore } from '../testing/engine-rig.ts';
import { Engine } from './engine.ts';
import { openLedger } from './ledger.ts';

test('a flush that fails while the ledger closes is told, and ends no process', async () => {
  const store = await TestStore.after([]);
  const problems: string[] = [];
  const retries: (() => void)[] = [];
  const limits = { ...CALM_LIMITS, flushRowsMin: 1 };
  const ledger = await openLedger({
    epoch: EPOCH as Epoch,
    journal: new TestJournal().port,
    store: store.port,
    clocks: new TestClocks(),
    limits,
    after: (_delayMs, run) => {
      retries.push(run);
      return () => undefined;
    },
    onApplied: () => undefined,
    onProblem: ({ kind }) => problems.push(kind),
    onReplay: () => undefined,
  });
  store.failures = 3;
  const engine = new Engine(ledger, { epoch: EPOCH as Epoch, identify, limits });
  const video = 'v1' as VideoId;
  await engine.ask({ kind: 'video', video, durationMs: 9_000, creatorKey: 'c' });
  while (problems.length === 0) await new Promise(setImmediate);
  const closing = engine.close();
  await new Promise(setImmediate);
  for (const retry of retries) retry();
  await closing;
  // Vitest fails a run in which a rejection was left to nobody.
  expect(problems).toEqual(['flush-failed', 'flush-failed', 'flush-failed']);
  expect(store.flushes).toEqual([]);
});

test('while the stored state is held nothing is stored, unless memory is full', async () => {
  const store = await TestStore.after([]);
  const limits = { ...CALM_LIMITS, flushRowsMin: 1, overlayRowsMax: 3 };
  const ledger = await openLedger({
    epoch: EPOCH as Epoch,
    journal: new TestJournal().port,
    store: store.port,
    clocks: new TestClocks(),
    limits,
    after: () => () => undefined,
    onApplied: () => undefined,
    onProblem: ({ kind }) => expect(kind).toBeUndefined(),
    onReplay: () => undefined,
  });
  const engine = new Engine(ledger, { epoch: EPOCH as Epoch, identify, limits });
  const register = async (name: string): Promise<void> => {
    const video = name as VideoId;
    await engine.ask({ kind: 'video', video, durationMs: 9_000, creatorKey: 'c' });
    for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
  };
  const [first, second] = [ledger.flusher.hold(), ledger.flusher.hold()];
  await register('v1');
  first();
  first();
  await register('v2');
  expect(store.flushes).toEqual([]);
  second();
  for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
  expect(store.flushes.map(({ meta }) => meta.seq)).toEqual([2]);
  ledger.flusher.hold();
  for (const name of ['v3', 'v4', 'v5', 'v6', 'v7']) await register(name);
  expect(store.flushes.length).toBeGreaterThan(1);
  await engine.close();
});
