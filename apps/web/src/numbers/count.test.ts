import fc from 'fast-check';
import type { ReactNode } from 'react';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { countOf, exactValue, parseCount, READING } from './count.ts';
import type { Count, KnownCount } from './count.ts';

const AS_OF = '2026-11-22T14:02:11.120Z';

describe('a count of the API', () => {
  test('is known with its age and state', () => {
    const count = parseCount({ value: 12, state: 'stale', asOf: AS_OF });
    expect(count).toMatchObject({ state: 'stale', asOf: AS_OF });
    expect(exactValue(count as KnownCount)).toBe(12);
  });

  test.each([
    [undefined],
    [null],
    [0],
    ['12'],
    [{}],
    [{ value: 12, asOf: AS_OF }],
    [{ value: 12, state: 'live' }],
    [{ value: 12, state: 'live', asOf: 'yesterday' }],
    [{ value: 12, state: 'fresh', asOf: AS_OF }],
    [{ value: -1, state: 'live', asOf: AS_OF }],
    [{ value: 1.5, state: 'live', asOf: AS_OF }],
    [{ value: '12', state: 'live', asOf: AS_OF }],
    [{ value: null, state: 'unknown', asOf: null }],
    [{ value: 12, state: 'unknown', asOf: AS_OF }],
  ])('NU6: %j in its place is unknown', (value) => {
    expect(parseCount(value)).toEqual({ state: 'unknown', reason: 'cell-unknown' });
  });

  test('NU6: nothing at all that an answer may hold becomes a number it does not say', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const count = parseCount(value);
        expect(count.state === 'unknown' || exactValue(count) >= 0).toBe(true);
      }),
    );
  });
});

describe('NU1: an unknown count', () => {
  test('cannot be drawn, added or replaced: it has no value that others can reach', () => {
    expectTypeOf<Count>().not.toExtend<ReactNode>();
    expectTypeOf<Count>().not.toExtend<number>();
    expectTypeOf<0>().not.toExtend<Count>();
    const count: Count = READING;
    // @ts-expect-error there is no such member.
    expect(count.value).toBeUndefined();
    // @ts-expect-error nothing can be made of a number outside this folder.
    const faked: Count = { state: 'live', asOf: AS_OF, value: 0 };
    expect(() => exactValue(faked as KnownCount)).toThrow(TypeError);
  });

  test('says why it is unknown', () => {
    const none = { value: null, state: 'unknown', asOf: null } as const;
    expect(countOf(none, 'no-answer')).toEqual({ state: 'unknown', reason: 'no-answer' });
  });
});
