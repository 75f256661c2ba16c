import { describe, expect, test } from 'vitest';
import type { FollowerPhase } from '@holdfast/engine/handover/party-state.ts';
import { openMemoryJournal } from '@holdfast/engine/journal/memory/memory-journal.ts';
import { recordsOf } from '@holdfast/engine/testing/records.ts';
import { NOTHING_ACCEPTED } from './accepted-ops.ts';
import { BatchSender } from './batch-sender.ts';
import type { Delivery, Report } from './peer.ts';

/** A follower that says it is in the phase of its turn, and takes whatever comes from `takes` on. */
async function run(phases: readonly FollowerPhase[], poked: boolean) {
  const journal = openMemoryJournal();
  for (const record of recordsOf([10, 10, 10])) await journal.append(record);
  const sent: Delivery[] = [];
  let rests = 0;
  let seq = 0;
  const over = Promise.withResolvers<null>();
  const report = (phase: FollowerPhase): Report => ({
    ...{ kind: 'report', epoch: 1, phase, seq, beatMs: 0, applied: undefined, probed: [] },
    ...{ accounts: undefined, nowMs: 0, freeBytes: undefined },
  });
  const head = { changeNo: 0, rowsHash: '' };
  const sender: BatchSender = new BatchSender({
    journal,
    line: {
      deliver: async (delivery) => {
        sent.push(delivery);
        const phase = phases[sent.length - 1] ?? 'shadow';
        if (phase !== 'seeding') seq += delivery.records.length;
        if (sent.length === phases.length) over.resolve(null);
        if (poked) sender.poke();
        return report(phase);
      },
      ask: async () => ({ kind: 'refuses' }),
      close: () => undefined,
    },
    epoch: () => 1,
    monotonicMs: () => 0,
    accepted: () => NOTHING_ACCEPTED,
    probes: () => [],
    accounts: () => ({ from: 0, through: 0, head, rows: [] }),
    pause: async () => {
      rests += 1;
      await new Promise((resolve) => setImmediate(resolve));
    },
    onReport: () => undefined,
    onAway: () => undefined,
    onFault: (error) => over.reject(error),
  });
  await over.promise;
  const restsUntilThen = rests;
  await sender.stop();
  return { records: sent.slice(0, phases.length).map((one) => one.records.length), restsUntilThen };
}

describe('what an owner sends', () => {
  test('H13: nothing until the follower has said where it is, then what it lacks, once', async () => {
    const { records } = await run(['catching-up', 'catching-up', 'catching-up'], false);
    expect(records).toEqual([0, 3, 0]);
  });

  test('H57: no batch goes to a follower that fetches a snapshot', async () => {
    const { records } = await run(['seeding', 'seeding', 'catching-up', 'catching-up'], false);
    expect(records).toEqual([0, 0, 0, 3]);
  });

  test('H57: new batches do not wake it for such a follower, and do for any other', async () => {
    const seeding = await run(['seeding', 'seeding', 'seeding', 'seeding'], true);
    // After the first answer, which says where the follower is, it goes on at once.
    expect(seeding.restsUntilThen).toBe(2);
    const shadow = await run(['shadow', 'shadow', 'shadow', 'shadow'], true);
    expect(shadow.restsUntilThen).toBe(0);
  });
});
