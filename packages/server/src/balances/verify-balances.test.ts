import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { BalanceSide, ProvenBalance } from '@holdfast/engine/charter/balances.ts';
import type { CertificateBody } from '@holdfast/engine/charter/certificate.ts';
import { bodyOf, handOver, HANDOVER, statementOf } from '../certificate/certificate.fixture.ts';
import { charterFolder, CUT, north, south, US } from '../registrar/charter.fixture.ts';
import type { KeyedParty } from '../registrar/charter.fixture.ts';
import { BalanceWriter, findBalance } from './balance-file.ts';
import { signBalances } from './sign-balances.ts';
import { verifyBalances } from './verify-balances.ts';

const dir = mkdtempSync(join(tmpdir(), 'holdfast-verify-'));
const folder = charterFolder();
const registrar = folder.open();
handOver(registrar);
afterAll(() => {
  folder.remove();
  rmSync(dir, { recursive: true });
});

const place = { cell: US, epoch: 2, seq: CUT.seq };
const file = join(dir, 'cut.bin');
const writer = new BalanceWriter(file, place);
for (const [at, video] of ['a', 'b', 'c'].entries()) {
  writer.add(video, { likes: at + 1, likesCorrected: 0, views: 10 * at, viewsCorrected: -1 });
}
const tree = writer.tree();
writer.finish();

const body: CertificateBody = bodyOf(registrar, {
  from: { ...statementOf(north), balances: tree },
  to: { ...statementOf(south), balances: tree },
});

function balanceOf(video: string, side: BalanceSide, by: KeyedParty): ProvenBalance {
  const found = findBalance(file, place, tree.videos, video);
  if (found === undefined) throw new Error('the video is in the file');
  const { balance, index, proof } = found;
  const statement = { format: 1 as const, ...place, handover: HANDOVER, side, ...tree };
  const signed = signBalances(statement, by.party, by.key);
  const { epoch, seq } = place;
  return { ...signed, ...balance, epoch, seq, index, proof, size: tree.videos };
}

type Sides = Readonly<{ closing: ProvenBalance | null; opening: ProvenBalance | null }>;

const closing = balanceOf('b', 'closing', north);
const opening = balanceOf('b', 'opening', south);

/** The checks that do not hold. */
function failing(sides: Partial<Sides>, of: CertificateBody = body, video = 'b'): string[] {
  const at = '2026-01-22T00:00:00.000Z';
  const one = { cell: US, handover: HANDOVER, at, closing, opening, ...sides };
  const checks = verifyBalances(JSON.stringify({ video, balances: [one] }), of);
  return checks.filter(({ holds }) => !holds).map(({ name }) => name);
}

describe('BL11: a balance against a certificate', () => {
  test('holds on both sides, and says the numbers', () => {
    expect(failing({})).toEqual([]);
    const one = { cell: US, handover: HANDOVER, at: '', closing, opening };
    const checks = verifyBalances(JSON.stringify({ video: 'b', balances: [one] }), body);
    expect(checks.map(({ detail }) => detail)).toEqual([
      'b: 2 likes, 10 views, by north',
      'b: 2 likes, 10 views, by south',
    ]);
  });

  test.each([
    ['another number', { ...closing, likes: 3 }],
    ['another part of it that was corrected', { ...closing, viewsCorrected: 0 }],
    ['another place in the tree', { ...closing, index: 0 }],
    ['another size of the tree', { ...closing, size: 4 }],
    ['a proof of another video', { ...closing, proof: balanceOf('c', 'closing', north).proof }],
    ['the signature of the other side', balanceOf('b', 'closing', south)],
    ['a signature of something else', { ...closing, signature: opening.signature }],
    ['the statement of the other side', balanceOf('b', 'opening', north)],
    ['another batch', { ...closing, seq: 1 }],
  ])('does not hold with %s', (_what, bent) => {
    expect(failing({ closing: bent })).toEqual(['closing']);
  });

  test('does not hold for another video', () => {
    expect(failing({}, body, 'c')).toEqual(['closing', 'opening']);
  });

  test('does not hold when the certificate has another root, or none', () => {
    const other = { ...tree, root: 'd'.repeat(64) };
    const to = { ...statementOf(south), balances: other };
    expect(failing({}, { ...body, to })).toEqual(['opening']);
    const from = { ...statementOf(north), balances: null };
    expect(failing({}, { ...body, from })).toEqual(['closing']);
  });

  test('one side alone can be checked, none cannot', () => {
    expect(failing({ closing: null })).toEqual([]);
    expect(failing({ closing: null, opening: null })).toEqual(['balance']);
    expect(failing({}, { ...body, handover: 'us-9-other' })).toEqual(['balance']);
  });

  test.each(['{', '{}', '{"video":"b","balances":[{}]}'])(
    'a file %s is nothing to check',
    (text) => {
      expect(verifyBalances(text, body)).toMatchObject([{ name: 'balance', holds: false }]);
    },
  );
});
