// The border of a cell: the one module through which records leave it (promise P6).
//
// A record leaves only when its type is on the closed list and it has exactly the form given
// there; anything else is a defect, stops here, and is thrown. What left is noted in a book.

import { fits } from '@holdfast/protocol/shape.ts';
import { RECORDS } from './records.ts';
import type { BorderRecord, RecordType } from './records.ts';
import type { BorderDay, BorderTotal, CallReply } from '../cell/cell-client.ts';
import { memoryBook } from './border-book.ts';
import type { BorderBook, CrossedByType } from './border-book.ts';

/** A record was stopped: its type or form is not on the list. Says which type, not what it held. */
export class BorderError extends Error {
  readonly code = 'border';
}

export type Border = Readonly<{
  /** Lets a record out. Throws `BorderError` for what is not on the list. */
  pass: (record: BorderRecord) => void;
  /** What has left, for every type, those with none too; at least, as the book may lack a second. */
  totals: () => readonly BorderTotal[];
  /** The same by day, newest first, without types of which nothing left. */
  days: () => readonly BorderDay[];
  /** Since when it is counted. */
  sinceMs: number;
}>;

const RECORD_TYPES = Object.keys(RECORDS) as RecordType[];
/** A number in a column takes this many bytes. */
const COLUMN_BYTES = 8;
/** Days that an answer lists; the book has all. */
const DAYS_MAX = 31;

/** `send` is the only way out that the cell has; it belongs to the border alone. */
export function openBorder(
  send: (record: BorderRecord) => void,
  book: BorderBook = memoryBook(() => 0),
): Border {
  return {
    pass: (record) => {
      const crossing = measure(record);
      send(record);
      for (const { type, records, bytes } of crossing) book.note(type, records, bytes);
    },
    totals: () => totalsOf(RECORD_TYPES, book.totals()),
    days: () =>
      book.days(DAYS_MAX).map(({ day, types }) => {
        const crossed = RECORD_TYPES.filter((type) => types.has(type));
        return { day, types: totalsOf(crossed, types) };
      }),
    sinceMs: book.sinceMs,
  };
}

function totalsOf(types: readonly RecordType[], of: CrossedByType): readonly BorderTotal[] {
  return types.map((type) => {
    const { records, bytes } = of.get(type) ?? { records: 0, bytes: 0 };
    return { type, destination: RECORDS[type].destination, records, bytes };
  });
}

type Crossing = Readonly<{ type: RecordType; records: number; bytes: number }>;

/** Checks a record's form and says how much it is, and of what. */
function measure(record: BorderRecord): readonly Crossing[] {
  // Everything beside the type, so that nothing can ride along beside what is looked at.
  const { type, ...fields } = record;
  const rule = Object.hasOwn(RECORDS, type) ? RECORDS[type] : undefined;
  if (rule === undefined || !fits(rule.shape, fields)) {
    throw new BorderError(`a record of type ${type} had a form that may not leave`);
  }
  if (record.type === 'acks') return [{ type, records: 1, bytes: record.bytes.length }];
  if (record.type === 'subtotals') {
    const { videos } = record.publication;
    const names = videos.reduce((chars, video) => chars + video.length, 0);
    return [{ type, records: videos.length, bytes: names + 2 * COLUMN_BYTES * videos.length }];
  }
  if (record.type === 'watermark') {
    return [{ type, records: 1, bytes: JSON.stringify(record.publication).length }];
  }
  if (record.type === 'notice') return [{ type, records: 1, bytes: record.message.length }];
  const bytes = Buffer.byteLength(JSON.stringify(record.answer));
  if (record.type !== 'published') return [{ type, records: 1, bytes }];
  return [{ type, records: 1, bytes }, ...publicIn(record.answer)];
}

/** The public records in an answer of `published`, which was just checked. */
function publicIn(answer: unknown): readonly Crossing[] {
  const reply = answer as CallReply<'published'>;
  if (reply.kind !== 'published') return [];
  return reply.rows.flatMap(({ record }) =>
    record === null
      ? []
      : { type: record.type, records: 1, bytes: Buffer.byteLength(JSON.stringify(record)) },
  );
}
