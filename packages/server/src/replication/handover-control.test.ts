import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { verifyCertificate } from '@holdfast/engine/charter/verify-certificate.ts';
import { certificateOf, like, openControlledParties, until, V1 } from './control.fixture.ts';
import type { ControlledParties, ControlledParty } from './control.fixture.ts';
import type { Started } from './controller.ts';
import { ATTEST_ROUTE } from '../certificate/attestor.ts';
import { US } from '../registrar/charter.fixture.ts';
import { nodeCrypto } from '../signed/node-crypto.ts';
import { signedClient } from '../signed/signed-client.ts';
import type { SignedClient } from '../signed/signed-client.ts';
import { wireIdentity } from '../signed/wire-key.ts';
import { CONTROL_ROUTES } from './control-routes.ts';

const TEST_MS_MAX = 60_000;

let parties: ControlledParties;
let north: ControlledParty;
let south: ControlledParty;
let haveApproved = false;
const cutsAsked: unknown[] = [];

beforeEach(async () => {
  parties = await openControlledParties();
  haveApproved = false;
  cutsAsked.length = 0;
  const personsApprove = (cut: object): boolean => {
    cutsAsked.push(cut);
    return haveApproved;
  };
  north = await parties.run('north', { personsApprove });
  south = await parties.run('south');
  await north.client().call('registerVideo', { video: V1, durationMs: 9_000, creatorKey: 'c' });
  for (let person = 0; person < 20; person += 1) await like(north.client(), `person-${person}`);
});
afterEach(() => parties.close());

const AUTO = { mode: 'auto', dryRun: false } as const;

function start(
  mode: 'auto' | 'approve' = 'auto',
  { url } = south.me,
  dryRun = false,
): Promise<Started> {
  return north.control.controller.start({ url, mode, dryRun });
}

async function started(mode: 'auto' | 'approve' = 'auto'): Promise<string> {
  const result = await start(mode);
  if (result.kind !== 'started') throw new Error(JSON.stringify(result));
  return result.handover;
}

const kindOf = (party: ControlledParty): string => party.runtime().state.kind;
const epoch = (): number => parties.registrar.charter.newest(US)?.epoch ?? 0;

describe('a hand-over that people ask for', { timeout: TEST_MS_MAX }, () => {
  test('H37: goes all the way by itself when every gate is green', async () => {
    await started();
    await until('the south owns the cell', () => kindOf(south) === 'owning' || epoch() >= 3);
    await until(
      'the north knows',
      () => typeof north.control.controller.newest()?.ended?.atMs === 'number',
    );
    const status = north.control.controller.status();
    expect(status?.handover?.ended).toMatchObject({ outcome: 'handed-over' });
    expect(status?.pause).toMatchObject({ isOver: true });
    const untold = { held: null, retried: null, refused: null, clientErrors: null };
    expect(status?.ops).toEqual({ turnedAway: 0, ...untold });
    expect([...north.faults, ...south.faults]).toEqual([]);
  });

  test('H37: waits in the joint rule for a word when it was asked to, and cuts with it', async () => {
    await started('approve');
    await until('joint and green', () => {
      const gates = north.control.controller.status()?.gates ?? [];
      return kindOf(north) === 'joint' && gates.every(({ light }) => light === 'green');
    });
    for (let look = 0; look < 5; look += 1) await north.control.controller.look();
    expect(kindOf(north)).toBe('joint');
    expect(await north.control.controller.approve()).toEqual({ kind: 'done' });
    await until('the south owns the cell', () => epoch() >= 3);
    expect(parties.registrar.charter.newest(US)).toMatchObject({ act: 'cede', epoch: 3 });
  });

  test('CO20: cuts by the word of persons, who are asked only while it waits for them', async () => {
    const handover = await started('approve');
    await until('joint and asked', () => kindOf(north) === 'joint' && cutsAsked.length > 5);
    expect(cutsAsked[0]).toMatchObject({ handover, epoch: 2 });
    expect(kindOf(north)).toBe('joint');
    haveApproved = true;
    await until('the south owns the cell', () => epoch() >= 3);
    expect(north.control.controller.newest()?.isApproved).toBe(false);
  });

  test('H38: the old owner follows from the cut, and takes the cell back without another copy', async () => {
    await started();
    await until('followed back', () => south.control.controller.newest()?.mode === 'follow');
    await until('the north is close', () => kindOf(north) === 'follow-shadow');
    await like(south.client(), 'later');
    const back = await south.control.controller.rollback(AUTO);
    expect(back).toMatchObject({ kind: 'started' });
    await until(
      'the north owns the cell',
      () => epoch() >= 5 && north.role.serving() !== undefined,
    );
    expect(await north.client().call('books', {})).toMatchObject({ balanced: true, ops: 21 });
    expect(south.control.controller.status()?.progress.copying).toBeNull();
  });

  test('T9, T10, T11, T12: both sides keep one certificate, which verifies from its file alone', async () => {
    const handover = await started();
    await until('both have it', () =>
      [north, south].every((side) => certificateOf(side, handover) !== undefined),
    );
    const text = certificateOf(north, handover) ?? '';
    expect(certificateOf(south, handover)).toBe(text);
    const verdict = verifyCertificate(nodeCrypto, text);
    expect(verdict.checks.filter(({ holds }) => !holds)).toEqual([]);
    const { from, to, pause, ops } = verdict.certificate?.body ?? {};
    expect(from?.totals).toMatchObject({ ops: 20, likes: 20 });
    expect(to).toMatchObject({ operator: 'south', totals: from?.totals });
    expect(pause?.pauseMs).toBe(north.control.controller.pauseMs());
    expect(ops).toMatchObject({ held: null, refused: null, clientErrors: null });
    const answer = await fetch(`${south.me.url}/v1/handovers/${handover}/certificate`);
    expect(await answer.text()).toBe(text);
  });

  test('H29: stopping it before the cut leaves the cell where it was', async () => {
    await started('approve');
    await until('joint', () => kindOf(north) === 'joint');
    expect(await north.control.controller.abort('no')).toEqual({ kind: 'done' });
    await until('alone again', () => kindOf(north) === 'owning');
    expect(north.control.controller.newest()?.ended).toMatchObject({ outcome: 'aborted' });
    expect(await like(north.client(), 'later')).toMatchObject({ kind: 'durable' });
    expect(await north.control.controller.abort('no')).toMatchObject({ code: 'not-running' });
  });
});

