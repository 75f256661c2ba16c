// What every journal must do; run on each of them by `journal.test.ts`.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Seq } from '@holdfast/protocol/ids.ts';
import { bodyOf, recordAfter, recordsOf } from '../testing/records.ts';
import { CHAIN_START } from '../counting/rows.ts';
import { BODY_BYTES_MAX, JournalError } from './journal.ts';
import type { Journal, JournalRecord } from './journal.ts';

/** A journal that is empty, and how to open it again; absent where nothing outlives it. */
export type OpenedJournal = Readonly<{
  journal: Journal;
  reopen: (() => Promise<Journal>) | undefined;
}>;

type Open = () => Promise<OpenedJournal>;

const ALL_BYTES = 2 ** 31;

async function filled(journal: Journal, sizes: readonly number[]): Promise<JournalRecord[]> {
  const records = recordsOf(sizes);
  for (const record of records) await journal.append(record);
  return records;
}

/** Everything that a journal says of itself, in a form that compares. */
async function contents(journal: Journal, bytesMax = ALL_BYTES): Promise<unknown> {
  const base = await journal.base();
  const records: unknown[] = [];
  let seq = base.seq;
  for (;;) {
    const part = await journal.read(seq, bytesMax);
    if (part.length === 0) break;
    records.push(...part.map(plain));
    seq = part.at(-1)?.seq ?? seq;
  }
  return {
    base: { seq: base.seq, hash: hex(base.hash) },
    head: headOf(await journal.head()),
    records,
  };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function headOf(head: Omit<JournalRecord, 'body'> | undefined): unknown {
  if (head === undefined) return undefined;
  const { epoch, seq, atMs, hash } = head;
  return { epoch, seq, atMs, hash: hex(hash) };
}

function plain(record: JournalRecord): unknown {
  return { head: headOf(record), body: hex(record.body) };
}

/** What `contents` gives for these records behind this base. */
function expected(records: readonly JournalRecord[], trimmedTo?: JournalRecord): unknown {
  return {
    base: { seq: trimmedTo?.seq ?? 0, hash: hex(trimmedTo?.hash ?? CHAIN_START) },
    head: headOf(records.at(-1)),
    records: records.map(plain),
  };
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'nothing failed',
    (error: unknown) => error,
  );
}

/** Everything that the port promises, for one implementation. `open` gives a new, empty journal. */
export function journalConformance(name: string, open: Open): void {
  const opened = async (): Promise<Journal> => (await open()).journal;
  writingAndReading(name, opened);
  refusals(name, opened);
  trimming(name, opened);
  tailsAndBases(name, opened);
  anyUse(name, open);
}

function writingAndReading(name: string, opened: () => Promise<Journal>): void {
  describe(`${name}: writing and reading`, () => {
    test('a new journal is empty and chained to the start', async () => {
      expect(await contents(await opened())).toEqual(expected([]));
    });

    test('C24: records come back as they were appended, in order', async () => {
      const journal = await opened();
      const records = await filled(journal, [3, 0, 70_000, 1]);
      expect(await contents(journal)).toEqual(expected(records));
    });

    test('what the caller does with its bytes afterwards changes nothing', async () => {
      const journal = await opened();
      const record = recordAfter(undefined, bodyOf(1, 100));
      const before = plain(record);
      await journal.append(record);
      record.body.fill(0);
      record.hash.fill(0);
      expect((await journal.read(0 as Seq, ALL_BYTES)).map(plain)).toEqual([before]);
    });

    test('a read gives as many records as fit, and at least one', async () => {
      const journal = await opened();
      await filled(journal, [100, 100, 100, 500, 10]);
      const seqs = async (after: number, bytesMax: number): Promise<number[]> =>
        (await journal.read(after as Seq, bytesMax)).map(({ seq }) => seq);
      expect(await seqs(0, 299)).toEqual([1, 2]);
      expect(await seqs(0, 300)).toEqual([1, 2, 3]);
      expect(await seqs(0, 1)).toEqual([1]);
      expect(await seqs(3, 1)).toEqual([4]);
      expect(await seqs(4, ALL_BYTES)).toEqual([5]);
      expect(await seqs(5, ALL_BYTES)).toEqual([]);
      expect(await seqs(99, ALL_BYTES)).toEqual([]);
    });
  });
}

function refusals(name: string, opened: () => Promise<Journal>): void {
  describe(`${name}: what is refused`, () => {
    test('C24: only the record after the head is taken, and a refusal leaves no trace', async () => {
      const journal = await opened();
      const records = await filled(journal, [10, 10]);
      const wrong = [0, 1, 2, 4, 5].map((seq) => ({
        ...recordAfter(records[1], bodyOf(3, 5)),
        seq: seq as Seq,
      }));
      for (const record of wrong) {
        const error = await failure(journal.append(record));
        expect(error).toBeInstanceOf(JournalError);
        expect(error).toMatchObject({ code: 'out-of-order', isRetryable: false });
      }
      expect(await contents(journal)).toEqual(expected(records));
    });

    test('an empty journal begins with record 1', async () => {
      const journal = await opened();
      const second = { ...recordAfter(undefined, bodyOf(2, 5)), seq: 2 as Seq };
      expect(await failure(journal.append(second))).toMatchObject({ code: 'out-of-order' });
      expect(await contents(journal)).toEqual(expected([]));
    });

    test('a body beyond the limit is refused for good, one at the limit is kept', async () => {
      const journal = await opened();
      const tooLarge = recordAfter(undefined, new Uint8Array(BODY_BYTES_MAX + 1));
      const error = await failure(journal.append(tooLarge));
      expect(error).toBeInstanceOf(JournalError);
      expect(error).toMatchObject({ code: 'too-large', isRetryable: false });
      expect(await journal.head()).toBeUndefined();
      await journal.append(recordAfter(undefined, new Uint8Array(BODY_BYTES_MAX).fill(7)));
      const [record] = await journal.read(0 as Seq, 1);
      expect(record?.body.length).toBe(BODY_BYTES_MAX);
      expect(record?.body.every((byte) => byte === 7)).toBe(true);
    });
  });
}

