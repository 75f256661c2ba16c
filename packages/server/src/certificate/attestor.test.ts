import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BalanceTree, SignedBalances } from '@holdfast/engine/charter/balances.ts';
import { emptyMeta } from '@holdfast/engine/counting/rows.ts';
import type { CharterBody, Cut } from '@holdfast/engine/handover/charter-rules.ts';
import type { PartyState } from '@holdfast/engine/handover/party-state.ts';
import type { Epoch, Seq } from '@holdfast/protocol/ids.ts';
import { certificateText } from '@holdfast/engine/charter/certificate.ts';
import type { CertificateBody } from '@holdfast/engine/charter/certificate.ts';
import { charterFolder, CUT, north, south, US } from '../registrar/charter.fixture.ts';
import type { CharterFolder, KeyedParty } from '../registrar/charter.fixture.ts';
import type { Registrar } from '../registrar/registrar.ts';
import type { SignedClient } from '../signed/signed-client.ts';
import { keyIdOf } from '../signed/wire-key.ts';
import { HOLD_BUCKETS_MS, PAUSE_REPORT_MS_MAX } from '../cell/remote/pause-wire.ts';
import { PauseReports } from '../replication/pause-reports.ts';
import { BalanceBook } from '../balances/balance-book.ts';
import { balanceStore } from '../balances/balance-store.ts';
import type { BalanceStore, KeptBalances } from '../balances/balance-store.ts';
import { BalancesGoneError } from '../balances/make-balances.ts';
import type { BalanceJob } from '../balances/make-balances.ts';
import { signBalances } from '../balances/sign-balances.ts';
import { Attestor } from './attestor.ts';
import type { AttestAnswer } from './attestor.ts';
import { bodyOf, handOver, HANDOVER, signedBy, statementOf, TREE } from './certificate.fixture.ts';
import { certificateStore } from './certificate-store.ts';
import type { CertificateStore } from './certificate-store.ts';

let dir: string;
let folder: CharterFolder;
let registrar: Registrar;
let store: CertificateStore;
let kept: BalanceStore;
let balances: BalanceBook;
/** Makes the file of balances, or does not. */
let makes: (job: BalanceJob) => Promise<BalanceTree>;
let reports: PauseReports;
let clockMs: number;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-certificates-'));
  folder = charterFolder();
  registrar = folder.open();
  store = certificateStore(dir);
  kept = balanceStore(join(dir, 'balances'));
  makes = () => Promise.reject(new BalancesGoneError('not in this test'));
  balances = new BalanceBook({
    store: kept,
    stateFile: '',
    log: () => undefined,
    make: (job) => makes(job),
  });
  reports = new PauseReports();
  clockMs = 0;
});
afterEach(() => {
  folder.remove();
  rmSync(dir, { recursive: true });
});

function attestor(of: KeyedParty, client?: SignedClient): Attestor {
  return new Attestor({
    cell: US,
    me: () => of.party,
    key: of.key,
    store,
    balances,
    copyCounts: () => ({ copies: [], release: () => undefined }),
    charter: {
      charter: registrar.charter,
      witness: async () => ({ kind: 'refused', detail: 'not in this test' }),
    },
    connect: () => {
      if (client === undefined) throw new Error('nobody is to be asked in this test');
      return client;
    },
    measured: () => ({ startedAtMs: 1, pauseMs: 97, turnedAway: 3 }),
    gateways: () => [],
    reports,
    monotonicMs: () => clockMs,
    log: () => undefined,
  });
}

/** What both sides have of all videos. */
const KEPT: KeptBalances = {
  handover: HANDOVER,
  place: { cell: US, epoch: 2, seq: CUT.seq },
  tree: TREE,
  closing: null,
  opening: null,
};

/** The new owner, that noted at the cut what the certificate of the test says. */
function newOwner(): Attestor {
  handOver(registrar);
  const statement = statementOf(south);
  kept.keep(KEPT);
  store.note({
    handover: HANDOVER,
    statement,
    startedAtMs: null,
    pauseMs: null,
    turnedAway: null,
    gateways: null,
    word: null,
  });
  return attestor(south);
}

const wire = ({ party }: KeyedParty): Parameters<Attestor['answer']>[0] => {
  return { ...party, keyId: keyIdOf(party.publicKey) };
};

function asked(owner: Attestor, body: CertificateBody, by = north): AttestAnswer {
  return owner.answer(wire(by), { kind: 'sign', handover: HANDOVER, body });
}

