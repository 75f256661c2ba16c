// Appends to a journal until it is killed. After each append that was acknowledged it says how
// large the WAL is, so that a test knows what any cut of the WAL may cost.

import { statSync } from 'node:fs';
import process from 'node:process';
import { bodyOf, recordAfter } from '../../testing/records.ts';
import { say } from '../../testing/say.ts';
import { openSqliteJournal } from './sqlite-journal.ts';

const [file = ''] = process.argv.slice(2);
const journal = openSqliteJournal({ file });
let head = await journal.head();
for (;;) {
  const seq: number = (head?.seq ?? 0) + 1;
  const record = recordAfter(head, bodyOf(seq, (seq * 977) % 6_000));
  await journal.append(record);
  head = record;
  say(`${seq} ${statSync(`${file}-wal`).size}`);
}
