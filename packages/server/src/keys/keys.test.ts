import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hash, randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from './database.ts';
import {
  KEYS_MAX,
  openKeys,
  type FixedKey,
  type Keys,
  type NewKey,
  type OpenKeys,
} from './keys.ts';

const OTHER_PROCESS = fileURLToPath(new URL('./keys.test-process.ts', import.meta.url));

let folder = '';
let file = '';
let nowMs = 1_000;
const opened: Keys[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast keys '));
  file = join(folder, 'keys.db');
  nowMs = 1_000;
});

afterEach(() => {
  for (const keys of opened.splice(0)) keys.close();
  rmSync(folder, { recursive: true });
});

function open(options: Partial<OpenKeys> = {}): Keys {
  const keys = openKeys({ file, nowMs: () => nowMs, randomBytes, ...options });
  opened.push(keys);
  return keys;
}

function make(keys: Keys, request: Partial<NewKey> = {}) {
  const result = keys.create({ kind: 'service', name: 'blog', ...request });
  if (result.kind !== 'created') throw new Error(`expected a key, got ${result.kind}`);
  return result;
}

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('expected a throw');
}

/** Everything that the store has on disk, as one string of single bytes. */
function bytesOnDisk(): string {
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .join('\n');
}

type Made = Readonly<{ id: string; secret: string; revoked: boolean }>;

// The other process is ours, so its output is taken at its word.
const madeBy = (output: string): readonly Made[] => JSON.parse(output) as Made[];

function otherProcess(...args: string[]): readonly Made[] {
  const argv = [OTHER_PROCESS, file, ...args];
  return madeBy(execFileSync(process.execPath, argv, { encoding: 'utf8' }));
}

describe('making keys', () => {
  test('K1: a service secret starts with hfk_ and an operator secret with hfo_', () => {
    const keys = open();
    expect(make(keys, { kind: 'service' }).secret).toMatch(/^hfk_[A-Za-z0-9_-]{43}$/);
    expect(make(keys, { kind: 'operator' }).secret).toMatch(/^hfo_[A-Za-z0-9_-]{43}$/);
  });

  test('K1: the secret is the 32 random bytes it was given', () => {
    const keys = open({ randomBytes: (bytes) => new Uint8Array(bytes).fill(bytes) });
    const expected = Buffer.alloc(32, 32).toString('base64url');
    expect(make(keys).secret).toBe(`hfk_${expected}`);
  });

  test('K2: the files hold the hash of a secret and not the secret', () => {
    const keys = open();
    const { secret } = make(keys);
    expect(bytesOnDisk()).toContain(hash('sha256', secret, 'base64url'));
    expect(bytesOnDisk()).not.toContain(secret.slice(4));
  });

  test('K3: an id is key_ and 16 characters', () => {
    expect(make(open()).key.id).toMatch(/^key_[A-Za-z0-9_-]{16}$/);
  });

  test.each(['a', 'My blog, staging №2', 'é'.repeat(64), '🎬'.repeat(64)])(
    'K4: the name %j is accepted',
    (name) => {
      expect(make(open(), { name }).key.name).toBe(name);
    },
  );

  test('K4: space around a name is dropped', () => {
    expect(make(open(), { name: '  blog ' }).key.name).toBe('blog');
  });

  test.each(['', '   ', 'a'.repeat(65), 'two\nlines', '\u001b[31mred', 'evil\u202egnp', '\u0000'])(
    'K4: the name %j is refused',
    (name) => {
      const keys = open();
      expect(keys.create({ kind: 'service', name })).toEqual({ kind: 'name-invalid' });
      expect(keys.list()).toEqual([]);
    },
  );

  test('K5: a key has the tenant it was made for, or default', () => {
    const keys = open();
    expect(make(keys).key.tenant).toBe('default');
    const { secret } = make(keys, { tenant: 'video-site-2' });
    expect(keys.find(secret)).toMatchObject({ kind: 'known', key: { tenant: 'video-site-2' } });
  });

  test.each(['', 'a'.repeat(33), 'Upper', 'under_score', 'a b', 'é', 'a\n'])(
    'K5: the tenant %j is refused',
    (tenant) => {
      expect(open().create({ kind: 'service', name: 'blog', tenant })).toEqual({
        kind: 'tenant-invalid',
      });
    },
  );

  test('K6: the limit is 10,000 keys', () => {
    expect(KEYS_MAX).toBe(10_000);
  });

  test('K6: a full store without revoked keys refuses one more', () => {
    const keys = open({ limits: { keysMax: 2 } });
    make(keys);
    make(keys);
    expect(keys.create({ kind: 'service', name: 'third' })).toEqual({
      kind: 'too-many-keys',
      keysMax: 2,
    });
    expect(keys.list()).toHaveLength(2);
  });

  test('K6: in a full store a new key takes the place of the one revoked longest ago', () => {
    const keys = open({ limits: { keysMax: 3 } });
    const [first, second, third] = [make(keys), make(keys), make(keys)];
    nowMs = 2_000;
    keys.revoke(second.key.id);
    nowMs = 3_000;
    keys.revoke(first.key.id);
    const fourth = make(keys);
    expect(keys.list().map((key) => key.id)).toEqual([first.key.id, third.key.id, fourth.key.id]);
    expect(keys.find(second.secret)).toEqual({ kind: 'unknown' });
  });

  test('K7: the list has every key, oldest first, revoked ones too', () => {
    const keys = open();
    const first = make(keys, { kind: 'operator', name: 'first', tenant: 'a' });
    nowMs = 2_000;
    const second = make(keys, { name: 'second' });
    nowMs = 3_000;
    keys.revoke(first.key.id);
    expect(keys.list()).toEqual([
      {
        id: first.key.id,
        kind: 'operator',
        name: 'first',
        tenant: 'a',
        source: { kind: 'stored', createdAtMs: 1_000, revokedAtMs: 3_000 },
      },
      {
        id: second.key.id,
        kind: 'service',
        name: 'second',
        tenant: 'default',
        source: { kind: 'stored', createdAtMs: 2_000, revokedAtMs: undefined },
      },
    ]);
  });
});