describe('T10: the new owner signs', () => {
  test('what it noted itself', () => {
    const answer = asked(newOwner(), bodyOf(registrar));
    const { signatures } = signedBy(registrar, bodyOf(registrar), [south]);
    expect(answer).toEqual({ kind: 'ok', value: signatures[0] });
  });

  const otherCut = { ...CUT, chain: 'd'.repeat(64) };
  const { totals } = statementOf(south);
  test.each([
    ['another cell', { cell: 'eu' as CertificateBody['cell'] }],
    ['other entries', { entries: [] }],
    [
      'totals of its own that it did not note',
      { to: { ...statementOf(south), totals: { ...totals, likes: 9 } } },
    ],
    ['another cut of the old side', { from: statementOf(north, otherCut) }],
    [
      'other totals of the old side',
      { from: { ...statementOf(north), totals: { ...totals, views: 9 } } },
    ],
  ])('not %s', (_what, changed) => {
    expect(asked(newOwner(), bodyOf(registrar, changed))).toMatchObject({ kind: 'refused' });
  });

  test('for nobody but the old owner', () => {
    expect(asked(newOwner(), bodyOf(registrar), south)).toMatchObject({ kind: 'refused' });
  });
});

describe('T15: the new owner tells what gateways told it', () => {
  const gateways = [{ name: 'gate/a', keyId: 'key-a' }];
  const ask = (owner: Attestor): AttestAnswer =>
    owner.answer(wire(north), { kind: 'statement', handover: HANDOVER, gateways });
  const holds = [...HOLD_BUCKETS_MS.map(() => 0), 5];
  const counts = { held: 5, retried: 6, refused: 0, clientErrors: 0 };
  const told = (): void =>
    reports.note(
      { operator: 'gate', site: 'a', publicKey: 'a', keyId: 'key-a' },
      { handover: HANDOVER, ...counts, holds },
    );

  test('T15: once all have, and waits for those that have not', () => {
    const owner = newOwner();
    expect(ask(owner)).toMatchObject({ kind: 'refused' });
    told();
    expect(ask(owner)).toMatchObject({
      value: { word: { reported: 1, missing: [], ops: counts } },
    });
  });

  test('T15: but not for long, and then it stands', () => {
    const owner = newOwner();
    ask(owner);
    clockMs = PAUSE_REPORT_MS_MAX;
    const missing = { value: { word: { reported: 0, missing: ['gate/a'], ops: null } } };
    expect(ask(owner)).toMatchObject(missing);
    told();
    expect(ask(attestor(south))).toMatchObject(missing);
  });

  test('T15: and signs nothing else as their word', () => {
    const owner = newOwner();
    told();
    ask(owner);
    const histogram = [...HOLD_BUCKETS_MS, null].map((upToMs, index) => {
      return { upToMs, ops: holds[index] ?? 0 };
    });
    const body = bodyOf(registrar, {
      pause: { measuredBy: 'owner', pauseMs: 97, histogram },
      ops: { turnedAway: 3, ...counts },
      gateways: { reported: 1, missing: [] },
    });
    expect(asked(owner, body)).toMatchObject({ kind: 'ok' });
    const fewer = { ...body, ops: { ...body.ops, clientErrors: 0, held: 4 } };
    for (const altered of [fewer, { ...body, gateways: null }, bodyOf(registrar)]) {
      expect(asked(owner, altered)).toMatchObject({ kind: 'refused' });
    }
  });
});

describe('T11: what is kept', () => {
  const keep = (owner: Attestor, certificate: string): AttestAnswer =>
    owner.answer(wire(north), { kind: 'keep', handover: HANDOVER, certificate });

  test('was checked first', () => {
    const owner = newOwner();
    const text = certificateText(signedBy(registrar, bodyOf(registrar)));
    expect(keep(owner, text.replace('"pauseMs": 97', '"pauseMs": 7'))).toMatchObject({
      kind: 'refused',
    });
    expect(store.has(HANDOVER)).toBe(false);
    expect(keep(owner, text)).toEqual({ kind: 'ok', value: {} });
    expect(store.text(HANDOVER)).toBe(text);
  });
});

describe('T9: at the cut', () => {
  const entry: CharterBody = {
    ...{ cell: US, epoch: 2 as Epoch, act: 'join', owner: north.party, rule: 'joint' },
    ...{ follower: south.party, reason: 'test', handover: HANDOVER },
  };
  const sealed = (cut: Cut): PartyState => ({
    kind: 'follow-sealed',
    me: south.party,
    entry,
    cut,
  });

  test('a side notes its totals, for they are known at no other moment', () => {
    const meta = { ...emptyMeta(2 as Epoch), seq: CUT.seq, likeRows: 4 };
    attestor(south).onState(sealed(CUT), meta);
    expect(store.side(HANDOVER)?.statement).toMatchObject({ cut: CUT, totals: { likes: 4 } });
    expect(store.open()).toEqual([HANDOVER]);
  });

  test('a side whose rows are elsewhere notes nothing', () => {
    const meta = { ...emptyMeta(2 as Epoch), seq: (CUT.seq + 1) as Seq };
    attestor(south).onState(sealed(CUT), meta);
    attestor(south).onState(sealed(CUT), undefined);
    expect(store.side(HANDOVER)).toBeUndefined();
  });

  test('nothing is left of a hand-over that ended with the old owner', async () => {
    handOver(registrar, 'leave');
    const meta = { ...emptyMeta(2 as Epoch), seq: CUT.seq };
    attestor(north).onState(sealed(CUT), meta);
    await attestor(north).attest();
    expect(store.open()).toEqual([]);
  });
});

