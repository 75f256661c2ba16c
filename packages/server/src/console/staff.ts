// The people who may use the console, and how they come and go. Pure.
//
// Rules: docs/spec/console.md (CO1 to CO8).

import type { StaffRole } from '@holdfast/protocol/console.ts';

/** A code for a browser is good for so long. */
export const CODE_MS_MAX: number = 15 * 60_000;
/** People who were ever added; names are not used twice. */
export const STAFF_MAX = 100;
/** Browsers of one person. */
export const KEYS_MAX = 8;

export type StaffKey = Readonly<{ keyId: string; publicKey: string; enrolledAtMs: number }>;

export type Person = Readonly<{
  name: string;
  role: StaffRole;
  addedAtMs: number;
  revokedAtMs: number | null;
  /** SHA-256 of the code that the next browser shows; gone with its use. */
  code: Readonly<{ hash: string; expiresAtMs: number }> | null;
  keys: readonly StaffKey[];
}>;

export type Staff = readonly Person[];

/** A change of the staff, or why there is none. */
export type Change = Readonly<
  { kind: 'changed'; staff: Staff; person: Person } | { kind: 'refused'; code: ChangeRefusal }
>;
export type ChangeRefusal =
  | 'revoked'
  | 'other-role'
  | 'too-many'
  | 'unknown'
  | 'code-wrong'
  | 'code-expired'
  | 'key-known'
  | 'too-many-keys';

const refused = (code: ChangeRefusal): Change => ({ kind: 'refused', code });

/** Whether somebody was added and not revoked; then the console is on. */
export function hasStaff(staff: Staff): boolean {
  return staff.some(({ revokedAtMs }) => revokedAtMs === null);
}

/** The person by a name, unless revoked. */
export function activePerson(staff: Staff, name: string): Person | undefined {
  return staff.find((person) => person.name === name && person.revokedAtMs === null);
}

/** The key of a person who is not revoked. */
export function activeKey(staff: Staff, name: string, keyId: string): StaffKey | undefined {
  return activePerson(staff, name)?.keys.find((key) => key.keyId === keyId);
}

/**
 * Adds a person, or gives one who is there a code for another browser; the new code takes the place
 * of an unused one. A role that is not named stays, and is `operator` for somebody new.
 */
export function withCode(
  staff: Staff,
  asked: Readonly<{ name: string; role: StaffRole | undefined; codeHash: string; nowMs: number }>,
): Change {
  const { name, role, codeHash, nowMs } = asked;
  const code = { hash: codeHash, expiresAtMs: nowMs + CODE_MS_MAX };
  const known = staff.find((person) => person.name === name);
  if (known !== undefined) {
    if (known.revokedAtMs !== null) return refused('revoked');
    if (role !== undefined && role !== known.role) return refused('other-role');
    if (known.keys.length >= KEYS_MAX) return refused('too-many-keys');
    return changed(staff, { ...known, code });
  }
  if (staff.length >= STAFF_MAX) return refused('too-many');
  const added = { name, role: role ?? 'operator', addedAtMs: nowMs, revokedAtMs: null } as const;
  return changed(staff, { ...added, code, keys: [] });
}

/** Takes a person's access away for good; whoever is revoked already stays so. */
export function withoutPerson(staff: Staff, name: string, nowMs: number): Change {
  const known = staff.find((person) => person.name === name);
  if (known === undefined) return refused('unknown');
  const revokedAtMs = known.revokedAtMs ?? nowMs;
  return changed(staff, { ...known, revokedAtMs, code: null });
}

/** CO4: takes a code once and keeps the browser's key in its place. */
export function withKey(
  staff: Staff,
  asked: Readonly<{ name: string; codeHash: string; key: StaffKey; nowMs: number }>,
): Change {
  const { name, codeHash, key, nowMs } = asked;
  const known = activePerson(staff, name);
  if (known === undefined || known.code?.hash !== codeHash) return refused('code-wrong');
  if (nowMs >= known.code.expiresAtMs) return refused('code-expired');
  // One key for two persons would let one of them approve for both.
  const isKnown = staff.some(({ keys }) => keys.some(({ keyId }) => keyId === key.keyId));
  if (isKnown) return refused('key-known');
  if (known.keys.length >= KEYS_MAX) return refused('too-many-keys');
  return changed(staff, { ...known, code: null, keys: [...known.keys, key] });
}

function changed(staff: Staff, person: Person): Change {
  const isNew = !staff.some(({ name }) => name === person.name);
  const others = staff.map((one) => (one.name === person.name ? person : one));
  return { kind: 'changed', person, staff: isNew ? [...staff, person] : others };
}
