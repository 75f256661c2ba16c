// The command line: `npm run bench:handover -- [--rehearsals 100] [--rows 10000000] [--quick]`.

import { parseArgs } from 'node:util';

export const HELP = `Usage: npm run bench:handover -- [options]

Hands a cell over between two operators again and again while people like and unlike through a
gateway; checks every count with an oracle; writes JSON, a plot and a table to bench/results.

  --rehearsals N   hand-overs, the first with a copy, the others back and forth (100)
  --rows N         like rows that the cell holds before (10000000)
  --rate N         ops a second, by the clock (10000)
  --quick          a try-out: 3 rehearsals, 100000 rows, 2000 ops/s; results in bench/results/quick
  --seed-mb-per-s N  bandwidth that a copy may take, as a cell's --seed-mb-per-s (no limit)
  --out FOLDER     where results go (bench/results)
  --scratch FOLDER where the servers' data goes while running; must be on a disk, not in memory
  --help           this text
`;

const REHEARSALS = { usual: 100, quick: 3, max: 1_000 } as const;
const ROWS = { usual: 10_000_000, quick: 100_000, max: 50_000_000 } as const;
const RATE = { usual: 10_000, quick: 2_000, max: 100_000 } as const;
const SEED_MB_MAX = 100_000;

export type HandoverOptions = Readonly<{
  rehearsals: number;
  rows: number;
  opsPerSecond: number;
  quick: boolean;
  seedMbPerSecond: number | null;
  out: string | null;
  scratch: string | null;
}>;

export type ParsedHandoverOptions = Readonly<
  { kind: 'run'; options: HandoverOptions } | { kind: 'help' } | { kind: 'wrong'; why: string }
>;

/** Reads the arguments. */
export function parseHandoverOptions(args: readonly string[]): ParsedHandoverOptions {
  const read = readArgs(args);
  if (typeof read === 'string') return { kind: 'wrong', why: read };
  if (read.help) return { kind: 'help' };
  const { quick } = read;
  const wrong: string[] = [];
  const number = (
    flag: 'rehearsals' | 'rows' | 'rate',
    limits: Readonly<{ usual: number; quick: number; max: number }>,
  ): number => {
    const value = Number(read[flag] ?? (quick ? limits.quick : limits.usual));
    if (Number.isInteger(value) && value >= 1 && value <= limits.max) return value;
    wrong.push(`--${flag} takes a whole number from 1 to ${limits.max}`);
    return 0;
  };
  const seed = read['seed-mb-per-s'];
  const seedMb = Number(seed ?? 1);
  if (!(seedMb > 0 && seedMb <= SEED_MB_MAX)) {
    wrong.push(`--seed-mb-per-s takes a number up to ${SEED_MB_MAX}`);
  }
  const options: HandoverOptions = {
    rehearsals: number('rehearsals', REHEARSALS),
    rows: number('rows', ROWS),
    opsPerSecond: number('rate', RATE),
    quick,
    seedMbPerSecond: seed === undefined ? null : seedMb,
    out: read.out ?? null,
    scratch: read.scratch ?? null,
  };
  return wrong.length > 0 ? { kind: 'wrong', why: wrong.join('\n') } : { kind: 'run', options };
}

type Args = Readonly<
  Partial<
    Record<'rehearsals' | 'rows' | 'rate' | 'seed-mb-per-s' | 'out' | 'scratch', string | undefined>
  > & { quick: boolean; help: boolean }
>;

function readArgs(args: readonly string[]): Args | string {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const numbers = { rehearsals: text, rows: text, rate: text, 'seed-mb-per-s': text };
  const options = { ...numbers, out: text, scratch: text, quick: flag, help: flag };
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
