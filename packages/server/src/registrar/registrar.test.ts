import { createHash, createPublicKey, verify } from 'node:crypto';
import { generateKeyPairSync } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import { signEntry } from './charter-entry.ts';
import type { OperatorKey } from './charter-entry.ts';
import { CHARTER_BYTES_MAX, systemDisk } from './charter-file.ts';
import { foundCells } from './found-cells.ts';
import { makeOperatorKey, operatorKeyFile, readOperatorKey } from './operator-keys.ts';
import { openRegistrar } from './registrar.ts';
import { RegistrarError } from './registrar-error.ts';
import type { OpenRegistrar, Registrar, TornTail } from './registrar.ts';

const US = 'us' as Jurisdiction;
const EU = 'eu' as Jurisdiction;
const north = newOperator('north');
const south = newOperator('south');

let dir: string;
let file: string;
let open: Registrar[] = [];
let torn: TornTail[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-charter-'));
  file = join(dir, 'registrar', 'charter.jsonl');
  open = [];
  torn = [];
});

afterEach(() => {
  for (const registrar of open) registrar.close();
  rmSync(dir, { recursive: true });
});

function newOperator(operator: string): OperatorKey {
  return { operator, privateKey: generateKeyPairSync('ed25519').privateKey };
}

function openCharter(options: Partial<OpenRegistrar> = {}): Registrar {
  const onTornTail = (tail: TornTail): void => void torn.push(tail);
  const registrar = openRegistrar({ file, nowMs: () => 1_000, onTornTail, ...options });
  open.push(registrar);
  return registrar;
}

function append(registrar: Registrar, cell: Jurisdiction, epoch: number, owner = north): string {
  return registrar.append({ cell, epoch: epoch as Epoch, owner }).kind;
}

/** A charter of three entries: us 1, eu 1, us 2. */
function threeEntries(): void {
  const registrar = openCharter();
  append(registrar, US, 1);
  append(registrar, EU, 1);
  append(registrar, US, 2, south);
  registrar.close();
}

function changeLine(number: number, change: (line: string) => string): void {
  const lines = readFileSync(file, 'utf8').split('\n');
  lines[number - 1] = change(lines[number - 1] ?? '');
  writeFileSync(file, lines.join('\n'));
}