describe('finding and revoking', () => {
  test('K8: a secret that was made is known with its key', () => {
    const keys = open();
    const { key, secret } = make(keys);
    expect(keys.find(secret)).toEqual({ kind: 'known', key });
  });

  test.each(['', 'hfk_', `hfk_${'A'.repeat(43)}`, 'x'.repeat(10_000_000)])(
    'K8: a secret that nobody made is unknown (%#)',
    (secret) => {
      const keys = open();
      make(keys);
      expect(keys.find(secret)).toEqual({ kind: 'unknown' });
    },
  );

  test('K8: a revoked secret is told from an unknown one', () => {
    const keys = open();
    const { key, secret } = make(keys);
    keys.revoke(key.id);
    expect(keys.find(secret)).toEqual({ kind: 'revoked' });
  });

  test('K9: neither an id, nor a hash, nor a part of a secret finds a key', () => {
    const keys = open();
    const { key, secret } = make(keys);
    for (const guess of [key.id, hash('sha256', secret, 'base64url'), secret.slice(0, -1)]) {
      expect(keys.find(guess)).toEqual({ kind: 'unknown' });
    }
  });

  test('K10: revoking says what the key was', () => {
    const keys = open();
    const { key } = make(keys);
    nowMs = 5_000;
    expect(keys.revoke(key.id).kind).toBe('revoked');
    nowMs = 6_000;
    expect(keys.revoke(key.id)).toMatchObject({
      kind: 'already-revoked',
      key: { source: { revokedAtMs: 5_000 } },
    });
    expect(keys.revoke('key_nobody')).toEqual({ kind: 'unknown' });
  });

  test('K10: revoking one key leaves the others', () => {
    const keys = open();
    const [first, second] = [make(keys), make(keys)];
    keys.revoke(first.key.id);
    expect(keys.find(second.secret).kind).toBe('known');
  });

  test('K11: a key made by another process is known at the next find', () => {
    const keys = open();
    make(keys);
    const [made] = otherProcess('1');
    expect(keys.find(made?.secret ?? '')).toMatchObject({ kind: 'known', key: { id: made?.id } });
    expect(keys.list()).toHaveLength(2);
  });

  test('K11: a key revoked by another process is revoked at the next find', () => {
    const keys = open();
    const { key, secret } = make(keys);
    expect(keys.find(secret).kind).toBe('known');
    otherProcess('0', key.id);
    expect(keys.find(secret)).toEqual({ kind: 'revoked' });
  });

  test('K12: four processes making and revoking on a new file lose nothing', async () => {
    const run = promisify(execFile);
    const processes = Array.from({ length: 4 }, () =>
      run(process.execPath, [OTHER_PROCESS, file, '25']),
    );
    const keys = open();
    const own = make(keys);
    const outputs = await Promise.all(processes);
    const made = outputs.flatMap(({ stdout }) => madeBy(stdout));
    expect(keys.list()).toHaveLength(101);
    expect(keys.find(own.secret).kind).toBe('known');
    expect(made.map(({ secret }) => keys.find(secret).kind)).toEqual(
      made.map(({ revoked }) => (revoked ? 'revoked' : 'known')),
    );
  });

  test('K12: the limit holds when two processes share it', () => {
    const [here, there] = [open({ limits: { keysMax: 1 } }), open({ limits: { keysMax: 1 } })];
    make(here);
    expect(there.create({ kind: 'service', name: 'second' }).kind).toBe('too-many-keys');
  });

  test('K13: what was made and revoked is there when the file is opened again', () => {
    const keys = open();
    const [kept, revoked] = [make(keys), make(keys)];
    keys.revoke(revoked.key.id);
    keys.close();
    const again = open();
    expect(again.find(kept.secret)).toEqual({ kind: 'known', key: kept.key });
    expect(again.find(revoked.secret)).toEqual({ kind: 'revoked' });
  });
});

