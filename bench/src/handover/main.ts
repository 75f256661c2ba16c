// `npm run bench:handover`: fills a cell, runs the load, hands the cell over again and again, and
// writes what it was like.
//
// Exit codes: 0 when every count was right (targets may be missed; they are written down), 1 when
// anything was lost, doubled or shown wrong, or the run failed, 2 when the arguments were wrong.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { killAll } from '../contenders/processes.ts';
import { JURISDICTION } from '../load/job.ts';
import { describeBusyness, describeCommit, describeMachine } from '../run/machine.ts';
import { Progress } from '../run/progress.ts';
import { makeScratchFolder } from '../run/scratch-folder.ts';
import { checkCertificates, withTold } from './certificates.ts';
import { openControl } from './control.ts';
import { stateBytes, writeSpeed } from './disk-speed.ts';
import { openInstallation, SIDES } from './installation.ts';
import type { Installation, Side } from './installation.ts';
import { HandoverLoad } from './load.ts';
import { HELP, parseHandoverOptions } from './options.ts';
import type { HandoverOptions } from './options.ts';
import { rehearsals, seed } from './rehearse.ts';
import type { Stage } from './rehearse.ts';
import { rounded, verdictsOf, wrongs } from './report.ts';
import type { Checks, HandoverReport, Rehearsal } from './report.ts';
import { writeHandoverReport } from './write.ts';

const REPOSITORY_ROOT: string = fileURLToPath(new URL('../../..', import.meta.url));
const SERVER_MAIN: string = join(REPOSITORY_ROOT, 'packages/server/src/main.ts');
const RESULTS_FOLDER: string = join(REPOSITORY_ROOT, 'bench/results');
const QUICK_RESULTS_FOLDER: string = join(RESULTS_FOLDER, 'quick');

/** Ops of a request, as a device or a caller that gathers sends them. */
const OPS_PER_REQUEST = 20;
const CONNECTIONS = 256;
const SESSIONS = 512;
const LIKES_PER_SESSION = 100;
const VIDEOS = { usual: 50_000, quick: 5_000 } as const;
const WARM_UP_MS = { usual: 10_000, quick: 2_000 } as const;
const WINDOW_MS = { usual: 20_000, quick: 4_000 } as const;
const JOINT_MS = { usual: 6_000, quick: 3_000 } as const;
/** Less is in the disk's memory at once, and says nothing of its speed. */
const PROBE_BYTES_MIN = 256_000_000;
/** For the time left. */
const ROWS_PER_SECOND = 60_000;
const SECONDS_PER_REHEARSAL = 6;
const ROWS_PER_SECOND_CHECKED = 100_000;

const output = {
  isTTY: process.stdout.isTTY,
  write: (text: string): void => {
    process.stdout.write(text);
  },
};

const say = (text: string): void => output.write(`${text}\n`);

type Run = Readonly<{
  options: HandoverOptions;
  installation: Installation;
  load: HandoverLoad;
  progress: Progress;
}>;

function stepsOf({ rows, rehearsals: count, quick }: HandoverOptions) {
  const windowSeconds = (quick ? WINDOW_MS.quick : WINDOW_MS.usual) / 1_000;
  return [
    { label: 'starting registrar, two cells, gateway', estimateSeconds: 5 },
    { label: 'filling the cell', estimateSeconds: 5 + rows / ROWS_PER_SECOND },
    { label: 'SOLO', estimateSeconds: 2 * windowSeconds },
    { label: 'seeding', estimateSeconds: 5 + rows / ROWS_PER_SECOND_CHECKED },
    ...Array.from({ length: count }, (_, n) => ({
      label: `rehearsal ${n + 1}`,
      estimateSeconds: SECONDS_PER_REHEARSAL,
    })),
    { label: 'a copy that follows', estimateSeconds: windowSeconds },
    { label: 'comparing every count', estimateSeconds: 10 },
    { label: 'certificates and fsck', estimateSeconds: 10 + rows / ROWS_PER_SECOND_CHECKED },
  ];
}

