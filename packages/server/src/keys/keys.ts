// Service keys of integrators and operator keys: made, listed, revoked, and found by their secret.
//
// Rules: docs/spec/keys.md (K1 to K21).
//
// Why it is safe: a secret exists only in the answer of `create`; the file and the memory hold its
// SHA-256, which cannot be turned back because a secret is 32 random bytes. `find` answers from a
// map, after asking SQLite whether another process has committed since the map was read. That
// question costs microseconds, so a revoked key stops at the next request and not after a delay.

import { hash } from 'node:crypto';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { transaction } from '@holdfast/engine/sqlite/transaction.ts';
import { openDatabase } from './database.ts';
import { KeysError, keysErrorOf } from './keys-error.ts';

/** Keys in the file, revoked ones included. */
export const KEYS_MAX = 10_000;
/** Longest secret that can be a key, in characters. */
const SECRET_CHARS_MAX = 128;
/** Tenant of a key that names none. */
const TENANT_DEFAULT = 'default';

const SECRET_BYTES = 32;
const ID_BYTES = 12;
const PREFIX = { service: 'hfk_', operator: 'hfo_' } as const;

// Letters, marks, numbers, punctuation, symbols and the plain space: no control characters, no
// invisible or direction-changing ones, because names are printed on terminals.
const NAME_PATTERN = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,64}$/u;
const TENANT_PATTERN = /^[a-z0-9-]{1,32}$/;
const FIXED_SECRET_PATTERN = /^[!-~][ -~]{6,126}[!-~]$/;

declare const brand: unique symbol;
/** Names a key in lists and when revoking; no secret. */
export type KeyId = string & { readonly [brand]: 'KeyId' };

export type KeyKind = 'service' | 'operator';

/** What is known about a key, without its secret. */
export type Key = Readonly<{
  id: KeyId;
  kind: KeyKind;
  name: string;
  /** Name space of the subjects that the key may act for. */
  tenant: string;
  source:
    | Readonly<{ kind: 'stored'; createdAtMs: number; revokedAtMs: number | undefined }>
    | Readonly<{ kind: 'environment' }>;
}>;

export type NewKey = Readonly<{ kind: KeyKind; name: string; tenant?: string }>;

/** A key that the environment sets; it lives as long as the process. */
export type FixedKey = Readonly<{ kind: KeyKind; secret: string; name: string }>;

export type CreateResult = Readonly<
  | { kind: 'created'; key: Key; secret: string }
  | { kind: 'name-invalid' }
  | { kind: 'tenant-invalid' }
  | { kind: 'too-many-keys'; keysMax: number }
>;

export type RevokeResult = Readonly<
  | { kind: 'revoked'; key: Key }
  | { kind: 'already-revoked'; key: Key }
  | { kind: 'unknown' }
  | { kind: 'set-by-environment'; key: Key }
>;

export type FindResult = Readonly<
  { kind: 'known'; key: Key } | { kind: 'unknown' } | { kind: 'revoked' }
>;

/**
 * The key store. Every call is synchronous and throws `KeysError` when the file fails; a call that
 * threw has changed nothing. Several processes may have the same file open.
 */
export type Keys = Readonly<{
  /** Makes a key. Durable on return. The secret is in this answer and nowhere else. */
  create(request: NewKey): CreateResult;
  /** Every key, oldest first, revoked ones included; those of the environment come first. */
  list(): readonly Key[];
  /** Revokes a key for good. Durable on return, and effective in every process from then on. */
  revoke(id: string): RevokeResult;
  /** Whose secret this is. Some microseconds; reads the file only after another process wrote. */
  find(secret: string): FindResult;
  /** Closes the file; may be repeated. Any other call after it throws. */
  close(): void;
}>;

export type OpenKeys = Readonly<{
  /** Path of `keys.db`; its folder must exist. */
  file: string;
  /** Milliseconds since 1970, for the times of making and revoking. */
  nowMs: () => number;
  /** Unpredictable bytes, as from `crypto.randomBytes`. */
  randomBytes: (bytes: number) => Uint8Array;
  fixed?: readonly FixedKey[];
  limits?: Readonly<{ keysMax?: number }>;
}>;

type KeysBySecretHash = ReadonlyMap<string, Key>;

/**
 * Opens the key store and makes the file where there is none. Throws `KeysError` when the file
 * cannot be used safely or a key of the environment cannot be used at all.
 */
export function openKeys(options: OpenKeys): Keys {
  const { nowMs, randomBytes } = options;
  const keysMax = options.limits?.keysMax ?? KEYS_MAX;
  const fixed = fixedKeys(options.fixed ?? []);
  const db = openDatabase(options.file);
  const stored = storedKeys(db);

  return {
    create: guarded((request: NewKey): CreateResult => {
      const name = request.name.trim();
      const tenant = request.tenant ?? TENANT_DEFAULT;
      if (!NAME_PATTERN.test(name)) return { kind: 'name-invalid' };
      if (!TENANT_PATTERN.test(tenant)) return { kind: 'tenant-invalid' };
      const createdAtMs = nowMs();
      const key: Key = {
        id: keyId(`key_${base64url(randomBytes(ID_BYTES))}`),
        kind: request.kind,
        name,
        tenant,
        source: { kind: 'stored', createdAtMs, revokedAtMs: undefined },
      };
      const secret = PREFIX[request.kind] + base64url(randomBytes(SECRET_BYTES));
      const added = stored.add(key, secretHashOf(secret), createdAtMs, keysMax);
      if (!added) return { kind: 'too-many-keys', keysMax };
      return { kind: 'created', key, secret };
    }),

    list: guarded(() => [...fixed.values(), ...stored.current().values()]),

    revoke: guarded((id: string): RevokeResult => {
      for (const key of fixed.values()) {
        if (key.id === id) return { kind: 'set-by-environment', key };
      }
      const changed = stored.revoke(id, nowMs());
      for (const key of stored.current().values()) {
        if (key.id === id) return { kind: changed ? 'revoked' : 'already-revoked', key };
      }
      return { kind: 'unknown' };
    }),

    find: guarded((secret: string): FindResult => {
      if (secret.length > SECRET_CHARS_MAX) return { kind: 'unknown' };
      const secretHash = secretHashOf(secret);
      const key = stored.current().get(secretHash) ?? fixed.get(secretHash);
      if (key === undefined) return { kind: 'unknown' };
      return isRevoked(key) ? { kind: 'revoked' } : { kind: 'known', key };
    }),

    close: () => {
      if (db.isOpen) db.close();
    },
  };
}

