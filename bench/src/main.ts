// `npm run bench`: puts the parts together, runs the plan, writes the results.
//
// Exit codes: 0 when every run's counts were right (targets may be missed; they are written down),
// 1 when a run failed, 2 when the arguments were wrong.

import { rmSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HoldfastOptions } from './contenders/holdfast.ts';
import { killAll } from './contenders/processes.ts';
import { formatSpread } from './results/format.ts';
import { failures, type Report } from './results/report.ts';
import { judge, TARGETS } from './results/targets.ts';
import { writeReport } from './results/write.ts';
import { caseTools } from './run/case-tools.ts';
import { findContenders } from './run/find-contenders.ts';
import { describeBusyness, describeCommit, describeMachine } from './run/machine.ts';
import { HELP, parseOptions, type Options } from './run/options.ts';
import { runPlan } from './run/runner.ts';
import { makeScratchFolder } from './run/scratch-folder.ts';
import { WORKLOADS } from './workloads/all.ts';

const REPOSITORY_ROOT: string = fileURLToPath(new URL('../..', import.meta.url));
const SERVER_MAIN: string = join(REPOSITORY_ROOT, 'packages/server/src/main.ts');
const RESULTS_FOLDER: string = join(REPOSITORY_ROOT, 'bench/results');
const QUICK_RESULTS_FOLDER: string = join(REPOSITORY_ROOT, 'bench/results/quick');

const output = {
  isTTY: process.stdout.isTTY,
  write: (text: string): void => {
    process.stdout.write(text);
  },
};

function say(text: string): void {
  output.write(`${text}\n`);
}

async function bench(options: Options, scratchFolder: string): Promise<Report> {
  const startedAt = new Date().toISOString();
  const scale = options;
  const workloads = WORKLOADS.filter(({ name }) => options.only?.includes(name) ?? true);
  const cases = workloads.flatMap((workload) => workload.cases(scale));
  const holdfast: HoldfastOptions = {
    serverMain: options.server ?? SERVER_MAIN,
    repositoryRoot: REPOSITORY_ROOT,
    scratchFolder,
  };
  await access(holdfast.serverMain);
  const machine = describeMachine(scratchFolder);
  const commit = await describeCommit(REPOSITORY_ROOT);
  const state = commit.dirty ? ', with uncommitted changes' : '';
  say(
    `${machine.cpuModel}, ${machine.cores} cores, ${machine.fileSystem}, ` +
      `${machine.fsyncsPerSecond} fsyncs/s; commit ${commit.commit}${state}`,
  );
  const busy = describeBusyness(machine);
  if (busy !== null) say(`NOTE: ${busy}`);
  const wanted = new Set(cases.flatMap(({ contenders }) => contenders));
  const quietTools = caseTools(holdfast, () => undefined);
  const found = await findContenders(wanted, holdfast, options.quick, { ...quietTools, say });
  for (const report of found.reports) {
    say(`${report.title}: ${report.kind === 'ran' ? report.describe : `MISSING, ${report.why}`}`);
  }
  const summaries = await runPlan({
    plan: { cases, contenders: found.contenders, runs: options.runs },
    toolsFor: (sayStage) => caseTools(holdfast, sayStage),
    output,
  });
  const caseIds = new Set(cases.map(({ id }) => id));
  const targets = TARGETS.filter(({ caseId }) => caseIds.has(caseId));
  return {
    format: 1,
    startedAt,
    finishedAt: new Date().toISOString(),
    ...commit,
    quick: options.quick,
    complete: workloads.length === WORKLOADS.length,
    seconds: options.seconds,
    warmUpSeconds: options.warmUpSeconds,
    rounds: options.runs,
    machine,
    contenders: found.reports,
    verdicts: targets.map((target) => judge(target, summaries)),
    cases: summaries,
  };
}

function sayVerdicts({ verdicts }: Report): void {
  say('\nTargets:');
  for (const verdict of verdicts) {
    const name = `${verdict.caseId}, ${verdict.text}`;
    if (verdict.kind === 'not-measured') say(`  not measured  ${name}: ${verdict.why}`);
    else {
      const got = formatSpread(verdict.got, verdict.unit);
      say(`  ${verdict.kind.padEnd(12)}  ${name}: ${got}, by ${verdict.by}`);
    }
  }
}

/** Ends what was started and removes what it wrote; the same for a good end and for Ctrl-C. */
function clearAway(scratchFolder: string): void {
  killAll();
  // A process that was just killed may still be writing: try a few times.
  rmSync(scratchFolder, { recursive: true, force: true, maxRetries: 10 });
}

async function run(options: Options): Promise<number> {
  const scratchFolder = await makeScratchFolder(options.scratch);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      clearAway(scratchFolder);
      process.exit(1);
    });
  }
  try {
    const report = await bench(options, scratchFolder);
    sayVerdicts(report);
    const folder = options.out ?? (options.quick ? QUICK_RESULTS_FOLDER : RESULTS_FOLDER);
    const paths = await writeReport(report, folder);
    say(`\nWritten:\n${paths.map((path) => `  ${path}`).join('\n')}`);
    const failed = failures(report);
    if (failed.length > 0) say(`\n${failed.length} runs FAILED:\n  ${failed.join('\n  ')}`);
    return failed.length > 0 ? 1 : 0;
  } finally {
    clearAway(scratchFolder);
  }
}

const parsed = parseOptions(
  process.argv.slice(2),
  WORKLOADS.map(({ name }) => name),
);
if (parsed.kind === 'help') say(HELP);
else if (parsed.kind === 'wrong') {
  say(`${parsed.why}\n\n${HELP}`);
  process.exitCode = 2;
} else {
  process.exitCode = await run(parsed.options);
}
