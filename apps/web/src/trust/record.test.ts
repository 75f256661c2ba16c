import { describe, expect, test } from 'vitest';
import { readBooks, readCells, readTrust } from './record.ts';

const TRUST = {
  jurisdiction: 'us',
  operator: 'north',
  site: 'main',
  publicKey: 'key',
  epoch: 3,
  since: '2026-11-22T14:00:00Z',
  act: 'cede',
  entry: { n: 5, hash: 'abc' },
};

describe('the record of a country', () => {
  test('PG8: what is not there is not known, and never 0', () => {
    expect(readTrust(TRUST)).toMatchObject({
      registrarKey: null,
      dataAt: null,
      standby: null,
      border: { since: null, asOf: null, types: [] },
      handovers: [],
    });
  });

  test.each([[null], [-1], [1.5], ['7'], [undefined]])(
    'PG8: %s for a number of records is not known',
    (records) => {
      const border = { types: [{ type: 'subtotals', records, bytes: 0 }] };
      expect(readTrust({ ...TRUST, border })?.border.types).toEqual([
        { type: 'subtotals', destination: null, records: null, bytes: 0 },
      ]);
    },
  );

  test.each([[undefined], ['https://elsewhere.example/x'], ['//elsewhere.example'], [7]])(
    'PG7: %s is no address of a certificate',
    (certificate) => {
      const handover = { id: 'a', from: 'north', to: 'south', decidedAt: TRUST.since };
      const read = readTrust({ ...TRUST, handovers: [{ ...handover, certificate }] });
      expect(read?.handovers).toMatchObject([{ from: 'north', certificate: null }]);
    },
  );

  test.each([[null], ['text'], [{}], [{ ...TRUST, epoch: '3' }], [{ ...TRUST, entry: null }]])(
    'PG8: %j is no record',
    (value) => {
      expect(readTrust(value)).toBeUndefined();
    },
  );

  test('a field that this page does not know does no harm', () => {
    expect(readTrust({ ...TRUST, later: 1 })?.operator).toBe('north');
  });
});

test('PG8: an answer that is no list of countries is none', () => {
  expect(readCells({ cells: 'none' })).toBeUndefined();
  expect(readCells({ cells: [{ jurisdiction: 'us' }] })).toEqual([]);
});

test('PG8: books without a sum are no books', () => {
  expect(readBooks({ classes: { counted: 1 }, balanced: true })).toBeUndefined();
  expect(readBooks({ ops: 2, classes: { counted: 1, held: null }, balanced: true })).toEqual({
    ops: 2,
    classes: [{ name: 'counted', ops: 1 }],
    balanced: true,
  });
});