describe('charter', () => {
  it('describes the newest owner of each cell', () => {
    threeEntries();
    expect(openCharter().describe()).toEqual([
      { jurisdiction: 'us', operator: 'south', epoch: 2, sinceMs: 1_000 },
      { jurisdiction: 'eu', operator: 'north', epoch: 1, sinceMs: 1_000 },
    ]);
  });

  it('gives the keys of past epochs too', () => {
    threeEntries();
    const registrar = openCharter();
    const operators = [1, 2, 3].map((epoch) => registrar.keyOf(US, epoch as Epoch)?.operator);
    expect(operators).toEqual(['north', 'south', undefined]);
    expect(registrar.keyOf(US, 1 as Epoch)?.publicKeyPem).toContain('BEGIN PUBLIC KEY');
  });

  it('R1: numbers entries from 1 and chains them from 64 zeros', () => {
    threeEntries();
    const entries = readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { n: number; previousHash: string; hash: string });
    expect(entries.map(({ n }) => n)).toEqual([1, 2, 3]);
    expect(entries.map(({ previousHash }) => previousHash)).toEqual([
      '0'.repeat(64),
      entries[0]?.hash,
      entries[1]?.hash,
    ]);
  });

  it('R2, R3: anyone can check an entry with a hash, a key and nothing of ours', () => {
    threeEntries();
    for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) {
      const entry = JSON.parse(line) as Record<string, string | number>;
      const fields = ['n', 'cell', 'epoch', 'operator', 'publicKey', 'sinceMs', 'previousHash'];
      const text = ['holdfast charter 1', ...fields.map((field) => String(entry[field]))].join(
        '\n',
      );
      const digest = createHash('sha256').update(text).digest();
      expect(digest.toString('hex')).toBe(entry['hash']);
      const der = Buffer.from(String(entry['publicKey']), 'base64');
      const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
      const signature = Buffer.from(String(entry['signature']), 'base64');
      expect(verify(null, digest, key, signature)).toBe(true);
    }
  });

  it('R4: begins with epoch 1', () => {
    expect(append(openCharter(), US, 2)).toBe('not-next');
  });

  it('R5: gives an epoch to the first of two that want it', () => {
    const registrar = openCharter();
    append(registrar, US, 1);
    expect(append(registrar, US, 2, north)).toBe('appended');
    expect(append(registrar, US, 2, south)).toBe('not-next');
    expect(registrar.newest(US)?.operator).toBe('north');
  });

  it('R5: refuses an epoch that skips one, says the newest, and records nothing', () => {
    const registrar = openCharter();
    append(registrar, US, 1);
    const before = readFileSync(file, 'utf8');
    const answer = registrar.append({ cell: US, epoch: 3 as Epoch, owner: south });
    expect(answer).toEqual({ kind: 'not-next', newestEpoch: 1 });
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('R6: syncs an entry before it is answered', () => {
    const calls: string[] = [];
    const registrar = openCharter({
      disk: {
        ...systemDisk,
        write: (...call) => (calls.push('write'), systemDisk.write(...call)),
        sync: (opened) => (calls.push('sync'), systemDisk.sync(opened)),
      },
    });
    append(registrar, US, 1);
    expect(calls).toEqual(['write', 'sync']);
  });

  it('R6: writes a line to its end when the disk takes it in pieces', () => {
    const registrar = openCharter({
      disk: {
        ...systemDisk,
        write: (at, bytes, to) => systemDisk.write(at, bytes.slice(0, 7), to),
      },
    });
    append(registrar, US, 1);
    expect(openCharter().newest(US)?.epoch).toBe(1);
  });

  it.each(['write', 'sync'] as const)('R6: records nothing when the %s fails', (step) => {
    let fails = true;
    const failOnce = (): void => {
      if (!fails) return;
      fails = false;
      throw Object.assign(new Error('no space'), { code: 'ENOSPC', syscall: step });
    };
    const registrar = openCharter({
      disk: {
        ...systemDisk,
        write: (opened, bytes, at) => {
          if (step === 'write') {
            if (fails) systemDisk.write(opened, bytes.slice(0, 9), at);
            failOnce();
          }
          return systemDisk.write(opened, bytes, at);
        },
        sync: (opened) => (step === 'sync' ? failOnce() : undefined, systemDisk.sync(opened)),
      },
    });
    expect(() => append(registrar, US, 1)).toThrow(/disk .* is full/);
    expect(statSync(file).size).toBe(0);
    expect(append(registrar, US, 1)).toBe('appended');
    expect(openCharter().describe()).toHaveLength(1);
  });

  it('R6: takes nothing more when a failed write cannot be taken back', () => {
    const fail = (): never => {
      throw Object.assign(new Error('gone'), { code: 'EIO', syscall: 'any' });
    };
    let broken = false;
    const registrar = openCharter({
      disk: {
        ...systemDisk,
        sync: (opened) => (broken ? fail() : systemDisk.sync(opened)),
        truncate: fail,
      },
    });
    broken = true;
    expect(() => append(registrar, US, 1)).toThrow(/could not be read or written/);
    broken = false;
    expect(() => append(registrar, US, 1)).toThrow(/takes no more entries/);
  });

  it('R7: cuts the torn end of an append, wherever it tore, and says so', () => {
    threeEntries();
    const whole = readFileSync(file);
    const lastLineStart = whole.lastIndexOf(0x0a, whole.length - 2) + 1;
    fc.assert(
      fc.property(fc.integer({ min: lastLineStart + 1, max: whole.length - 2 }), (length) => {
        torn = [];
        writeFileSync(file, whole);
        truncateSync(file, length);
        const registrar = openCharter();
        expect(registrar.newest(US)?.epoch).toBe(1);
        expect(torn).toEqual([{ kind: 'cut', bytes: length - lastLineStart }]);
        expect(append(registrar, US, 2, south)).toBe('appended');
        registrar.close();
        expect(openCharter().newest(US)?.epoch).toBe(2);
      }),
      { numRuns: 60 },
    );
  });

  it('R7: keeps an entry that lacks only its line end', () => {
    threeEntries();
    truncateSync(file, statSync(file).size - 1);
    const registrar = openCharter();
    expect(registrar.newest(US)?.epoch).toBe(2);
    expect(torn.map(({ kind }) => kind)).toEqual(['kept']);
    append(registrar, EU, 2);
    expect(openCharter().newest(EU)?.epoch).toBe(2);
  });

  it('R7: cuts a torn end of odd bytes', () => {
    threeEntries();
    appendFileSync(file, Buffer.from([0, 0xff, 0xc3, 0, 1]));
    expect(openCharter().newest(US)?.epoch).toBe(2);
    expect(torn).toHaveLength(1);
  });

  it.each([
    ['is no entry', 2, () => '{}', 'is no charter entry'],
    ['is empty', 2, () => '', 'is no charter entry'],
    ['names another owner', 2, (line: string) => line.replace('north', 'south'), 'its hash'],
    ['has another time', 3, (line: string) => line.replace('1000', '1001'), 'its hash'],
    ['has another signature', 3, resign, 'its signature is not by south'],
    ['has another number', 2, (line: string) => line.replace('"n":2', '"n":3'), 'entry 2'],
    ['repeats an epoch', 3, (line: string) => line.replace('"epoch":2', '"epoch":1'), 'epoch 2'],
  ] as const)('R8: refuses to open when a line %s', (_what, number, change, words) => {
    threeEntries();
    changeLine(number, change);
    const before = readFileSync(file, 'utf8');
    expect(() => openCharter()).toThrow(`is broken at line ${number}: `);
    expect(() => openCharter()).toThrow(words);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('R8: refuses to open when a line is missing, moved or doubled', () => {
    threeEntries();
    const [one = '', two = '', three = ''] = readFileSync(file, 'utf8').split('\n');
    for (const lines of [
      [two, three],
      [one, three],
      [two, one, three],
      [one, one, two, three],
    ]) {
      writeFileSync(file, `${lines.join('\n')}\n`);
      expect(() => openCharter()).toThrow(/is broken at line \d/);
    }
  });

  it('R8: refuses to open when an entry was replaced by another that is well signed', () => {
    threeEntries();
    changeLine(2, (line) => {
      const entry = JSON.parse(line) as Parameters<typeof signEntry>[0];
      return JSON.stringify(signEntry(entry, south));
    });
    expect(() => openCharter()).toThrow(/broken at line 3: it does not follow the line before/);
  });

  it('R8: notices any changed byte', () => {
    threeEntries();
    const whole = readFileSync(file);
    fc.assert(
      fc.property(fc.nat(whole.length - 2), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(whole);
        changed[at] = (whole[at] ?? 0) ^ flip;
        writeFileSync(file, changed);
        // Base64 has spare bits at its end, and JSON takes a tab for a space: what opens all the
        // same must say the same.
        expect([hashOfLastLine(whole), 'charter-broken']).toContain(newestHashOrError());
      }),
      { numRuns: 150 },
    );
  });

  it('R9: refuses a file that is too large to be a charter', () => {
    openCharter().close();
    truncateSync(file, CHARTER_BYTES_MAX + 1);
    expect(() => openCharter()).toThrow(/larger than/);
  });
});

describe('operators', () => {
  it('R10: makes a key that its owner alone can read, once', () => {
    const made = makeOperatorKey(dir, 'north');
    expect(statSync(operatorKeyFile(dir, 'north')).mode & 0o777).toBe(0o600);
    expect(makeOperatorKey(dir, 'north').privateKey.equals(made.privateKey)).toBe(true);
  });

  it('R10: refuses a key that others can read, and says what to do', () => {
    makeOperatorKey(dir, 'north');
    chmodSync(operatorKeyFile(dir, 'north'), 0o640);
    expect(() => readOperatorKey(dir, 'north')).toThrow(/chmod 600/);
  });

  it('R10: never replaces a key that cannot be read', () => {
    makeOperatorKey(dir, 'north');
    writeFileSync(operatorKeyFile(dir, 'north'), 'not a key');
    expect(() => makeOperatorKey(dir, 'north')).toThrow(/no Ed25519 private key/);
    expect(readFileSync(operatorKeyFile(dir, 'north'), 'utf8')).toBe('not a key');
  });

  it('R11: founds each configured cell once', () => {
    const registrar = openCharter();
    const options = { dataDir: dir, cells: [US, EU], operator: 'north' };
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
    const registrar = openCharter();
    foundCells(registrar, { dataDir: dir, cells: [US, EU], operator: 'north' });
    expect(foundCells(registrar, { dataDir: dir, cells: [US], operator: 'north' })).toEqual({
      kind: 'cells-left-out',
      cells: [EU],
    });
  });

  it('R11: lets another operator found a further cell', () => {
    const registrar = openCharter();
    foundCells(registrar, { dataDir: dir, cells: [US], operator: 'north' });
    const found = foundCells(registrar, { dataDir: dir, cells: [US, EU], operator: 'south' });
    expect(found).toMatchObject({ owned: [{ operator: 'north' }, { operator: 'south' }] });
  });

  it('R12: does not run a cell with a key that the charter does not name', () => {
    const registrar = openCharter();
    append(registrar, US, 1, north);
    makeOperatorKey(dir, 'north');
    const options = { dataDir: dir, cells: [US], operator: 'north' };
    expect(() => foundCells(registrar, options)).toThrow(/not the one that the charter names/);
  });

  it('R12: does not run a cell whose key is missing', () => {
    const registrar = openCharter();
    append(registrar, US, 1, north);
    const options = { dataDir: dir, cells: [US], operator: 'south' };
    expect(() => foundCells(registrar, options)).toThrow(/key.pem of north is missing/);
  });
});

/** The same entry, with the signature of somebody else's key. */
function resign(line: string): string {
  const entry = JSON.parse(line) as Parameters<typeof signEntry>[0];
  const { signature } = signEntry(entry, north);
  return JSON.stringify({ ...entry, signature });
}

function newestHashOrError(): string | undefined {
  try {
    return openCharter().newest(US)?.hash;
  } catch (cause) {
    return cause instanceof RegistrarError ? cause.code : String(cause);
  }
}

function hashOfLastLine(bytes: Buffer): string {
  const line = bytes.toString('utf8').trimEnd().split('\n').at(-1) ?? '';
  return (JSON.parse(line) as { hash: string }).hash;
}
