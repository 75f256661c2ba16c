// The command line: `npm run bench -- [--only one-op,hot] [--seconds 10] [--runs 3] [--quick]`.

import { parseArgs } from 'node:util';

export const HELP = `Usage: npm run bench -- [options]

Measures Holdfast beside Fastify + Redis and Fastify + PostgreSQL, checks every count with an
oracle, and writes JSON, a plot and a table to bench/results.

  --only NAMES     workloads, separated by commas; all when absent
  --seconds N      length of each measured window (10)
  --runs N         rounds; each runs every case once, ours and theirs in turn (3)
  --quick          a try-out: one short round at small scale, results in bench/results/quick
  --out FOLDER     where results go (bench/results)
  --scratch FOLDER where the servers' data goes while running; must be on a disk, not in memory
  --server FILE    the main.ts of the Holdfast to measure (packages/server/src/main.ts)
  --help           this text
`;

const SECONDS_MAX = 600;
const RUNS_MAX = 50;
const QUICK_SECONDS = 2;
const WARM_UP_SECONDS = 3;
const WARM_UP_QUICK_SECONDS = 1;

export type Options = Readonly<{
  only: readonly string[] | null;
  seconds: number;
  warmUpSeconds: number;
  runs: number;
  quick: boolean;
  out: string | null;
  scratch: string | null;
  server: string | null;
}>;

export type ParsedOptions = Readonly<
  { kind: 'run'; options: Options } | { kind: 'help' } | { kind: 'wrong'; why: string }
>;

/** Reads the arguments; `workloads` are the names that `--only` may hold. */
export function parseOptions(args: readonly string[], workloads: readonly string[]): ParsedOptions {
  const read = readArgs(args);
  if (typeof read === 'string') return { kind: 'wrong', why: read };
  if (read.help) return { kind: 'help' };
  const seconds = wholeNumber(read.seconds ?? (read.quick ? QUICK_SECONDS : 10), SECONDS_MAX);
  if (seconds === null) return wrong('--seconds', SECONDS_MAX);
  const runs = wholeNumber(read.runs ?? (read.quick ? 1 : 3), RUNS_MAX);
  if (runs === null) return wrong('--runs', RUNS_MAX);
  const only = read.only?.split(',').filter(Boolean) ?? null;
  const unknown = only?.find((name) => !workloads.includes(name));
  if (unknown !== undefined || only?.length === 0) {
    const why = `--only takes some of: ${workloads.join(', ')}; not "${unknown ?? ''}"`;
    return { kind: 'wrong', why };
  }
  return {
    kind: 'run',
    options: {
      only,
      seconds,
      warmUpSeconds: read.quick ? WARM_UP_QUICK_SECONDS : WARM_UP_SECONDS,
      runs,
      quick: read.quick,
      out: read.out ?? null,
      scratch: read.scratch ?? null,
      server: read.server ?? null,
    },
  };
}

type Args = Readonly<{
  only?: string | undefined;
  seconds?: string | undefined;
  runs?: string | undefined;
  out?: string | undefined;
  scratch?: string | undefined;
  server?: string | undefined;
  quick: boolean;
  help: boolean;
}>;

function readArgs(args: readonly string[]): Args | string {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: text,
        seconds: text,
        runs: text,
        out: text,
        scratch: text,
        server: text,
        quick: flag,
        help: flag,
      },
    });
    return values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function wholeNumber(text: string | number, max: number): number | null {
  const value = Number(text);
  return Number.isInteger(value) && value >= 1 && value <= max ? value : null;
}

function wrong(option: string, max: number): ParsedOptions {
  return { kind: 'wrong', why: `${option} takes a whole number from 1 to ${max}` };
}
