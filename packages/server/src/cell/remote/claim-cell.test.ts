import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SignedDecision } from '@holdfast/engine/charter/charter-entry.ts';
import type { AppendOutcome } from '../../registrar/charter-client.ts';
import {
  charterFolder,
  joint,
  newParty,
  north,
  south,
  US,
} from '../../registrar/charter.fixture.ts';
import type { CharterFolder, KeyedParty } from '../../registrar/charter.fixture.ts';
import type { Registrar } from '../../registrar/registrar.ts';
import { noAnswer } from '../../signed/no-answer.ts';
import { claimCell } from './claim-cell.ts';
import type { Claim } from './claim-cell.ts';

let folder: CharterFolder;
let registrar: Registrar;
let waits: string[];
/** Answers of the registrar before it is there. */
let away: AppendOutcome[];
let status: 'following' | 'away';

beforeEach(() => {
  folder = charterFolder();
  registrar = folder.open();
  waits = [];
  away = [];
  status = 'following';
});
afterEach(() => folder.remove());

function append(signed: SignedDecision): Promise<AppendOutcome> {
  const answer = away.shift();
  if (answer !== undefined) return Promise.resolve(answer);
  const result = registrar.append(signed);
  return Promise.resolve(
    result.kind === 'refused' ? { ...result, detail: String(result.detail) } : result,
  );
}

function claim({ party: me, key }: KeyedParty, isStopping = () => false): Promise<Claim> {
  return claimCell({
    jurisdiction: US,
    me,
    key,
    charter: {
      charter: registrar.charter,
      status: () => ({ kind: status, ageMs: undefined, detail: '' }),
      append,
    },
    onWait: (reason) => waits.push(reason),
    pause: () => Promise.resolve(),
    isStopping,
  });
}

const newest = () => registrar.charter.newest(US);

describe('a cell process that starts', () => {
  it('W120: founds the cell when nobody has', async () => {
    expect(await claim(north)).toMatchObject({ kind: 'owner', entry: { epoch: 1, act: 'found' } });
    expect(newest()?.owner).toEqual(north.party);
  });

  it('W120: goes on with the cell that it owns, and records nothing', async () => {
    await claim(north);
    expect(await claim(north)).toMatchObject({ kind: 'owner', entry: { epoch: 1 } });
    expect(registrar.charter.size()).toBe(1);
  });

  it('W120: goes on while the registrar is away, on what is known of the charter', async () => {
    await claim(north);
    status = 'away';
    away = [noAnswer('unreachable', 'none', 'nobody is there')];
    expect(await claim(north)).toMatchObject({ kind: 'owner' });
    expect(waits).toEqual([]);
  });

  it('W120: waits for the registrar when the cell is not founded, and says so once', async () => {
    status = 'away';
    const nobody = noAnswer('unreachable', 'none', 'nobody is there');
    away = [nobody, nobody, nobody];
    expect(await claim(north)).toMatchObject({ kind: 'owner', entry: { epoch: 1 } });
    expect(waits).toEqual(['nobody is there']);
  });

  it('W120: renews its entry when it is reached elsewhere', async () => {
    await claim(north);
    const url = 'https://elsewhere.example';
    const moved = { ...north, party: { ...north.party, url } };
    const result = await claim(moved);
    expect(result).toMatchObject({ kind: 'owner', entry: { epoch: 2, act: 'renew' } });
    expect(newest()?.owner.url).toBe(url);
  });

  it('W121: is told who owns a cell that is not its own', async () => {
    await claim(north);
    expect(await claim(south)).toMatchObject({ kind: 'other', entry: { epoch: 1 } });
    expect(registrar.charter.size()).toBe(1);
  });

  it('W120: of two that found a cell at once, one learns that the other was first', async () => {
    away = [{ kind: 'not-next', newest: undefined }];
    const second = claim(south);
    await claim(north);
    expect(await second).toMatchObject({ kind: 'other' });
  });

  it('is refused when its key is not the one in the charter', async () => {
    await claim(north);
    expect(await claim(newParty('north'))).toMatchObject({ kind: 'key-differs' });
  });

  it('is refused when the registrar will not have it', async () => {
    await claim(north);
    joint(registrar);
    const moved = { ...north, party: { ...north.party, url: 'https://elsewhere.example' } };
    expect(await claim(moved)).toMatchObject({ kind: 'refused' });
  });

  it('ends when it is asked to stop', async () => {
    status = 'away';
    expect(await claim(north, () => true)).toEqual({ kind: 'stopped' });
  });
});
