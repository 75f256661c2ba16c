// The border of a cell: the one module through which records leave it (promise P6).
//
// A record leaves only when its type is on the closed list and it has exactly the form given
// there; anything else is a defect, stops here, and is thrown. What left is added up by type.

import { fits } from './shape.ts';
import { RECORDS } from './records.ts';
import type { BorderRecord, RecordType } from './records.ts';
import type { BorderTotal } from '../cell/cell-client.ts';

/** A record was stopped: its type or form is not on the list. Says which type, not what it held. */
export class BorderError extends Error {
  readonly code = 'border';
}

export type Border = Readonly<{
  /** Lets a record out. Throws `BorderError` for what is not on the list. */
  pass: (record: BorderRecord) => void;
  /** What has left since the cell was opened, for every type, those with none too. */
  totals: () => readonly BorderTotal[];
}>;

const RECORD_TYPES = Object.keys(RECORDS) as RecordType[];
/** A number in a column takes this many bytes. */
const COLUMN_BYTES = 8;

/** `send` is the only way out that the cell has; it belongs to the border alone. */
export function openBorder(send: (record: BorderRecord) => void): Border {
  const totals = new Map(RECORD_TYPES.map((type) => [type, { records: 0, bytes: 0 }]));
  return {
    pass: (record) => {
      const { records, bytes } = measure(record);
      const total = totals.get(record.type);
      if (total === undefined) throw new BorderError(`no record of type ${record.type} may leave`);
      send(record);
      total.records += records;
      total.bytes += bytes;
    },
    totals: () =>
      RECORD_TYPES.map((type) => ({
        type,
        destination: RECORDS[type].destination,
        records: totals.get(type)?.records ?? 0,
        bytes: totals.get(type)?.bytes ?? 0,
      })),
  };
}

/** Checks a record's form and says how much it is. */
function measure(record: BorderRecord): { records: number; bytes: number } {
  // Everything beside the type, so that nothing can ride along beside what is looked at.
  const { type, ...fields } = record;
  const rule = Object.hasOwn(RECORDS, type) ? RECORDS[type] : undefined;
  if (rule === undefined || !fits(rule.shape, fields)) {
    throw new BorderError(`a record of type ${type} had a form that may not leave`);
  }
  if (record.type === 'acks') return { records: 1, bytes: record.bytes.length };
  if (record.type === 'subtotals') {
    const { videos } = record.publication;
    const names = videos.reduce((chars, video) => chars + video.length, 0);
    return { records: videos.length, bytes: names + 2 * COLUMN_BYTES * videos.length };
  }
  if (record.type === 'watermark') {
    return { records: 1, bytes: JSON.stringify(record.publication).length };
  }
  if (record.type === 'notice') return { records: 1, bytes: record.message.length };
  return { records: 1, bytes: Buffer.byteLength(JSON.stringify(record.answer)) };
}
