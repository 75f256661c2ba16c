import { describe, expect, test } from 'vitest';
import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import { HANDOVER_VERSION } from '@holdfast/engine/handover/preflight.ts';
import { US } from '../registrar/charter.fixture.ts';
import { WIRE_VERSION } from '../signed/preimage.ts';
import { newIdentity } from '../signed/signed.fixture.ts';
import { askTarget, judgeTarget } from './target.ts';
import type { TargetFacts } from './target.ts';

const party = (operator: string): Party => {
  return { operator, site: 'main', publicKey: `key of ${operator}`, url: `http://${operator}` };
};
const FACTS: TargetFacts = {
  cell: US,
  party: party('south'),
  handoverVersion: HANDOVER_VERSION,
  state: 'idle',
  freeBytes: 1e12,
  nowMs: 0,
  newestHash: '',
};
const OWN = { me: party('north'), cell: US, newestHash: '', copyBytes: 1 };

describe('H30: a target of another version', () => {
  test('H30: is refused before anything is begun, with both versions named', () => {
    const facts = { ...FACTS, handoverVersion: HANDOVER_VERSION + 1 };
    const checks = judgeTarget(OWN, { kind: 'target', facts, spreadMs: 0 });
    const red = checks.filter(({ light }) => light !== 'green');
    expect(red).toMatchObject([{ name: 'version', light: 'red' }]);
    expect(red[0]?.reason).toContain(`version ${HANDOVER_VERSION + 1}`);
    expect(red[0]?.reason).toContain(`to ${HANDOVER_VERSION}`);
  });

  test('H30: is not even asked when it does not speak the version of the messages', async () => {
    const { operator, publicKey } = newIdentity('south');
    const versions = [WIRE_VERSION + 1];
    const target = await askTarget(
      {
        cell: US,
        fetch: async () => Response.json({ operator, publicKey, versions }),
        connect: () => expect.fail('nothing is to be sent'),
        nowMs: () => 0,
      },
      'http://south.example',
    );
    expect(target).toMatchObject({ kind: 'unfit', check: { name: 'version', light: 'red' } });
    const { reason } = target.kind === 'unfit' ? target.check : { reason: '' };
    expect(reason).toContain(String(WIRE_VERSION));
    expect(reason).toContain(String(WIRE_VERSION + 1));
  });
});
