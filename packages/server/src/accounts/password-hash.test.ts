import { parseOptions } from '@node-rs/argon2';
import { describe, expect, test } from 'vitest';
import { ARGON2ID, SALT_BYTES } from './password-hash.ts';

const salt = new Uint8Array(SALT_BYTES).fill(7);

describe('stored passwords', () => {
  test('AC11: they are argon2id with 19 MiB, 2 passes, 1 lane and the salt that was given', async () => {
    const stored = await ARGON2ID.hash('violet-kettle', salt);
    const saltText = Buffer.from(salt).toString('base64').replaceAll('=', '');
    expect(stored.startsWith(`$argon2id$v=19$m=19456,t=2,p=1$${saltText}$`)).toBe(true);
    expect(parseOptions(stored)).toMatchObject({ saltLen: 16, outputLen: 32 });
  });

  test('AC11: only the same password matches', async () => {
    const stored = await ARGON2ID.hash('violet-kettle', salt);
    expect(await ARGON2ID.matches(stored, 'violet-kettle')).toBe(true);
    expect(await ARGON2ID.matches(stored, 'violet-kettlE')).toBe(false);
  });

  test('AC11: a NUL does not end a password', async () => {
    const stored = await ARGON2ID.hash('violet\u0000kettle', salt);
    expect(await ARGON2ID.matches(stored, 'violet\u0000cattle')).toBe(false);
  });

  test('AC12: this thread goes on while a hash is made and checked', async () => {
    let turns = 0;
    const countTurns = (): void => {
      turns += 1;
      turning = setImmediate(countTurns);
    };
    let turning = setImmediate(countTurns);
    const stored = await ARGON2ID.hash('violet-kettle', salt);
    const turnsWhileHashing = turns;
    await ARGON2ID.matches(stored, 'violet-kettle');
    clearImmediate(turning);
    expect(turnsWhileHashing).toBeGreaterThan(0);
    expect(turns).toBeGreaterThan(turnsWhileHashing);
  });
});
