import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { journalConformance } from './journal-conformance.ts';
import { openMemoryJournal } from './memory/memory-journal.ts';
import { openSqliteJournal } from './sqlite/sqlite-journal.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-journal-'));
let files = 0;

afterAll(() => rmSync(folder, { recursive: true }));

journalConformance('memory', async () => ({ journal: openMemoryJournal(), reopen: undefined }));

journalConformance('sqlite', async () => {
  files += 1;
  const file = join(folder, `${files}.db`);
  const journal = openSqliteJournal({ file });
  return { journal, reopen: async () => openSqliteJournal({ file }) };
});
