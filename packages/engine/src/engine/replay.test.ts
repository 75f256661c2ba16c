import type { Epoch, VideoId } from '@holdfast/protocol/ids.ts';
import { expect, it } from 'vitest';
import { EPOCH } from '../testing/batches.ts';
import { openRig, TestClocks, TestJournal, TestStore } from '../testing/engine-rig.ts';
import type { EngineRequest } from './requests.ts';

const video = (name: string): EngineRequest => ({
  kind: 'video',
  video: name as VideoId,
  durationMs: 10_000,
  creatorKey: 'nobody',
});

it('a journal of which nothing is stored opens under a later ownership', async () => {
  const journal = new TestJournal().port;
  const clocks = new TestClocks();
  const before = await openRig({ journal, store: (await TestStore.after([])).port, clocks });
  await before.engine.ask(video('v1'));

  const epoch = (EPOCH + 3) as Epoch;
  const ports = { journal, store: (await TestStore.after([])).port, clocks };
  const { engine } = await openRig(ports, { epoch });
  expect(engine.meta).toMatchObject({ epoch: EPOCH, seq: 1 });
  expect(await engine.ask(video('v2'))).toMatchObject({ kind: 'durable', epoch, seq: 2 });
});
