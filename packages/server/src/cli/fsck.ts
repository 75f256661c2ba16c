// `holdfast fsck`

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { readCharter } from '../registrar/open-charter.ts';
import { paintFor, writeJson } from './cli-io.ts';
import {
  DATA_FLAG,
  DATA_HELP,
  existingDataDir,
  JSON_FLAG,
  JSON_HELP,
  KEY_FILE_FLAG,
  KEY_FILE_HELP,
  keyFileOf,
  withDataLock,
} from './command-context.ts';
import type { CommandContext } from './command-context.ts';
import { dataLayout } from './data-layout.ts';
import { EXIT } from './exit-codes.ts';
import { grouped, showProgress } from './progress.ts';
import type { OnProgress } from './progress.ts';

export type Difference = Readonly<{
  cell: string;
  /** What was compared, such as `likes of v1`. */
  what: string;
  expected: string | number;
  found: string | number;
}>;

export type FsckReport = Readonly<{
  kind: 'clean' | 'differences';
  differences: readonly Difference[];
  /** How much was looked at, by name, such as `batches`. */
  checked: Readonly<Record<string, number>>;
}>;

/** Recounts a data folder that nothing else has open. Changes nothing in it. */
export type FsckData = (
  options: Readonly<{ dataDir: string; keyFile: string; onProgress: OnProgress }>,
) => Promise<FsckReport>;

const HELP = `
Counts every like and view again from the rows, and compares: counts, books, the chain of the
journal and the hashes of the state; opens whatever is encrypted. It needs the data folder for itself, so stop the server first;
a server that was killed has left nothing that is in the way.

Examples:
  $ holdfast fsck --data ./data
  $ holdfast fsck --data ./data --json | jq .differences

Data: nothing in the counts is changed, also when differences are found.`;

type FsckFlags = Readonly<{ data?: string; keyFile?: string; json?: true }>;

export function addFsckCommand(
  program: Command,
  { io, finish }: CommandContext,
  fsckData: FsckData,
): void {
  program
    .command('fsck')
    .summary('recount everything and compare')
    .description('Checks that every count is what its rows say.')
    .option(DATA_FLAG, DATA_HELP)
    .option(KEY_FILE_FLAG, KEY_FILE_HELP)
    .option(JSON_FLAG, JSON_HELP)
    .addHelpText('after', HELP)
    .action(async ({ data, keyFile: named, json }: FsckFlags) => {
      const dataDir = existingDataDir(io, data);
      const keyFile = keyFileOf(io, { data, keyFile: named });
      const progress = showProgress(io.err, io.nowMs);
      const report = await withDataLock(io, dataDir, 'holdfast fsck', async () => {
        const missing = missingCells(dataDir);
        const found = await fsckData({ dataDir, keyFile, onProgress: progress.report });
        return withMissing(found, missing);
      }).finally(progress.clear);
      if (json) writeJson(io, report);
      else io.out.write(reportText(report, paintFor(io.out, io.env, false)));
      finish(report.kind === 'clean' ? EXIT.ok : EXIT.failed);
    });
}

/** Cells of the charter that have no journal: what they counted is gone, however well the rest is. */
function missingCells(dataDir: string): readonly Difference[] {
  const layout = dataLayout(dataDir);
  const cells = readCharter(layout.charter)
    .describe()
    .map(({ jurisdiction }) => jurisdiction);
  return cells
    .filter((cell) => !existsSync(join(layout.cellDir(cell), 'journal.db')))
    .map((cell) => ({ cell, what: 'journal of a cell', expected: 'one', found: 'none' }));
}

function withMissing(report: FsckReport, missing: readonly Difference[]): FsckReport {
  if (missing.length === 0) return report;
  return { ...report, kind: 'differences', differences: [...missing, ...report.differences] };
}

function reportText(report: FsckReport, paint: ReturnType<typeof paintFor>): string {
  const { checked, differences } = report;
  const looked = Object.entries(checked).map(([name, value]) => `${grouped(value)} ${words(name)}`);
  const lines = looked.length > 0 ? [paint.dim(`Checked ${looked.join(', ')}.`)] : [];
  for (const { cell, what, expected, found } of differences) {
    lines.push(`${paint.bad('✗')} ${cell}: ${what}: expected ${expected}, found ${found}`);
  }
  const verdict = `${grouped(differences.length)} difference${differences.length === 1 ? '' : 's'}`;
  lines.push(report.kind === 'clean' ? paint.good(verdict) : paint.bad(verdict));
  return `${lines.join('\n')}\n`;
}

/** `notYetApplied` as people read it. */
function words(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