async function bench(options: HandoverOptions, folder: string): Promise<HandoverReport> {
  const startedAt = new Date().toISOString();
  const machine = describeMachine(folder);
  const commit = await describeCommit(REPOSITORY_ROOT);
  const busy = describeBusyness(machine);
  if (busy !== null) say(`NOTE: ${busy}`);
  const progress = new Progress(stepsOf(options), output, () => performance.now());
  progress.start();
  const { seedMbPerSecond } = options;
  const installation = await openInstallation({
    ...{ serverMain: SERVER_MAIN, repositoryRoot: REPOSITORY_ROOT, folder, seedMbPerSecond },
  });
  const load = new HandoverLoad((text) => progress.say(text));
  progress.finish(`ready at ${installation.registrarUrl} and port ${installation.target.port}`);
  try {
    const measured = await measure({ options, installation, load, progress });
    const { rows, rehearsals: wanted, opsPerSecond, quick } = options;
    return {
      format: 1,
      startedAt,
      finishedAt: new Date().toISOString(),
      ...commit,
      options: { rows, rehearsals: wanted, opsPerSecond, quick, seedMbPerSecond },
      opsPerRequest: OPS_PER_REQUEST,
      machine,
      ...measured,
    };
  } finally {
    load.close();
    await installation.stop();
  }
}

type Measured = Pick<
  HandoverReport,
  'fillOpsPerSecond' | 'seeding' | 'rehearsals' | 'load' | 'checks'
>;

async function measure(run: Run): Promise<Measured> {
  const { options, installation, load, progress } = run;
  const { urlOf, dataOf } = installation;
  const size = options.quick ? 'quick' : 'usual';
  const first: Side = 'north';
  const { fillOpsPerSecond, diskBytesPerSecond } = await fillUp(run, first);
  const many = { connections: CONNECTIONS, sessions: SESSIONS, opsPerRequest: OPS_PER_REQUEST };
  await load.ask({ kind: 'begin', load: { opsPerSecond: options.opsPerSecond, ...many } });
  await pause(WARM_UP_MS[size]);
  progress.finish(await window(load, 'solo', WINDOW_MS[size]));

  const controlOf = (side: Side) => openControl(side, { url: urlOf(side), dataDir: dataOf(side) });
  const controls = { north: controlOf('north'), south: controlOf('south') };
  const stage: Stage = {
    ...{ installation, load, controls, jointMs: JOINT_MS[size] },
    say: (text) => progress.say(text),
  };
  const seeding = await seed(stage, first, diskBytesPerSecond);
  const speed = rounded((seeding.bytes * 1_000) / seeding.ms / 1e6);
  const copied = `${rounded(seeding.bytes / 1e6)} MB in ${rounded(seeding.ms)} ms`;
  progress.finish(`${copied}, ${speed} MB/s`);
  const done: Rehearsal[] = [];
  for await (const one of rehearsals(stage, first, options.rehearsals)) {
    done.push(one);
    const told = `${one.from} to ${one.to}: ${one.outcome}, ${inWords(one)}`;
    if (one.outcome === 'handed-over') progress.finish(told);
    else say(`${told} (${one.reason})`);
  }
  progress.finish(await window(load, 'following', WINDOW_MS[size]));
  const end = await load.ask({ kind: 'end' });
  const { opsAcknowledged, verified } = end;
  progress.finish(`${rounded(opsAcknowledged)} ops, ${verified.detail || 'all right'}`);
  const told = await withTold(installation, done);
  const checks = await check(run, told);
  for (const control of Object.values(controls)) control.close();
  return { fillOpsPerSecond, seeding, rehearsals: told, load: end, checks };
}