function fixedKeys(fixed: readonly FixedKey[]): KeysBySecretHash {
  const keys = new Map<string, Key>();
  const kinds = new Set<KeyKind>();
  for (const { kind, secret, name } of fixed) {
    if (!FIXED_SECRET_PATTERN.test(secret)) throw new KeysError('keys-fixed-invalid');
    const secretHash = secretHashOf(secret);
    if (keys.has(secretHash) || kinds.has(kind)) throw new KeysError('keys-fixed-repeated');
    kinds.add(kind);
    keys.set(secretHash, {
      id: keyId(`env_${kind}`),
      kind,
      name,
      tenant: TENANT_DEFAULT,
      source: { kind: 'environment' },
    });
  }
  return keys;
}

/** The keys of the file, held in memory and read again when anybody has changed them. */
function storedKeys(db: DatabaseSync) {
  const statements = prepareStatements(db);
  let keys: KeysBySecretHash = new Map();
  let readAtVersion: SQLOutputValue | undefined;

  return {
    current(): KeysBySecretHash {
      // The version is asked first: a commit between the two makes the next call read again, while
      // the other order could keep old rows under the new version.
      const version = statements.dataVersion.get()?.['data_version'];
      if (version !== readAtVersion) {
        const rows = statements.all.all();
        keys = new Map(rows.map((row) => [text(row, 'secret_hash'), keyOfRow(row)]));
        readAtVersion = version;
      }
      return keys;
    },

    /** Stores a key; false when the store is full of keys that are not revoked. */
    add(key: Key, secretHash: string, createdAtMs: number, keysMax: number): boolean {
      const added = transaction(db, () => {
        const held = statements.count.get()?.['held'];
        const isFull = typeof held !== 'number' || held >= keysMax;
        if (isFull && statements.dropOldestRevoked.run().changes === 0) return false;
        const { id, kind, name, tenant } = key;
        statements.insert.run(id, kind, name, tenant, secretHash, createdAtMs);
        return true;
      });
      // A commit of this connection does not move its own data_version.
      readAtVersion = undefined;
      return added;
    },

    /** Revokes a key; false when it is not known or was revoked before. */
    revoke(id: string, revokedAtMs: number): boolean {
      const { changes } = statements.revoke.run(revokedAtMs, id);
      readAtVersion = undefined;
      return changes > 0;
    },
  };
}

function prepareStatements(db: DatabaseSync) {
  return {
    dataVersion: db.prepare('PRAGMA data_version'),
    all: db.prepare('SELECT * FROM keys ORDER BY n'),
    count: db.prepare('SELECT count(*) AS held FROM keys'),
    dropOldestRevoked: db.prepare(
      `DELETE FROM keys WHERE n = (
         SELECT n FROM keys WHERE revoked_at_ms IS NOT NULL ORDER BY revoked_at_ms, n LIMIT 1)`,
    ),
    insert: db.prepare(
      `INSERT INTO keys (id, kind, name, tenant, secret_hash, created_at_ms)
       VALUES (?, ?, ?, ?, ?, ?)`,
    ),
    revoke: db.prepare('UPDATE keys SET revoked_at_ms = ? WHERE id = ? AND revoked_at_ms IS NULL'),
  };
}

type Row = Record<string, SQLOutputValue>;

function keyOfRow(row: Row): Key {
  const kind = text(row, 'kind');
  if (kind !== 'service' && kind !== 'operator') throw new KeysError('keys-corrupt');
  const createdAtMs = row['created_at_ms'];
  const revokedAtMs = row['revoked_at_ms'] ?? undefined;
  if (typeof createdAtMs !== 'number') throw new KeysError('keys-corrupt');
  if (revokedAtMs !== undefined && typeof revokedAtMs !== 'number') {
    throw new KeysError('keys-corrupt');
  }
  return {
    id: keyId(text(row, 'id')),
    kind,
    name: text(row, 'name'),
    tenant: text(row, 'tenant'),
    source: { kind: 'stored', createdAtMs, revokedAtMs },
  };
}

function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new KeysError('keys-corrupt');
  return value;
}

/** Turns what SQLite throws into `KeysError`, at the one door through which all calls go. */
function guarded<Args extends readonly unknown[], Result>(
  call: (...args: Args) => Result,
): (...args: Args) => Result {
  return (...args) => {
    try {
      return call(...args);
    } catch (cause) {
      throw keysErrorOf(cause);
    }
  };
}

function isRevoked({ source }: Key): boolean {
  return source.kind === 'stored' && source.revokedAtMs !== undefined;
}

// The one place where a string becomes a key id: it was made here or read from our file.
function keyId(id: string): KeyId {
  return id as KeyId;
}

function secretHashOf(secret: string): string {
  return hash('sha256', secret, 'base64url');
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