describe('whom a party takes orders of', { timeout: TEST_MS_MAX }, () => {
  const asAt = (who: ControlledParty, site: string): SignedClient => {
    const { operator, privateKey } = who.key;
    const identity = wireIdentity({ operator, site, privateKey });
    return signedClient({ identity, peer: north.me, nowMs: () => Date.now(), randomBytes });
  };
  const statusOf = async (who: ControlledParty, site: string): Promise<unknown> => {
    const client = asAt(who, site);
    const path = CONTROL_ROUTES.status.replace(':cell', US);
    const answer = await client.ask({ method: 'GET', path });
    client.close();
    return answer.kind === 'answer' ? answer.status : answer.code;
  };

  test('H41: the operator at its command line, and nobody else', async () => {
    expect(await statusOf(north, 'cli')).toBe(200);
    expect(await statusOf(north, 'main')).toBe(403);
    expect(await statusOf(south, 'cli')).toBe('wire-unknown-key');
    await started('approve');
    await until('joint', () => kindOf(north) === 'joint');
    expect(await statusOf(south, 'main')).toBe(403);
  });

  test('T10, T13: a certificate is gathered by the old owner alone, and read by everybody', async () => {
    const handover = await started();
    await until('both have it', () =>
      [north, south].every((side) => certificateOf(side, handover) !== undefined),
    );
    const client = asAt(south, 'main');
    const path = ATTEST_ROUTE.replace(':cell', US);
    const body = JSON.stringify({ kind: 'statement', handover });
    const answer = await client.ask({ method: 'POST', path, body });
    client.close();
    expect(answer).toMatchObject({ kind: 'answer', status: 409 });
    const list = await fetch(`${north.me.url}/v1/handovers`);
    expect(await list.json()).toEqual({ handovers: [handover] });
    const none = await fetch(`${north.me.url}/v1/handovers/${handover}.side/certificate`);
    expect(none.status).toBe(404);
  });
});

describe('a start that is refused', { timeout: TEST_MS_MAX }, () => {
  test('H39: a dry run says what would happen and changes nothing', async () => {
    const result = await start('auto', south.me, true);
    expect(result).toMatchObject({ kind: 'dry-run', fits: true });
    if (result.kind !== 'dry-run') return;
    expect(result.steps[0]).toMatch(/^copy \d+ bytes to south\/main$/);
    expect(result.checks.every(({ light }) => light === 'green')).toBe(true);
    expect(north.control.controller.newest()).toBeUndefined();
    expect([kindOf(north), kindOf(south), epoch()]).toEqual(['owning', 'idle', 1]);
  });

  test.each([
    ['itself', () => north.me, /owns the cell already/],
    ['nobody', () => ({ ...south.me, url: 'http://127.0.0.1:1' }), /nothing .* answers/],
    ['no address', () => ({ ...south.me, url: 'south' }), /is no address/],
    ['a registrar', () => ({ ...south.me, url: parties.registrarUrl }), /./],
  ])('HF7, H29, H39: to %s', async (_name, to, reason) => {
    const result = await start('auto', to());
    expect(result.kind === 'refused' && result.detail).toMatch(reason);
    expect([kindOf(north), epoch()]).toEqual(['owning', 1]);
    expect(north.control.controller.newest()).toBeUndefined();
  });

  test('HF8, H29: a second one while one is running', async () => {
    await started('approve');
    expect(await start()).toMatchObject({ kind: 'refused', code: 'already-running' });
  });

  test('HF9, W7, H39: to a party whose clock is a day off', async () => {
    const west = await parties.run('west', { clockMs: 86_400_000 });
    const result = await start('auto', west.me);
    expect(result).toMatchObject({ kind: 'refused', code: 'target-unfit' });
    expect(result).toMatchObject({ checks: [{ name: 'clock', light: 'red' }] });
  });

  test('H29: at a party that does not own the cell, with who does', async () => {
    const result = await south.control.controller.start({ url: north.me.url, ...AUTO });
    expect(result).toMatchObject({ kind: 'refused', code: 'not-owner' });
    expect(result.kind === 'refused' && result.detail).toContain('north/main');
  });
});
