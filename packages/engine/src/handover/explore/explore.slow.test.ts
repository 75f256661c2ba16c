import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { SLOW } from './configs.ts';
import { explore } from './explore.ts';
import { REAL_RULES } from './rules.ts';

const HOUR_MS = 3_600_000;

describe('H9-H21, H24-H26: the invariants hold with more faults, ops and commands', () => {
  test.each(SLOW)('$name', { timeout: HOUR_MS }, (one) => {
    const { broken, worlds, moves, depth } = explore(one, REAL_RULES);
    expect(broken).toBeUndefined();
    process.stdout.write(`explored ${one.name}: ${worlds} worlds, ${moves} moves, ${depth} deep\n`);
  });
});
