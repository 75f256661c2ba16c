import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { afterAll, describe, expect, test } from 'vitest';
import { meantBy, noteHere, notesFolder, partsHere } from './parts-here.ts';
import type { PartHere } from './parts-here.ts';

const root = mkdtempSync(join(tmpdir(), 'holdfast-parts-here-'));
afterAll(() => rmSync(root, { recursive: true }));

let folders = 0;
function newFolder(): string {
  folders += 1;
  return join(root, `${folders}`, 'holdfast');
}

function part(cell: string, registrar = 'http://r', dataDir = `/data/${cell}`): PartHere {
  return { cell: cell as Jurisdiction, registrar, dataDir };
}

describe('H53: a cell leaves a note while it runs', () => {
  test('and takes it away at its end', () => {
    const folder = newFolder();
    const forget = noteHere(folder, part('us'));
    expect(partsHere(folder)).toEqual([part('us')]);
    forget();
    expect(partsHere(folder)).toEqual([]);
  });

  test('a note of a process that is gone is removed', () => {
    const folder = newFolder();
    noteHere(folder, part('us'), 2 ** 30);
    expect(partsHere(folder)).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a note that is none is passed over', () => {
    const folder = newFolder();
    noteHere(folder, part('us'));
    writeFileSync(join(folder, `${process.pid}.json`), '{"cell":"us"}');
    expect(partsHere(folder)).toEqual([]);
  });

  test('a folder that others may write to is not believed', () => {
    const folder = newFolder();
    noteHere(folder, part('us'));
    chmodSync(folder, 0o777);
    expect(partsHere(folder)).toEqual([]);
  });

  test('where none can be left there is none', () => {
    const file = join(root, 'a-file');
    writeFileSync(file, '');
    noteHere(join(file, 'holdfast'), part('us'))();
    expect(partsHere(join(file, 'holdfast'))).toEqual([]);
  });

  test('notes are apart for each user', () => {
    expect(notesFolder({ env: { XDG_RUNTIME_DIR: '/run/user/7' } })).toBe('/run/user/7/holdfast');
    expect(notesFolder({ env: {} })).toMatch(/holdfast-\d+$/);
  });
});

describe('H53: a command means', () => {
  const nothing = { cell: undefined, registrar: undefined, dataDir: undefined };

  test('the one cell that runs here', () => {
    expect(meantBy(nothing, [part('us')], './data')).toEqual({
      kind: 'meant',
      cell: 'us',
      registrar: 'http://r',
      dataDirs: ['/data/us', './data'],
    });
  });

  test('both sites of a cell, when both run here', () => {
    const here = [part('us', 'http://r', '/north'), part('us', 'http://r', '/south')];
    const meant = meantBy(nothing, here, './data');
    expect(meant).toMatchObject({ dataDirs: ['/north', '/south', './data'] });
  });

  test('what it was told, whatever runs here', () => {
    const told = { cell: 'eu', registrar: 'http://q', dataDir: '/mine' };
    const meant = meantBy(told, [part('us')], './data');
    expect(meant).toEqual({
      kind: 'meant',
      cell: 'eu',
      registrar: 'http://q',
      dataDirs: ['/mine'],
    });
  });

  test('nothing when there are two cells, and names them', () => {
    const meant = meantBy(nothing, [part('us'), part('eu')], './data');
    const detail = 'Name the cell with --cell; cells that run here: eu, us';
    expect(meant).toEqual({ kind: 'unclear', detail });
    const chosen = meantBy({ ...nothing, cell: 'eu' }, [part('us'), part('eu')], './data');
    expect(chosen).toMatchObject({ cell: 'eu', dataDirs: ['/data/eu', './data'] });
  });

  test('nothing when no registrar is known, or there are two', () => {
    const us = { ...nothing, cell: 'us' };
    expect(meantBy(us, [], './data')).toMatchObject({ kind: 'unclear' });
    const here = [part('us', 'http://a'), part('us', 'http://b')];
    expect(meantBy(us, here, './data')).toMatchObject({
      kind: 'unclear',
      detail: expect.stringContaining('http://a, http://b') as string,
    });
  });
});
