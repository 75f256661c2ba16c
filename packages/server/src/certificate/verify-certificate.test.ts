import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { verifyCertificate } from '@holdfast/engine/charter/verify-certificate.ts';
import type { Seq } from '@holdfast/protocol/ids.ts';
import { certificateText } from '@holdfast/engine/charter/certificate.ts';
import type { CertificateBody } from '@holdfast/engine/charter/certificate.ts';
import { charterFolder, CUT, newParty, north, south } from '../registrar/charter.fixture.ts';
import type { CharterFolder } from '../registrar/charter.fixture.ts';
import type { Registrar } from '../registrar/registrar.ts';
import { nodeCrypto } from '../signed/node-crypto.ts';
import {
  bodyOf,
  handOver,
  heldThough,
  signedBy,
  statementOf,
  TOTALS,
  TREE,
} from './certificate.fixture.ts';

let folder: CharterFolder;
let registrar: Registrar;

beforeEach(() => {
  folder = charterFolder();
  registrar = folder.open();
  handOver(registrar);
});
afterEach(() => folder.remove());

function textOf(fields: Partial<CertificateBody> = {}): string {
  return certificateText(signedBy(registrar, bodyOf(registrar, fields)));
}

/** The checks that do not hold. */
function failing(text: string, registrarKey?: string): string[] {
  const { checks } = verifyCertificate(nodeCrypto, text, { registrarKey });
  return checks.filter(({ holds }) => !holds).map(({ name }) => name);
}

test('T2, T3, T4, T5, T6: a certificate holds, from its text alone', () => {
  const verdict = verifyCertificate(nodeCrypto, textOf());
  expect(verdict.checks.filter(({ holds }) => !holds)).toEqual([]);
  expect(verdict.holds).toBe(true);
});

test('HF15, T7: a text with one byte changed does not hold', () => {
  const bytes = Buffer.from(textOf());
  // Every byte takes half a minute, and is looked at in the slow tests.
  const held = heldThough(bytes, 13);
  expect(held).toEqual([]);
});

test('T7: a text with a byte more or less does not hold', () => {
  const text = textOf();
  for (const at of [0, 1, Math.floor(text.length / 2), text.length - 1, text.length]) {
    expect(failing(`${text.slice(0, at)} ${text.slice(at)}`)).not.toEqual([]);
    expect(
      failing(text.slice(0, at) + text.slice(at + 1) + (at === text.length ? ' ' : '')),
    ).not.toEqual([]);
  }
});

describe('T1: the form', () => {
  test.each([
    ['without its spaces', (text: string) => JSON.stringify(JSON.parse(text))],
    ['with a field more', (text: string) => text.replace('"body": {', '"more": 1,\n  "body": {')],
    ['of another format', (text: string) => text.replace('"format": 1', '"format": 2')],
    ['that is no JSON', () => '{'],
    ['that is something else', () => '{}\n'],
  ])('a text %s is refused', (_what, changed) => {
    expect(failing(changed(textOf()))).toEqual(['form']);
  });
});

describe('what two operators and a registrar that lie together cannot make hold', () => {
  const otherCut = { ...CUT, seq: (CUT.seq + 1) as Seq };
  const otherTotals = { ...TOTALS, likes: TOTALS.likes + 1 };
  const noSum = { ...TOTALS, ops: TOTALS.ops + 1 };

  test.each([
    [
      'T6: a cut of the old side that is not the charter’s',
      { from: statementOf(north, otherCut) },
      'cut',
    ],
    [
      'T6: a cut of the new side that is not the charter’s',
      { to: statementOf(south, otherCut) },
      'cut',
    ],
    ['T6: totals that differ', { to: { ...statementOf(south), totals: otherTotals } }, 'totals'],
    [
      'T6: classes that do not add up',
      {
        from: { ...statementOf(north), totals: noSum },
        to: { ...statementOf(south), totals: noSum },
      },
      'totals',
    ],
    [
      'T20: balances that differ',
      { to: { ...statementOf(south), balances: { ...TREE, root: 'c'.repeat(64) } } },
      'balances',
    ],
    [
      'T20: balances that do not add up to the totals',
      {
        from: { ...statementOf(north), balances: { ...TREE, likesTotal: 4 } },
        to: { ...statementOf(south), balances: { ...TREE, likesTotal: 4 } },
      },
      'balances',
    ],
    ['T5: another hand-over', { handover: 'us-1-other' }, 'decision'],
    [
      'T5: sides the other way round',
      { from: statementOf(south), to: statementOf(north) },
      'decision',
    ],
  ])('%s', (_what, fields, check) => {
    expect(failing(textOf(fields))).toContain(check);
  });

  test('T4: entries with one left out', () => {
    const { entries } = bodyOf(registrar);
    expect(failing(textOf({ entries: entries.slice(1) }))).toContain('charter');
    expect(failing(textOf({ entries: [] }))).toContain('charter');
  });

  test('T4: another time for an entry than the registrar recorded', () => {
    const [first, ...rest] = bodyOf(registrar).entries;
    const entries = first === undefined ? rest : [{ ...first, sinceMs: 2 }, ...rest];
    expect(failing(textOf({ entries }))).toEqual(['charter']);
  });

  test('T5: a hand-over that ended with the old owner', () => {
    const other = charterFolder();
    const left = other.open();
    handOver(left, 'leave');
    const text = certificateText(signedBy(left, bodyOf(left)));
    expect(failing(text)).toContain('decision');
    other.remove();
  });
});

describe('T2: signatures', () => {
  test('of one side are not enough', () => {
    const body = bodyOf(registrar);
    expect(failing(certificateText(signedBy(registrar, body, [north])))).toEqual(['signatures']);
  });

  test('of somebody else are none, and none too many', () => {
    const body = bodyOf(registrar);
    const west = newParty('west');
    const instead = certificateText(signedBy(registrar, body, [north, west]));
    expect(failing(instead)).toEqual(['signatures']);
    const beside = certificateText(signedBy(registrar, body, [north, south, west]));
    expect(failing(beside)).toEqual(['signatures']);
  });
});

describe('T3: the witness', () => {
  test('is the registrar of the entries and no other', () => {
    const other = charterFolder();
    const forger = other.open();
    const text = certificateText(signedBy(forger, bodyOf(registrar)));
    expect(failing(text)).toEqual(['witness']);
    other.remove();
  });

  test('is the one whose key was given', () => {
    const text = textOf();
    const key = signedBy(registrar, bodyOf(registrar)).witness.publicKey;
    expect(failing(text, key)).toEqual([]);
    expect(failing(text, newParty('west').party.publicKey)).toEqual(['witness']);
  });
});

test('T20: a side without balances says so, and the certificate holds', () => {
  const verdict = verifyCertificate(
    nodeCrypto,
    textOf({ to: { ...statementOf(south), balances: null } }),
  );
  expect(verdict.holds).toBe(true);
  const { detail } = verdict.checks.find(({ name }) => name === 'balances') ?? {};
  expect(detail).toBe('not to be had of each video from south/main');
  expect(verdict.unproven.join('\n')).toContain('what each video had');
});

test('T8: says what it cannot prove, and which counts nobody has told', () => {
  const unproven = verifyCertificate(nodeCrypto, textOf()).unproven.join('\n');
  expect(unproven).toContain('counts that nobody has told: held, retried, refused, clientErrors');
  expect(unproven).toContain('the registrar in the file is the one you trust');
});