/** Fills the cell; then, while nothing else runs, asks what its disk can do with as many bytes. */
async function fillUp(
  { options, installation, load, progress }: Run,
  first: Side,
): Promise<Readonly<{ fillOpsPerSecond: number; diskBytesPerSecond: number }>> {
  const { target, dataOf } = installation;
  const sessions = Math.max(1, Math.ceil(options.rows / LIKES_PER_SESSION));
  const videos = VIDEOS[options.quick ? 'quick' : 'usual'];
  const fill = { sessions, likesPerSession: LIKES_PER_SESSION, videos };
  const { opsPerSecond } = await load.ask({ kind: 'fill', target, fill });
  const probeBytes = Math.max(PROBE_BYTES_MIN, stateBytes(dataOf(first), JURISDICTION));
  const diskBytesPerSecond = writeSpeed(dataOf(first), probeBytes);
  const disk = `${rounded(diskBytesPerSecond / 1e6)} MB/s`;
  progress.finish(`${rounded(opsPerSecond)} ops/s; the disk writes ${disk}`);
  return { fillOpsPerSecond: opsPerSecond, diskBytesPerSecond };
}

/** Latencies of so long go under that name; resolves with what is to be said. */
async function window(load: HandoverLoad, name: string, lengthMs: number): Promise<string> {
  await load.ask({ kind: 'window', name });
  await pause(lengthMs);
  await load.ask({ kind: 'window', name: null });
  return `measured for ${lengthMs / 1_000} s`;
}

function inWords({ pauseMs, people }: Rehearsal): string {
  const told = pauseMs === null ? 'pause not measured' : `pause ${pauseMs} ms`;
  return `${told}, longest op ${rounded(people.longestMs)} ms, ${people.clientErrors} errors`;
}

/** Certificates are checked offline, then both cells recounted from their files. */
async function check({ installation, progress }: Run, done: readonly Rehearsal[]): Promise<Checks> {
  progress.say('certificates');
  const certificates = await checkCertificates(installation, done);
  await installation.stop();
  progress.say('fsck of both cells');
  const [north = '', south = ''] = await Promise.all(
    SIDES.map((side) => fsckProblem(installation, side)),
  );
  const isClean = north === '' && south === '' && certificates.problems.length === 0;
  progress.finish(isClean ? 'they hold' : 'NOT WELL');
  return { fsck: { north, south }, certificates };
}

function fsckProblem({ holdfast, dataOf }: Installation, side: Side): Promise<string> {
  return holdfast('fsck', '--data', dataOf(side)).then(
    () => '',
    (error: unknown) => String(error),
  );
}

/** Ends what was started and removes what it wrote; the same for a good end and for Ctrl-C. */
function clearAway(folder: string): void {
  killAll();
  // A process that was just killed may still be writing: try a few times.
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}

async function runBench(options: HandoverOptions): Promise<number> {
  const folder = await makeScratchFolder(options.scratch);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      clearAway(folder);
      process.exit(1);
    });
  }
  try {
    const report = await bench(options, folder);
    say('\nTargets:');
    for (const { kind, text, got } of verdictsOf(report)) {
      say(`  ${kind.padEnd(12)}  ${text}: ${got}`);
    }
    const results = options.out ?? (options.quick ? QUICK_RESULTS_FOLDER : RESULTS_FOLDER);
    const paths = await writeHandoverReport(report, results);
    say(`\nWritten:\n${paths.map((path) => `  ${path}`).join('\n')}`);
    const wrong = wrongs(report);
    if (wrong.length > 0) say(`\nWRONG:\n  ${wrong.join('\n  ')}`);
    return wrong.length > 0 ? 1 : 0;
  } catch (error) {
    say(
      `\nThe run FAILED, and nothing was written: ${error instanceof Error ? error.message : String(error)}`,
    );
    return 1;
  } finally {
    clearAway(folder);
  }
}

const parsed = parseHandoverOptions(process.argv.slice(2));
if (parsed.kind === 'help') say(HELP);
else if (parsed.kind === 'wrong') {
  say(`${parsed.why}\n\n${HELP}`);
  process.exitCode = 2;
} else {
  process.exitCode = await runBench(parsed.options);
}