function trimming(name: string, opened: () => Promise<Journal>): void {
  describe(`${name}: trimming`, () => {
    test('forgets up to a record, and that record becomes the base', async () => {
      const journal = await opened();
      const records = await filled(journal, [5, 5, 5, 5]);
      await journal.trim(2 as Seq);
      expect(await contents(journal)).toEqual(expected(records.slice(2), records[1]));
      expect((await journal.read(0 as Seq, ALL_BYTES)).map(({ seq }) => seq)).toEqual([3, 4]);
    });

    test.each([4, 5, 1_000])(
      'never forgets the newest, also when asked for %i',
      async (through) => {
        const journal = await opened();
        const records = await filled(journal, [5, 5, 5, 5]);
        await journal.trim(through as Seq);
        expect(await contents(journal)).toEqual(expected(records.slice(3), records[2]));
      },
    );

    test('of nothing, or a second time, changes nothing', async () => {
      const journal = await opened();
      await journal.trim(3 as Seq);
      expect(await contents(journal)).toEqual(expected([]));
      const records = await filled(journal, [5, 5, 5, 5]);
      await journal.trim(0 as Seq);
      expect(await contents(journal)).toEqual(expected(records));
      await journal.trim(2 as Seq);
      await journal.trim(2 as Seq);
      await journal.trim(1 as Seq);
      expect(await contents(journal)).toEqual(expected(records.slice(2), records[1]));
    });

    test('leaves the order as it is: the next record follows the head', async () => {
      const journal = await opened();
      const records = await filled(journal, [5, 5]);
      await journal.trim(2 as Seq);
      const again = recordAfter(records[0], bodyOf(9, 9));
      expect(await failure(journal.append(again))).toMatchObject({ code: 'out-of-order' });
      const next = recordAfter(records[1], bodyOf(3, 5));
      await journal.append(next);
      const kept = [records[1], next].filter((record) => record !== undefined);
      expect(await contents(journal)).toEqual(expected(kept, records[0]));
    });
  });
}

function tailsAndBases(name: string, opened: () => Promise<Journal>): void {
  describe(`${name}: a tail taken off, a base given`, () => {
    test('forgets everything after a record, and the next record follows that one', async () => {
      const journal = await opened();
      const records = await filled(journal, [5, 5, 5, 5]);
      await journal.truncate(2 as Seq);
      expect(await contents(journal)).toEqual(expected(records.slice(0, 2)));
      const next = recordAfter(records[1], bodyOf(9, 9));
      await journal.append(next);
      expect(await contents(journal)).toEqual(expected([...records.slice(0, 2), next]));
    });

    test('of nothing changes nothing, and what was trimmed is not cut into', async () => {
      const journal = await opened();
      const records = await filled(journal, [5, 5, 5]);
      await journal.truncate(3 as Seq);
      await journal.truncate(99 as Seq);
      await journal.trim(2 as Seq);
      expect(await failure(journal.truncate(1 as Seq))).toMatchObject({ code: 'out-of-order' });
      expect(await contents(journal)).toEqual(expected(records.slice(2), records[1]));
    });

    test('an empty journal begins after a base, any other refuses one', async () => {
      const journal = await opened();
      const [before, after] = recordsOf([5, 6]);
      if (before === undefined || after === undefined) throw new Error('two records were made');
      await journal.beginAfter({ seq: before.seq, hash: before.hash });
      expect(await journal.head()).toBeUndefined();
      await journal.append(after);
      expect(await contents(journal)).toEqual(expected([after], before));
      const again = journal.beginAfter({ seq: before.seq, hash: before.hash });
      expect(await failure(again)).toMatchObject({ code: 'out-of-order' });
    });
  });
}

function anyUse(name: string, open: Open): void {
  test(`${name}: however it is used, it is a list that grows at one end`, async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ append: fc.nat(300) }) },
      { weight: 1, arbitrary: fc.record({ trim: fc.nat(30) }) },
      { weight: 1, arbitrary: fc.record({ read: fc.integer({ min: 1, max: 900 }) }) },
      { weight: 1, arbitrary: fc.constant({ reopen: true }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { journal: first, reopen } = await open();
        let journal = first;
        const all: JournalRecord[] = [];
        let base = 0;
        const found: unknown[] = [];
        const wanted: unknown[] = [];
        for (const one of steps) {
          if ('append' in one) {
            const record = recordAfter(all.at(-1), bodyOf(all.length + 1, one.append));
            await journal.append(record);
            all.push(record);
          } else if ('trim' in one) {
            await journal.trim(one.trim as Seq);
            base = Math.max(base, Math.min(one.trim, all.length - 1));
          } else if ('read' in one) {
            found.push(await contents(journal, one.read));
            wanted.push(expected(all.slice(base), all[base - 1]));
          } else if (reopen !== undefined) {
            await journal.close();
            journal = await reopen();
          }
        }
        expect([...found, await contents(journal)]).toEqual([
          ...wanted,
          expected(all.slice(base), all[base - 1]),
        ]);
        await journal.close();
      }),
      { numRuns: 40 },
    );
  });
}
