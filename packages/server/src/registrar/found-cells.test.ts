import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_URL } from '@holdfast/engine/charter/charter-entry.ts';
import { append, charterFolder, EU, found, newParty, north, US } from './charter.fixture.ts';
import type { CharterFolder } from './charter.fixture.ts';
import { foundCells } from './found-cells.ts';
import { makeOperatorKey, operatorKeyFile, readOperatorKey } from './operator-keys.ts';

const local = { ...north, party: { ...north.party, url: LOCAL_URL } };

let folder: CharterFolder;

beforeEach(() => {
  folder = charterFolder();
});

afterEach(() => folder.remove());

describe('operators', () => {
  it('R10: makes a key that its owner alone can read, once', () => {
    const made = makeOperatorKey(folder.dir, 'north');
    expect(statSync(operatorKeyFile(folder.dir, 'north')).mode & 0o777).toBe(0o600);
    expect(makeOperatorKey(folder.dir, 'north').privateKey.equals(made.privateKey)).toBe(true);
  });

  it('R10: refuses a key that others can read, and says what to do', () => {
    makeOperatorKey(folder.dir, 'north');
    chmodSync(operatorKeyFile(folder.dir, 'north'), 0o640);
    expect(() => readOperatorKey(folder.dir, 'north')).toThrow(/chmod 600/);
  });

  it('R10: never replaces a key that cannot be read', () => {
    makeOperatorKey(folder.dir, 'north');
    writeFileSync(operatorKeyFile(folder.dir, 'north'), 'not a key');
    expect(() => makeOperatorKey(folder.dir, 'north')).toThrow(/no Ed25519 private key/);
    expect(readFileSync(operatorKeyFile(folder.dir, 'north'), 'utf8')).toBe('not a key');
  });

  it('R11: founds each configured cell once', () => {
    const registrar = folder.open();
    const options = { dataDir: folder.dir, cells: [US, EU], operator: 'north' };
    expect(foundCells(registrar, options)).toMatchObject({ kind: 'ok', founded: [US, EU] });
    expect(foundCells(registrar, options)).toMatchObject({
      kind: 'ok',
      founded: [],
      owned: [
        { jurisdiction: US, operator: 'north', epoch: 1 },
        { jurisdiction: EU, operator: 'north', epoch: 1 },
      ],
    });
  });

  it('R11: refuses a start that would leave a cell out', () => {
    const registrar = folder.open();
    foundCells(registrar, { dataDir: folder.dir, cells: [US, EU], operator: 'north' });
    expect(foundCells(registrar, { dataDir: folder.dir, cells: [US], operator: 'north' })).toEqual({
      kind: 'cells-left-out',
      cells: [EU],
    });
  });

  it('R11: lets another operator found a further cell', () => {
    const registrar = folder.open();
    foundCells(registrar, { dataDir: folder.dir, cells: [US], operator: 'north' });
    const second = foundCells(registrar, {
      dataDir: folder.dir,
      cells: [US, EU],
      operator: 'south',
    });
    expect(second).toMatchObject({ owned: [{ operator: 'north' }, { operator: 'south' }] });
  });

  it('R12: does not run a cell with a key that the charter does not name', () => {
    const registrar = folder.open();
    registrar.append(found(registrar.charter, local));
    makeOperatorKey(folder.dir, 'north');
    const options = { dataDir: folder.dir, cells: [US], operator: 'north' };
    expect(() => foundCells(registrar, options)).toThrow(/not the one that the charter names/);
  });

  it('R12: does not run a cell whose key is missing', () => {
    const registrar = folder.open();
    registrar.append(found(registrar.charter, local));
    const options = { dataDir: folder.dir, cells: [US], operator: 'south' };
    expect(() => foundCells(registrar, options)).toThrow(/key.pem of north is missing/);
  });

  it('R13: does not run a cell that the charter gives to another process', () => {
    const registrar = folder.open();
    registrar.append(found(registrar.charter, north));
    const options = { dataDir: folder.dir, cells: [US], operator: 'north' };
    expect(() => foundCells(registrar, options)).toThrow(/runs it at http:\/\/127.0.0.1:7501/);
  });

  it('R13: does not run a cell that has a follower', () => {
    const registrar = folder.open();
    registrar.append(found(registrar.charter, local));
    const follower = newParty('south');
    append(registrar, 'join', { owner: local, follower, by: [local, follower] });
    const options = { dataDir: folder.dir, cells: [US], operator: 'north' };
    expect(() => foundCells(registrar, options)).toThrow(/jointly with/);
  });
});
