import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lineOfEntry } from '@holdfast/engine/charter/charter-entry.ts';
import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import { witnessEntry } from './charter-entry.ts';
import type { CharterView } from './charter.ts';
import {
  charterFolder,
  decided,
  found,
  joint,
  leaveFourEntries,
  newParty,
  north,
  promote,
  south,
  US,
} from './charter.fixture.ts';
import type { CharterFolder } from './charter.fixture.ts';
import { CHARTER_BYTES_MAX } from './charter-file.ts';
import { charterFile, readCharter } from './open-charter.ts';
import { registrarKeyFile } from './operator-keys.ts';
import { RegistrarError } from './registrar-error.ts';

let folder: CharterFolder;

beforeEach(() => {
  folder = charterFolder();
});

afterEach(() => folder.remove());

function changeLine(number: number, change: (line: string) => string): void {
  const lines = readFileSync(folder.file, 'utf8').split('\n');
  lines[number - 1] = change(lines[number - 1] ?? '');
  writeFileSync(folder.file, lines.join('\n'));
}

const view = (): CharterView => readCharter(folder.file);

describe('a charter that is opened', () => {
  it('R7: cuts the folder.torn end of an append, wherever it tore, and says so', () => {
    leaveFourEntries(folder);
    const whole = readFileSync(folder.file);
    const lastLineStart = whole.lastIndexOf(0x0a, whole.length - 2) + 1;
    fc.assert(
      fc.property(fc.integer({ min: lastLineStart + 1, max: whole.length - 2 }), (length) => {
        folder.torn.length = 0;
        writeFileSync(folder.file, whole);
        truncateSync(folder.file, length);
        const registrar = folder.open();
        expect(registrar.charter.newest(US)?.epoch).toBe(2);
        expect(folder.torn).toEqual([{ kind: 'cut', bytes: length - lastLineStart }]);
        expect(promote(registrar)).toBe('appended');
        registrar.close();
        expect(folder.open().charter.newest(US)?.epoch).toBe(3);
      }),
      { numRuns: 60 },
    );
  });

  it('R7: keeps an entry that lacks only its line end', () => {
    leaveFourEntries(folder);
    truncateSync(folder.file, statSync(folder.file).size - 1);
    const registrar = folder.open();
    expect(registrar.charter.newest(US)?.epoch).toBe(3);
    expect(folder.torn.map(({ kind }) => kind)).toEqual(['kept']);
    registrar.append(found(registrar.charter, south, 'row' as typeof US));
    expect(folder.open().charter.size()).toBe(5);
  });

  it('R7: cuts a folder.torn end of odd bytes', () => {
    leaveFourEntries(folder);
    appendFileSync(folder.file, Buffer.from([0, 0xff, 0xc3, 0, 1]));
    expect(folder.open().charter.newest(US)?.epoch).toBe(3);
    expect(folder.torn).toHaveLength(1);
  });

  it.each([
    ['is no entry', 2, () => '{}', 'is no charter entry'],
    ['is empty', 2, () => '', 'is no charter entry'],
    ['names another owner', 2, (line: string) => line.replace('north', 'south'), 'its hash'],
    ['has another time', 3, (line: string) => line.replace(':1000', ':1001'), 'its hash'],
    ['has another number', 2, (line: string) => line.replace('"n":2', '"n":3'), 'entry 2'],
    ['lacks a signature', 3, withoutSignature, 'its hash'],
    ['has another witness', 3, withWitness, 'not by the registrar'],
  ] as const)('R8: refuses to open when a line %s', (_what, number, change, words) => {
    leaveFourEntries(folder);
    changeLine(number, change);
    const before = readFileSync(folder.file, 'utf8');
    expect(() => folder.open()).toThrow(`is broken at line ${number}: `);
    expect(() => folder.open()).toThrow(words);
    expect(() => readCharter(folder.file)).toThrow(words);
    expect(readFileSync(folder.file, 'utf8')).toBe(before);
  });

  it('R8: refuses to open when a line is missing, moved or doubled', () => {
    leaveFourEntries(folder);
    const [one = '', two = '', three = ''] = readFileSync(folder.file, 'utf8').split('\n');
    for (const lines of [
      [two, three],
      [one, three],
      [two, one, three],
      [one, one, two, three],
    ]) {
      writeFileSync(folder.file, `${lines.join('\n')}\n`);
      expect(() => folder.open()).toThrow(/is broken at line \d/);
    }
  });

  it('R8: refuses to open when the registrar itself has put another past in place', () => {
    leaveFourEntries(folder);
    const key = readFileSync(registrarKeyFile(folder.dir));
    const other = join(folder.dir, 'other');
    mkdirSync(dirname(registrarKeyFile(other)), { recursive: true });
    writeFileSync(registrarKeyFile(other), key, { mode: 0o600 });
    const registrar = folder.open({ dataDir: other });
    registrar.append(found(registrar.charter, south));
    const [forged = ''] = readFileSync(charterFile(other), 'utf8').split('\n');
    changeLine(1, () => forged);
    expect(() => folder.open()).toThrow(/broken at line 2: it does not follow the line before/);
  });

  it.each([
    ['nobody signed', () => decided(view(), 'promote', { owner: south, by: [] }), 'not signed by'],
    [
      'a stranger signed',
      () => decided(view(), 'promote', { owner: south, by: [newParty('south')] }),
      'not signed by',
    ],
    [
      'may not follow',
      () => decided(view(), 'promote', { owner: north, by: [north] }),
      'the follower is the owner',
    ],
  ])('R15: refuses to open when the registrar made up an entry that %s', (_what, make, words) => {
    const registrar = folder.open();
    registrar.append(found(registrar.charter, north));
    joint(registrar);
    const { charter, privateKey } = registrar;
    const place = { n: 3, sinceMs: 1, previousHash: charter.newestHash() };
    const entry = witnessEntry(make(), { ...place, follows: charter.follows(US) }, privateKey);
    registrar.close();
    appendFileSync(folder.file, lineOfEntry(entry));
    expect(() => folder.open()).toThrow(/broken at line 3/);
    expect(() => folder.open()).toThrow(words);
  });

  it('R8: notices any changed byte', () => {
    leaveFourEntries(folder);
    const whole = readFileSync(folder.file);
    fc.assert(
      fc.property(fc.nat(whole.length - 2), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(whole);
        changed[at] = (whole[at] ?? 0) ^ flip;
        writeFileSync(folder.file, changed);
        // JSON takes a tab for a space: what opens all the same must say the same.
        expect([hashOfLastLine(whole), 'charter-broken']).toContain(newestHashOrError());
      }),
      { numRuns: 150 },
    );
  });

  it('R8: refuses the format from before the first release, and says what to do', () => {
    const old = { n: 1, cell: 'us', epoch: 1, operator: 'north', publicKey: 'x', signature: 'x' };
    mkdirSync(dirname(folder.file), { recursive: true });
    writeFileSync(folder.file, `${JSON.stringify(old)}\n`);
    expect(() => folder.open()).toThrow(/before the first release.*new data folder/s);
    expect(readFileSync(folder.file, 'utf8')).toBe(`${JSON.stringify(old)}\n`);
    expect(existsSync(registrarKeyFile(folder.dir))).toBe(false);
  });

  it('R9: refuses a folder.file that is too large to be a charter', () => {
    folder.open().close();
    truncateSync(folder.file, CHARTER_BYTES_MAX + 1);
    expect(() => folder.open()).toThrow(/larger than/);
  });

  it('R15: does not open with a key that did not witness it, nor without one', () => {
    leaveFourEntries(folder);
    const keyFile = registrarKeyFile(folder.dir);
    rmSync(keyFile);
    expect(() => folder.open()).toThrow(/key.pem of the registrar is missing/);
    const other = folder.open({ dataDir: join(folder.dir, 'other') });
    other.close();
    writeFileSync(keyFile, readFileSync(registrarKeyFile(join(folder.dir, 'other'))), {
      mode: 0o600,
    });
    expect(() => folder.open()).toThrow(/not the one that witnessed the charter/);
  });
});

function withoutSignature(line: string): string {
  const entry = JSON.parse(line) as CharterEntry;
  return JSON.stringify({ ...entry, signatures: entry.signatures.slice(1) });
}

/** The same entry, with a signature that the registrar gave to another. */
function withWitness(line: string): string {
  const entry = JSON.parse(line) as CharterEntry;
  const { signature } = folder.entries()[0]?.registrar ?? entry.registrar;
  return JSON.stringify({ ...entry, registrar: { ...entry.registrar, signature } });
}

function newestHashOrError(): string | undefined {
  try {
    return folder.open().charter.newestHash();
  } catch (cause) {
    return cause instanceof RegistrarError ? cause.code : String(cause);
  }
}

function hashOfLastLine(bytes: Buffer): string {
  const line = bytes.toString('utf8').trimEnd().split('\n').at(-1) ?? '';
  return (JSON.parse(line) as { hash: string }).hash;
}
