import type { Jurisdiction, VideoId } from '@holdfast/protocol/ids.ts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fakeCell } from '../gateway/fakes/fake-cell.ts';
import type { FakeCell } from '../gateway/fakes/fake-cell.ts';
import { openCourier } from './courier.ts';
import type { Courier } from './courier.ts';

/** Longer than any test: what must not wait for a pause does not come at all if it does. */
const PAUSE_MS = 3_600_000;
const AWAY = { kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 1 } as const;
const video = 'a' as VideoId;

let courier: Courier;
afterEach(() => courier.close());

function courierTo(cell: FakeCell): Courier {
  courier = openCourier({
    cell: cell.client,
    waiting: [video],
    describe: () => ({ durationMs: 1_000, creatorKey: 'x'.repeat(22) }),
    onDelivered: () => undefined,
    onFailed: () => undefined,
    retryMsMin: PAUSE_MS,
    retryMsMax: PAUSE_MS,
  });
  return courier;
}

const anotherCell = (): FakeCell => fakeCell('us' as Jurisdiction, () => 0);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a courier', () => {
  it('A43: goes to a cell that comes up as soon as it is heard of', async () => {
    const cell = anotherCell();
    cell.fail(AWAY);
    const { size } = courierTo(cell);
    cell.publish();
    expect(cell.asked).toHaveLength(0);
    cell.fail(undefined);
    cell.publish();
    await vi.waitFor(() => expect(size()).toBe(0));
    expect(cell.asked).toHaveLength(1);
  });

  it('A43: does not press a cell that is up and refuses', async () => {
    const cell = anotherCell();
    cell.answer('registerVideo', () => AWAY as never);
    const { size } = courierTo(cell);
    await vi.waitFor(() => expect(cell.asked).toHaveLength(1));
    for (let publications = 0; publications < 10; publications += 1) {
      await turn();
      cell.publish();
    }
    expect(cell.asked).toHaveLength(1);
    expect(size()).toBe(1);
  });
});
