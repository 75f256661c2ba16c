import process from 'node:process';
import { afterAll, describe, expect, test } from 'vitest';
import { PARTY_STATES } from '../party-machine.ts';
import { BUGS, rulesWith } from './bugs.ts';
import { config, EVERY_COMMIT } from './configs.ts';
import { explore } from './explore.ts';
import { REAL_RULES } from './rules.ts';

const MINUTES_MS = 300_000;

describe('H9-H21, H24-H26, H28: in every world that can be reached the invariants hold', () => {
  const kinds = new Set<string>();
  const acts = new Set<string>();
  let worlds = 0;

  test.each(EVERY_COMMIT)('$name', { timeout: MINUTES_MS }, (one) => {
    const explored = explore(one, REAL_RULES);
    expect(explored.broken).toBeUndefined();
    for (const kind of explored.kinds) kinds.add(kind);
    for (const act of explored.acts) acts.add(act);
    worlds += explored.worlds;
    process.stdout.write(
      `explored ${one.name}: ${explored.worlds} worlds, ${explored.moves} moves, ` +
        `${explored.depth} deep\n`,
    );
  });

  test('together they pass through every state and every planned act', () => {
    const missed = PARTY_STATES.filter((kind) => !kinds.has(kind));
    expect(missed).toEqual([]);
    expect([...acts].sort()).toEqual(['cede', 'found', 'join', 'leave', 'promote']);
  });

  afterAll(() => {
    process.stdout.write(`explored in all: ${worlds} worlds\n`);
  });
});

describe('each mistake breaks the invariant that it should', () => {
  test.each(BUGS)('$breaks: $name', { timeout: MINUTES_MS }, (bug) => {
    const { broken } = explore(config(bug.name, bug.config), rulesWith(bug));
    expect(broken?.invariant).toBe(bug.breaks);
    // A way of no moves would mean that the world began broken.
    expect(broken?.way.length).toBeGreaterThan(0);
  });

  test.each(BUGS)('without it the same worlds are sound: $name', { timeout: MINUTES_MS }, (bug) => {
    expect(explore(config(bug.name, bug.config), REAL_RULES).broken).toBeUndefined();
  });
});