describe('T21, BL6: balances', () => {
  const statement = {
    ...{ format: 1 as const, cell: US, handover: HANDOVER, side: 'closing' as const },
    ...{ epoch: 2, seq: CUT.seq, ...TREE },
  };
  const given = (signed: SignedBalances | null | string): AttestAnswer =>
    newOwner().answer(wire(north), { kind: 'balances', handover: HANDOVER, signed });

  test('are signed by both, and each keeps what the other signed', () => {
    const closing = signBalances(statement, north.party, north.key);
    const answer = given(closing);
    const opening = signBalances({ ...statement, side: 'opening' }, south.party, south.key);
    expect(answer).toEqual({ kind: 'ok', value: { signed: opening } });
    expect(balances.kept(HANDOVER)).toEqual({ ...KEPT, closing, opening });
  });

  test('of a side that has none leave the other its own', () => {
    expect(given(null)).toMatchObject({ kind: 'ok', value: { signed: { operator: 'south' } } });
    expect(balances.kept(HANDOVER)?.closing).toBeNull();
  });

  test.each([
    ['by nobody', 'closing', 'not signed'],
    ['by somebody else', signBalances(statement, south.party, south.key), 'somebody else'],
    [
      'for another cut',
      signBalances({ ...statement, seq: 1 }, north.party, north.key),
      'another cut',
    ],
    [
      'with another root',
      signBalances({ ...statement, root: 'd'.repeat(64) }, north.party, north.key),
      'another cut',
    ],
    [
      'as an opening',
      signBalances({ ...statement, side: 'opening' }, north.party, north.key),
      'another cut',
    ],
  ])('signed %s are not kept', (_what, signed, why) => {
    expect(given(signed)).toMatchObject({
      kind: 'refused',
      detail: expect.stringContaining(why) as string,
    });
    expect(balances.kept(HANDOVER)?.closing).toBeNull();
  });

  test('are waited for before anything is stated or signed', () => {
    const owner = newOwner();
    kept.drop(HANDOVER);
    makes = () => new Promise(() => undefined);
    owner.takeBalances(HANDOVER, 2, () => ({ copies: [], release: () => undefined }));
    const answer = owner.answer(wire(north), { kind: 'statement', handover: HANDOVER });
    expect(answer).toEqual({
      kind: 'refused',
      detail: 'the balances of the videos are being written',
    });
  });

  test('are written before a process ends that was told to', async () => {
    const owner = newOwner();
    kept.drop(HANDOVER);
    makes = async () => TREE;
    owner.takeBalances(HANDOVER, 2, () => ({ copies: [], release: () => undefined }));
    owner.beginBalances();
    await balances.close();
    expect(balances.tree(HANDOVER)).toEqual(TREE);
  });

  test('that this side has not are no reason not to sign', () => {
    const owner = newOwner();
    kept.drop(HANDOVER);
    const to = { ...statementOf(south), balances: null };
    expect(asked(owner, bodyOf(registrar, { to }))).toMatchObject({ kind: 'ok' });
    expect(asked(owner, bodyOf(registrar))).toMatchObject({ kind: 'refused' });
  });

  test('of the old side that differ are', () => {
    const from = { ...statementOf(north), balances: { ...TREE, root: 'd'.repeat(64) } };
    expect(asked(newOwner(), bodyOf(registrar, { from }))).toMatchObject({
      kind: 'refused',
      detail: expect.stringContaining('balances') as string,
    });
  });
});

test('T12: what cannot be finished stays open, says why, and is tried again', async () => {
  handOver(registrar);
  const statement = statementOf(north);
  store.note({
    handover: HANDOVER,
    statement,
    startedAtMs: 1,
    pauseMs: 97,
    turnedAway: 3,
    gateways: null,
    word: null,
  });
  let asks = 0;
  const old = attestor(north, {
    ask: async () => {
      asks += 1;
      const detail = 'No connection.';
      return { kind: 'no-answer', code: 'unreachable', effect: 'none', retryable: true, detail };
    },
    stream: async () => {
      throw new Error('not in this test');
    },
    close: () => undefined,
  });
  await old.attest();
  await old.attest();
  expect(asks).toBe(2);
  expect(old.status(HANDOVER)).toEqual({
    handover: HANDOVER,
    isMade: false,
    detail: 'the new owner: No connection.',
  });
});
