import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { verifyInventory } from '@holdfast/engine/charter/inventory.ts';
import { like, openControlledParties, until, V1 } from '../replication/control.fixture.ts';
import type { ControlledParties, ControlledParty } from '../replication/control.fixture.ts';
import { nodeCrypto } from '../signed/node-crypto.ts';
import type { RetireAnswer } from './retirer.ts';

const TEST_MS_MAX = 60_000;

let parties: ControlledParties;
let north: ControlledParty;
let south: ControlledParty;

beforeEach(async () => {
  parties = await openControlledParties();
  north = await parties.run('north');
  south = await parties.run('south');
  await north.client().call('registerVideo', { video: V1, durationMs: 9_000, creatorKey: 'c' });
  for (let person = 0; person < 5; person += 1) await like(north.client(), `person-${person}`);
}, TEST_MS_MAX);
afterEach(() => parties.close());

const kindOf = (party: ControlledParty): string => party.runtime().state.kind;
const retire = (isNow: boolean, dryRun = false): Promise<RetireAnswer> =>
  north.control.retirer.retire({ isNow, dryRun });

/** The north gives the cell to the south, and both have the certificate. */
async function handedOver(): Promise<string> {
  const { url } = south.me;
  const result = await north.control.controller.start({ url, mode: 'auto', dryRun: false });
  if (result.kind !== 'started') throw new Error(JSON.stringify(result));
  const { handover } = result;
  const has = ({ dataDir }: ControlledParty): boolean =>
    existsSync(join(dataDir, 'certificates', `${handover}.json`));
  await until('both have the certificate', () => has(north) && has(south));
  await until('the north follows', () => kindOf(north).startsWith('follow-'));
  return handover;
}

const filesOf = ({ dataDir }: ControlledParty): readonly string[] =>
  readdirSync(join(dataDir, 'cells', 'us')).toSorted();

describe('a party that gave its cell away', { timeout: TEST_MS_MAX }, () => {
  test('E10, H28: does not retire while it owns the cell, nor in the days of the way back', async () => {
    expect(await retire(true)).toMatchObject({ kind: 'refused', code: 'not-attested' });
    await handedOver();
    expect(await retire(false)).toMatchObject({ kind: 'refused', code: 'way-back' });
    const owner = await south.control.retirer.retire({ isNow: true, dryRun: false });
    expect(owner.kind).toBe('refused');
    expect(kindOf(north)).toMatch(/^follow-/);
  });

  test('E10: lists in a dry run what it would destroy, and changes nothing', async () => {
    const handover = await handedOver();
    const before = filesOf(north);
    const listed = await retire(true, true);
    expect(listed).toMatchObject({ kind: 'dry-run', handover, operatorKey: 'destroyed' });
    if (listed.kind !== 'dry-run') throw new Error('it was a dry run');
    expect(listed.files).toEqual(expect.arrayContaining(['accounts.db', 'journal.db', 'state.db']));
    expect(listed.files).not.toContain('party.json');
    expect(filesOf(north)).toEqual(before);
    expect(kindOf(north)).toMatch(/^follow-/);
  });

  test('E12, E13, E15, E16: destroys key and files, and both sides have an inventory that holds', async () => {
    const handover = await handedOver();
    expect(await retire(true)).toEqual({ kind: 'retiring', handover });
    await until('the north has retired', () => kindOf(north) === 'retired');
    expect(filesOf(north)).toEqual(['border', 'handover.json', 'party.json', 'retirement.json']);
    expect(existsSync(join(north.dataDir, 'at-rest.key'))).toBe(false);
    const fileAt = ({ dataDir }: ControlledParty): string =>
      join(dataDir, 'retirements', `${handover}.json`);
    await until('both have the inventory', () =>
      [north, south].every((p) => existsSync(fileAt(p))),
    );
    const text = readFileSync(fileAt(north), 'utf8');
    expect(readFileSync(fileAt(south), 'utf8')).toBe(text);
    const verdict = verifyInventory(nodeCrypto, text);
    expect(verdict.checks.filter(({ holds }) => !holds)).toEqual([]);
    const { sample, files, unproven } = verdict.inventory?.body ?? {};
    expect(sample).toMatchObject({ before: 'opened', after: 'not opened' });
    expect(files?.map(({ name }) => name)).toEqual(expect.arrayContaining(['journal.db']));
    expect(unproven?.join(' ')).toContain('backups');
    const changed = text.replace('"bytes": ', '"bytes": 1');
    expect(verifyInventory(nodeCrypto, changed).holds).toBe(false);
  });

  test('E17: answers with a reason, takes nothing, and the new owner no longer waits for it', async () => {
    await handedOver();
    await retire(true);
    await until('the north has retired', () => kindOf(north) === 'retired');
    await until('the south stopped keeping a copy there', () => kindOf(south) === 'owning');
    expect(north.role.serving()).toBeUndefined();
    expect(await retire(true)).toMatchObject({ kind: 'refused', code: 'wrong-state' });
    const { url } = north.me;
    const back = await south.control.controller.start({ url, mode: 'auto', dryRun: true });
    expect(back).toMatchObject({ kind: 'dry-run', fits: false });
    expect(JSON.stringify(back)).toContain('it is retired, and cannot take a copy');
    await like(south.client(), 'person-after');
    expect(north.runtime().state.kind).toBe('retired');
  });
});
