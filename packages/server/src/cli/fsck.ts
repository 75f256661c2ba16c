// `holdfast fsck`

import type { Command } from 'commander';
import { paintFor, writeJson } from './cli-io.ts';
import {
  DATA_FLAG,
  DATA_HELP,
  existingDataDir,
  JSON_FLAG,
  JSON_HELP,
  withDataLock,
} from './command-context.ts';
import type { CommandContext } from './command-context.ts';
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
  options: Readonly<{ dataDir: string; onProgress: OnProgress }>,
) => Promise<FsckReport>;

const HELP = `
Counts every like and view again from the rows, and compares: counts, books, the chain of the
journal and the hashes of the state. It needs the data folder for itself, so stop the server first;
a server that was killed has left nothing that is in the way.

Examples:
  $ holdfast fsck --data ./data
  $ holdfast fsck --data ./data --json | jq .differences

Data: nothing in the counts is changed, also when differences are found.`;

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
    .option(JSON_FLAG, JSON_HELP)
    .addHelpText('after', HELP)
    .action(async ({ data, json }: { data?: string; json?: true }) => {
      const dataDir = existingDataDir(io, data);
      const progress = showProgress(io.err, io.nowMs);
      const report = await withDataLock(io, dataDir, 'holdfast fsck', () =>
        fsckData({ dataDir, onProgress: progress.report }),
      ).finally(progress.clear);
      if (json) writeJson(io, report);
      else io.out.write(reportText(report, paintFor(io.out, io.env, false)));
      finish(report.kind === 'clean' ? EXIT.ok : EXIT.failed);
    });
}

function reportText(report: FsckReport, paint: ReturnType<typeof paintFor>): string {
  const { checked, differences } = report;
  const looked = Object.entries(checked).map(([name, value]) => `${grouped(value)} ${name}`);
  const lines = looked.length > 0 ? [paint.dim(`Checked ${looked.join(', ')}.`)] : [];
  for (const { cell, what, expected, found } of differences) {
    lines.push(`${paint.bad('✗')} ${cell}: ${what}: expected ${expected}, found ${found}`);
  }
  const verdict = `${grouped(differences.length)} difference${differences.length === 1 ? '' : 's'}`;
  lines.push(report.kind === 'clean' ? paint.good(verdict) : paint.bad(verdict));
  return `${lines.join('\n')}\n`;
}
