import { describe, expect, test } from 'vitest';
import { AckGate } from './ack-gate.ts';
import type { AckResult } from './ack-gate.ts';

function waiting(gate: AckGate, seq: number): { result: AckResult | undefined } {
  const seen: { result: AckResult | undefined } = { result: undefined };
  void gate.acknowledge(seq).then((result) => (seen.result = result));
  return seen;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('batches that wait', () => {
  test('H9: are let go up to the seq that may be acknowledged, and no further', async () => {
    const gate = new AckGate();
    const [first, second] = [waiting(gate, 5), waiting(gate, 6)];
    gate.open(5);
    await turn();
    expect([first.result, second.result]).toEqual(['acknowledged', undefined]);
    expect(await gate.acknowledge(4)).toBe('acknowledged');
  });

  test('H35: are lost with the ownership, and so is one that comes while it ends', async () => {
    const gate = new AckGate();
    const first = waiting(gate, 5);
    gate.lose();
    await turn();
    expect(first.result).toBe('lost');
    expect(await gate.acknowledge(6)).toBe('lost');
  });

  test('H11: a new ownership remembers nothing of the one before', async () => {
    const gate = new AckGate();
    gate.open(9);
    gate.lose();
    gate.begin();
    const again = waiting(gate, 7);
    await turn();
    expect(again.result).toBeUndefined();
    gate.open(7);
    await turn();
    expect(again.result).toBe('acknowledged');
  });
});
