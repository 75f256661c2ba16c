import { describe, expect, test } from 'vitest';
import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import { HANDOVER_VERSION } from '@holdfast/engine/handover/preflight.ts';
import { US } from '../registrar/charter.fixture.ts';
import { WIRE_VERSION } from '../signed/preimage.ts';
import { clientTo, listenSigned, newIdentity } from '../signed/signed.fixture.ts';
import { askTarget, judgeTarget, TARGET_ROUTE } from './target.ts';
import type { Target, TargetFacts } from './target.ts';

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

const OLD = HANDOVER_VERSION - 1;
const NEW = HANDOVER_VERSION + 1;

const checksOf = (facts: Partial<TargetFacts>) =>
  judgeTarget(OWN, { kind: 'target', facts: { ...FACTS, ...facts }, spreadMs: 0 });
const notGreen = (facts: Partial<TargetFacts>) =>
  checksOf(facts).filter(({ light }) => light !== 'green');

/** Asks a target whose process says that it takes these versions of the messages. */
function askSaying(versions: unknown): ReturnType<typeof askTarget> {
  const { operator, publicKey } = newIdentity('south');
  return askTarget(
    {
      cell: US,
      fetch: async () => Response.json({ operator, publicKey, versions, more: 'of later' }),
      connect: () => expect.fail('nothing is to be sent'),
      nowMs: () => 0,
    },
    'http://south.example',
  );
}

describe('a target of another version', () => {
  test.each([
    ['newer', { handoverVersion: NEW }, `version ${NEW} of`, 'this side'],
    ['older', { handoverVersion: OLD }, `version ${OLD} of`, 'the other side'],
    [
      'newer by far',
      { handoverVersion: NEW + 2, handoverVersionMin: NEW },
      `version ${NEW} to ${NEW + 2} of`,
      'this side',
    ],
  ])('H30, H39: that is %s is refused before anything begins', (_what, facts, theirs, which) => {
    expect(notGreen(facts)).toMatchObject([{ name: 'version', light: 'red' }]);
    const [{ reason } = { reason: '' }] = notGreen(facts);
    expect(reason).toContain(theirs);
    expect(reason).toContain(`this side ${HANDOVER_VERSION}`);
    expect(reason).toContain(`bring ${which} to the newer version of Holdfast first`);
  });

  test('H30: that is newer and takes this one still is no obstacle: so a cell is upgraded', () => {
    expect(notGreen({ handoverVersion: NEW, handoverVersionMin: HANDOVER_VERSION })).toEqual([]);
  });

  test.each([
    ['newer', [WIRE_VERSION + 1, WIRE_VERSION + 2], 'this side'],
    ['older', [WIRE_VERSION - 1], 'the other side'],
    ['too old to say', undefined, 'the other side'],
  ])('W12, H39: whose messages are %s is not even asked', async (_what, versions, which) => {
    const target = await askSaying(versions);
    expect(target).toMatchObject({ kind: 'unfit', check: { name: 'version', light: 'red' } });
    const { reason } = target.kind === 'unfit' ? target.check : { reason: '' };
    expect(reason).toContain(`version ${versions?.join(', ') ?? 'none'} of the messages`);
    expect(reason).toContain(`this side version ${WIRE_VERSION}`);
    expect(reason).toContain(`bring ${which} to the newer version of Holdfast first`);
  });
});

describe('a target with too little room', () => {
  test.each([
    ['has not 1.5 times the copy free', 149, 'red', 'are free'],
    ['does not tell what is free', null, 'unknown', 'does not tell'],
  ])('HF10, H39: that %s is refused', (_what, freeMb, light, words) => {
    const freeBytes = freeMb === null ? null : freeMb * 1e6;
    const facts = { ...FACTS, freeBytes };
    const own = { ...OWN, copyBytes: 100e6 };
    const red = judgeTarget(own, { kind: 'target', facts, spreadMs: 0 }).filter(
      (check) => check.light !== 'green',
    );
    expect(red).toMatchObject([{ name: 'disk', light }]);
    expect(red[0]?.reason).toContain(words);
  });

  test('H39: that has 1.5 times the copy free is not', () => {
    const facts = { ...FACTS, freeBytes: 150e6 };
    const own = { ...OWN, copyBytes: 100e6 };
    const checks = judgeTarget(own, { kind: 'target', facts, spreadMs: 0 });
    expect(checks.every(({ light }) => light === 'green')).toBe(true);
  });
});

describe('what a target says of itself', () => {
  /** Asks a target that answers with this document. */
  async function askAnswering(said: (facts: TargetFacts) => object): Promise<Target> {
    const south = newIdentity('south');
    let url = '';
    const server = await listenSigned(south, [
      {
        method: 'GET',
        url: TARGET_ROUTE,
        bodyBytesMax: 0,
        handle: () => {
          const { operator, site, publicKey } = south;
          const facts = { ...FACTS, party: { operator, site, publicKey, url } };
          return { kind: 'bytes', status: 200, body: JSON.stringify(said(facts)) };
        },
      },
    ]);
    url = server.url;
    const client = clientTo(url, newIdentity('north'), south);
    try {
      const connect = () => client;
      return await askTarget({ cell: US, fetch, connect, nowMs: () => Date.now() }, url);
    } finally {
      await server.close();
    }
  }

  test('W13: is read without what a newer version says beside it', async () => {
    const target = await askAnswering((facts) => ({ ...facts, weather: 'fine' }));
    expect(target).toMatchObject({ kind: 'target', facts: { cell: US } });
    expect(target.kind === 'target' && Object.keys(target.facts)).not.toContain('weather');
  });

  test.each([
    ['without a field', (facts: TargetFacts) => ({ ...facts, state: undefined })],
    ['with a field of another form', (facts: TargetFacts) => ({ ...facts, handoverVersion: '1' })],
  ])('H39: and %s cannot be read, so nothing begins', async (_what, said) => {
    const target = await askAnswering(said);
    expect(target).toMatchObject({ kind: 'unfit', check: { name: 'version' } });
  });
});