describe('keys of the environment', () => {
  const service: FixedKey = { kind: 'service', secret: 'local test key', name: 'environment' };
  const operator: FixedKey = { kind: 'operator', secret: 'hfo_operator', name: 'environment' };

  test.each(['12345678', 'hfk_short', 'with a space', '~!@#$%^&*()', 'x'.repeat(128)])(
    'K14: %j is a usable secret',
    (secret) => {
      const keys = open({ fixed: [{ ...service, secret }] });
      expect(keys.find(secret)).toMatchObject({ kind: 'known', key: { kind: 'service' } });
    },
  );

  test('K15: they are listed and found, with the tenant default', () => {
    const keys = open({ fixed: [service, operator] });
    const source = { kind: 'environment' };
    const rest = { name: 'environment', tenant: 'default', source };
    expect(keys.list()).toEqual([
      { id: 'env_service', kind: 'service', ...rest },
      { id: 'env_operator', kind: 'operator', ...rest },
    ]);
    expect(keys.find('hfo_operator')).toMatchObject({ kind: 'known', key: { kind: 'operator' } });
  });

  test('K15: they are not stored', () => {
    open({ fixed: [service] }).close();
    expect(bytesOnDisk()).not.toContain(hash('sha256', service.secret, 'base64url'));
    expect(open().find(service.secret)).toEqual({ kind: 'unknown' });
  });

  test('K16: they cannot be revoked', () => {
    const keys = open({ fixed: [service] });
    expect(keys.revoke('env_service')).toMatchObject({ kind: 'set-by-environment' });
    expect(keys.find(service.secret).kind).toBe('known');
  });

  test('K17: a revoked secret stays revoked when the environment sets it', () => {
    const first = open();
    const { key, secret } = make(first);
    first.revoke(key.id);
    expect(open({ fixed: [{ ...service, secret }] }).find(secret)).toEqual({ kind: 'revoked' });
  });

  test.each(['short77', 'x'.repeat(129), ' leading1', 'trailing ', 'tab\there', 'schlüssel'])(
    'K18: the secret %j is refused without being shown',
    (secret) => {
      const error = thrownBy(() => open({ fixed: [{ ...service, secret }] }));
      expect(error).toMatchObject({ code: 'keys-fixed-invalid', retryable: false });
      expect(String(error)).not.toContain(secret);
    },
  );

  test('K18: one secret for two keys is refused', () => {
    const error = thrownBy(() => open({ fixed: [service, { ...service, kind: 'operator' }] }));
    expect(error).toMatchObject({ code: 'keys-fixed-repeated' });
  });

  test('K18: two keys of one kind are refused', () => {
    const error = thrownBy(() => open({ fixed: [service, { ...operator, kind: 'service' }] }));
    expect(error).toMatchObject({ code: 'keys-fixed-repeated' });
  });
});

describe('files and errors', () => {
  test('K13: a commit is in the write-ahead log and synced before it returns', () => {
    const db = openDatabase(file);
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    expect(db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
    db.close();
  });

  test('K19: the database of another program is refused and left as it was', () => {
    const other = new DatabaseSync(file);
    other.exec('CREATE TABLE notes (a)');
    other.close();
    const before = readFileSync(file);
    expect(thrownBy(() => open())).toMatchObject({ code: 'keys-foreign-file', retryable: false });
    expect(readFileSync(file)).toEqual(before);
  });

  test('K19: a file of a newer version is refused', () => {
    open().close();
    const newer = new DatabaseSync(file);
    newer.exec('PRAGMA user_version = 99');
    newer.close();
    expect(thrownBy(() => open())).toMatchObject({ code: 'keys-newer-version' });
  });

  test('K19: a file that is no database is refused', () => {
    writeFileSync(file, 'not a database, but long enough to be looked at '.repeat(100));
    expect(thrownBy(() => open())).toMatchObject({ code: 'keys-corrupt', retryable: false });
  });

  test('K20: a store whose folder is missing says so with a code', () => {
    const error = thrownBy(() => open({ file: join(folder, 'missing', 'keys.db') }));
    expect(error).toMatchObject({ code: 'keys-io', cause: { code: 'ENOENT' } });
  });

  test('K20: an error of the database carries a code and no name', () => {
    const keys = open();
    const other = new DatabaseSync(file);
    other.exec('DROP TABLE keys');
    other.close();
    const error = thrownBy(() => keys.create({ kind: 'service', name: 'MARKER' }));
    expect(error).toMatchObject({ name: 'KeysError', code: 'keys-io' });
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('MARKER');
  });

  test('K21: the files are readable by their owner alone', () => {
    make(open());
    const modes = readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600, 0o600]);
  });

  test('close may be repeated', () => {
    const keys = open();
    keys.close();
    expect(() => keys.close()).not.toThrow();
  });
});
