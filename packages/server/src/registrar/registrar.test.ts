import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Epoch } from '@holdfast/protocol/ids.ts';
import {
  charterFolder,
  CUT,
  decided,
  found,
  joint,
  leaveFourEntries,
  newParty,
  north,
  south,
  US,
} from './charter.fixture.ts';
import type { CharterFolder } from './charter.fixture.ts';
import { systemDisk } from './charter-file.ts';

let folder: CharterFolder;

beforeEach(() => {
  folder = charterFolder();
});

afterEach(() => folder.remove());

describe('charter', () => {
  it('describes the newest owner of each cell', () => {
    leaveFourEntries(folder);
    expect(folder.open().charter.describe()).toEqual([
      { jurisdiction: 'us', operator: 'south', epoch: 3, sinceMs: 1_000 },
      { jurisdiction: 'eu', operator: 'north', epoch: 1, sinceMs: 1_000 },
    ]);
  });

  it('gives the keys of past epochs too', () => {
    leaveFourEntries(folder);
    const { charter } = folder.open();
    const operators = [1, 2, 3, 4].map((epoch) => charter.keyOf(US, epoch as Epoch)?.operator);
    expect(operators).toEqual(['north', 'north', 'south', undefined]);
    expect(charter.keyOf(US, 1 as Epoch)?.publicKeyPem).toContain('BEGIN PUBLIC KEY');
  });

  it('tells watchers of an entry once it is on disk', () => {
    const registrar = folder.open();
    const seen: string[] = [];
    const stop = registrar.watch(({ hash }) => {
      seen.push(hash);
      expect(folder.entries().at(-1)?.hash).toBe(hash);
    });
    registrar.append(found(registrar.charter, north));
    stop();
    joint(registrar);
    expect(seen).toEqual([folder.entries()[0]?.hash]);
  });

  it('R1: numbers entries from 1 and chains them from 64 zeros', () => {
    leaveFourEntries(folder);
    const entries = folder.entries();
    expect(entries.map(({ n }) => n)).toEqual([1, 2, 3, 4]);
    const hashes = entries.slice(0, -1).map(({ hash }) => hash);
    expect(entries.map(({ previousHash }) => previousHash)).toEqual(['0'.repeat(64), ...hashes]);
  });

  it('R2, R3: anyone can check an entry with a hash, a key and nothing of ours', () => {
    leaveFourEntries(folder);
    const hash = (lines: unknown[]): Buffer =>
      createHash('sha256').update(lines.join('\n')).digest();
    const isBy = (publicKey: string, digest: Buffer, signature: string): boolean => {
      const der = Buffer.from(publicKey, 'base64');
      const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
      return verify(null, digest, key, Buffer.from(signature, 'base64'));
    };
    const newestOf = new Map<string, string>();
    for (const entry of folder.entries()) {
      const { cell, epoch, act, rule, owner, follower, cut, handover, reason } = entry;
      const of = (party = { operator: '', site: '', publicKey: '', url: '' }): string[] => [
        party.operator,
        party.site,
        party.publicKey,
        party.url,
      ];
      const at = cut ? [cut.seq, cut.chain, cut.likesHash, cut.countsHash] : ['', '', '', ''];
      const follows = newestOf.get(cell) ?? '0'.repeat(64);
      const decision = hash([
        ...['holdfast charter 2 decision', cell, epoch, act, rule, ...of(owner), ...of(follower)],
        ...[...at, handover ?? '', reason, follows],
      ]);
      for (const { publicKey, signature } of entry.signatures) {
        expect(isBy(publicKey, decision, signature)).toBe(true);
      }
      const { n, sinceMs, previousHash, signatures, registrar } = entry;
      const agreed = signatures.flatMap((by) => [by.operator, by.publicKey, by.signature]);
      const whole = hash([
        ...['holdfast charter 2 entry', n, decision.toString('hex'), sinceMs, previousHash],
        ...[registrar.publicKey, ...agreed],
      ]);
      expect(whole.toString('hex')).toBe(entry.hash);
      expect(isBy(registrar.publicKey, whole, registrar.signature)).toBe(true);
      newestOf.set(cell, entry.hash);
    }
    expect(newestOf.size).toBe(2);
  });

  it.each([
    ['nobody', () => []],
    ['a stranger', () => [newParty('north')]],
    ['one of two', () => [north]],
    ['a third party too', () => [north, south, newParty('west')]],
  ])('R3: refuses a decision signed by %s', (_who, by) => {
    const registrar = folder.open();
    registrar.append(found(registrar.charter, north));
    const asked = decided(registrar.charter, 'join', { owner: north, follower: south, by: by() });
    expect(registrar.append(asked)).toMatchObject({ kind: 'refused', code: 'not-signed' });
    expect(folder.entries()).toHaveLength(1);
  });

  it('R3: refuses a decision that was changed after it was signed', () => {
    const registrar = folder.open();
    const { decision, signatures } = found(registrar.charter, north);
    const changed = { ...decision, owner: { ...decision.owner, url: 'http://127.0.0.1:1' } };
    expect(registrar.append({ decision: changed, signatures })).toMatchObject({
      kind: 'refused',
      code: 'not-signed',
    });
  });

  it('R3: refuses a signature that was given for another place', () => {
    const registrar = folder.open();
    registrar.append(found(registrar.charter, north));
    const elsewhere = folder.open({ dataDir: join(folder.dir, 'other') });
    elsewhere.append(found(elsewhere.charter, north));
    joint(registrar);
    joint(elsewhere);
    const asked = decided(elsewhere.charter, 'leave', { owner: north, by: [north] });
    expect(registrar.append(asked)).toMatchObject({ kind: 'refused', code: 'not-signed' });
    expect(elsewhere.append(asked)).toMatchObject({ kind: 'appended' });
  });

  it('R4: begins with epoch 1', () => {
    const registrar = folder.open();
    const { decision, signatures } = found(registrar.charter, north);
    const late = { decision: { ...decision, epoch: 2 as Epoch }, signatures };
    expect(registrar.append(late)).toEqual({ kind: 'not-next', newest: undefined });
  });

  it('R4: refuses a decision that may not follow, and says why', () => {
    const registrar = folder.open();
    registrar.append(found(registrar.charter, north));
    const asked = decided(registrar.charter, 'promote', { owner: south, by: [south] });
    expect(registrar.append(asked)).toMatchObject({ kind: 'refused', code: 'wrong-predecessor' });
  });

  it('R5: records one of two decisions that want the same epoch', () => {
    const registrar = folder.open();
    registrar.append(found(registrar.charter, north));
    joint(registrar);
    const left = decided(registrar.charter, 'leave', { owner: north, by: [north] });
    const promoted = decided(registrar.charter, 'promote', { owner: south, by: [south] });
    expect(registrar.append(promoted)).toMatchObject({ kind: 'appended', isNew: true });
    expect(registrar.append(left)).toMatchObject({ kind: 'not-next', newest: { act: 'promote' } });
    expect(registrar.charter.newest(US)?.owner.operator).toBe('south');
  });

  it('R5: refuses an epoch that skips one, says the newest, and records nothing', () => {
    const registrar = folder.open();
    registrar.append(found(registrar.charter, north));
    joint(registrar);
    const before = readFileSync(folder.file, 'utf8');
    const parties = { owner: north, by: [north] };
    const asked = decided(registrar.charter, 'leave', parties, { epoch: 4 as Epoch });
    expect(registrar.append(asked)).toMatchObject({ kind: 'not-next', newest: { epoch: 2 } });
    expect(readFileSync(folder.file, 'utf8')).toBe(before);
  });

  it('R14: answers the same for the very same decision, and records it once', () => {
    const registrar = folder.open();
    const first = found(registrar.charter, north);
    const answer = registrar.append(first);
    const second = decided(registrar.charter, 'join', {
      owner: north,
      follower: south,
      by: [north, south],
    });
    registrar.append(second);
    expect(registrar.append(first)).toEqual({ ...answer, isNew: false });
    registrar.close();
    const again = folder.open().append(second);
    expect(again).toMatchObject({ kind: 'appended', isNew: false, entry: { epoch: 2 } });
    expect(folder.entries()).toHaveLength(2);
  });

  it('R14: does not take another decision for the same, though all else is equal', () => {
    const registrar = folder.open();
    registrar.append(found(registrar.charter, north));
    joint(registrar);
    const parties = { owner: south, by: [south] };
    registrar.append(decided(registrar.charter, 'promote', parties));
    const cut = { ...CUT, seq: 43 as typeof CUT.seq };
    const epoch = 3 as Epoch;
    const other = decided(registrar.charter, 'promote', parties, { epoch, cut });
    expect(registrar.append(other)).toMatchObject({ kind: 'not-next', newest: { epoch: 3 } });
  });

  it('R6: syncs an entry before it is answered', () => {
    const calls: string[] = [];
    const registrar = folder.open({
      disk: {
        ...systemDisk,
        write: (...call) => (calls.push('write'), systemDisk.write(...call)),
        sync: (opened) => (calls.push('sync'), systemDisk.sync(opened)),
      },
    });
    registrar.append(found(registrar.charter, north));
    expect(calls).toEqual(['write', 'sync']);
  });

  it('R6: writes a line to its end when the disk takes it in pieces', () => {
    const registrar = folder.open({
      disk: {
        ...systemDisk,
        write: (at, bytes, to) => systemDisk.write(at, bytes.slice(0, 7), to),
      },
    });
    registrar.append(found(registrar.charter, north));
    expect(folder.open().charter.newest(US)?.epoch).toBe(1);
  });

  it.each(['write', 'sync'] as const)('R6: records nothing when the %s fails', (step) => {
    let fails = true;
    const failOnce = (): void => {
      if (!fails) return;
      fails = false;
      throw Object.assign(new Error('no space'), { code: 'ENOSPC', syscall: step });
    };
    const registrar = folder.open({
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
    expect(() => registrar.append(found(registrar.charter, north))).toThrow(/disk .* is full/);
    expect(statSync(folder.file).size).toBe(0);
    expect(registrar.append(found(registrar.charter, north)).kind).toBe('appended');
    expect(folder.open().charter.describe()).toHaveLength(1);
  });

  it('R6: takes nothing more when a failed write cannot be taken back', () => {
    const fail = (): never => {
      throw Object.assign(new Error('gone'), { code: 'EIO', syscall: 'any' });
    };
    let broken = false;
    const registrar = folder.open({
      disk: {
        ...systemDisk,
        sync: (opened) => (broken ? fail() : systemDisk.sync(opened)),
        truncate: fail,
      },
    });
    broken = true;
    expect(() => registrar.append(found(registrar.charter, north))).toThrow(
      /could not be read or written/,
    );
    broken = false;
    expect(() => registrar.append(found(registrar.charter, north))).toThrow(
      /takes no more entries/,
    );
  });
});
