import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NameCache } from './names.ts';
import { RowTable } from './row-table.ts';

const key = fc.nat(12);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('change' as const), key }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('look' as const), key }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('flush' as const), key }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('stored' as const), key }) },
);

test('C6: with the store behind it, a table always gives the newest row', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const table = new RowTable<number, number>(() => new Map());
      const newest = new Map<number, number>();
      const store = new Map<number, number>();
      let flushing: readonly (readonly [number, number])[] | undefined;
      steps.forEach((one, version) => {
        if (one.kind === 'change') {
          table.change(one.key, version);
          newest.set(one.key, version);
        } else if (one.kind === 'look') {
          const held = table.get(one.key);
          const stored = store.get(one.key);
          if (held === undefined && stored !== undefined) table.keep(one.key, stored);
          expect(held ?? stored).toBe(newest.get(one.key));
        } else if (one.kind === 'flush' && flushing === undefined) {
          flushing = [...table.beginFlush()];
        } else if (one.kind === 'stored' && flushing !== undefined) {
          for (const [stored, row] of flushing) store.set(stored, row);
          flushing = undefined;
          table.endFlush();
        }
        // What the store lacks is exactly what makes the difference to the newest.
        const merged = new Map([...store, ...table.unstored(() => true)]);
        expect(merged).toEqual(new Map([...merged].map(([row]) => [row, newest.get(row)])));
        expect(merged.size).toBe(newest.size);
      });
    }),
    { numRuns: 500 },
  );
});

test('a name leads to the number that was last given with it, or nowhere', () => {
  const use = fc.record({ name: fc.nat(9).map(String), isSet: fc.boolean() });
  fc.assert(
    fc.property(fc.array(use, { maxLength: 60 }), (uses) => {
      const names = new NameCache<string, number>(3);
      const given = new Map<string, number>();
      uses.forEach(({ name, isSet }, no) => {
        if (isSet) {
          names.set(name, no);
          given.set(name, no);
        }
        expect([undefined, given.get(name)]).toContain(names.get(name));
        if (isSet) expect(names.get(name)).toBe(no);
      });
      names.clear();
      for (const name of given.keys()) expect(names.get(name)).toBeUndefined();
    }),
  );
});
