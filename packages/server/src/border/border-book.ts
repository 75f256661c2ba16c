// The book of what has crossed the border: how much of each type, by day, kept over restarts.
//
// One small file a day in a folder of the cell, written when something crossed, at most once a
// second, beside the work of the cell. So a crash can lose the last second of the book, never a
// record: the book says "at least".

import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fits, uint } from '@holdfast/protocol/shape.ts';
import type { RecordType } from './records.ts';

/** A crash loses at most so much of the book. */
const WRITE_EVERY_MS = 1_000;
const DAY_MS = 86_400_000;
const FORMAT = 1;
const DAY_FILE = /^(\d{4}-\d{2}-\d{2})\.json$/;

export type Crossed = Readonly<{ records: number; bytes: number }>;
/** What crossed in one day of UTC, or in all. */
export type CrossedByType = ReadonlyMap<string, Crossed>;

export type BorderBook = Readonly<{
  note: (type: RecordType, records: number, bytes: number) => void;
  /** Since when the book is kept, in milliseconds since 1970. */
  sinceMs: number;
  totals: () => CrossedByType;
  /** The newest days, newest first. */
  days: (daysMax: number) => readonly Readonly<{ day: string; types: CrossedByType }>[];
  /** Writes what is not yet written. */
  close: () => Promise<void>;
}>;

type Tally = { records: number; bytes: number };
type Day = { readonly day: string; sinceMs: number; readonly types: Map<string, Tally> };

/** A book that is kept in memory alone. */
export function memoryBook(nowMs: () => number): BorderBook {
  return bookOf(
    [],
    nowMs,
    () => undefined,
    async () => undefined,
  );
}

export type OpenBook = Readonly<{
  folder: string;
  nowMs: () => number;
  /** Told once when the book cannot be written or read, until it can again. */
  onProblem: (message: string) => void;
}>;

/** Opens the book in a folder. A file that cannot be read is set aside, never removed. */
export function openBorderBook({ folder, nowMs, onProblem }: OpenBook): BorderBook {
  const days = readDays(folder, onProblem);
  const dirty = new Set<Day>();
  let writing = Promise.resolve();
  let isTold = false;
  const write = async (): Promise<void> => {
    for (const day of [...dirty]) {
      dirty.delete(day);
      try {
        await writeDay(folder, day);
        isTold = false;
      } catch (cause) {
        dirty.add(day);
        if (!isTold) onProblem(`the book of the border cannot be written: ${String(cause)}`);
        isTold = true;
        return;
      }
    }
  };
  const writeNext = (): void => {
    writing = writing.then(write);
  };
  const timer = setInterval(() => dirty.size > 0 && writeNext(), WRITE_EVERY_MS);
  timer.unref();
  return bookOf(
    days,
    nowMs,
    (day) => dirty.add(day),
    async () => {
      clearInterval(timer);
      writeNext();
      await writing;
    },
  );
}

function bookOf(
  days: Day[],
  nowMs: () => number,
  changed: (day: Day) => void,
  close: () => Promise<void>,
): BorderBook {
  const totals = new Map<string, Tally>();
  for (const { types } of days) {
    for (const [type, { records, bytes }] of types) add(totals, type, records, bytes);
  }
  const sinceMs = Math.min(nowMs(), ...days.map((day) => day.sinceMs));
  let today: Day | undefined;
  let todayNo = -1;
  const dayAt = (atMs: number): Day => {
    const no = Math.floor(atMs / DAY_MS);
    if (today !== undefined && no === todayNo) return today;
    const day = new Date(no * DAY_MS).toISOString().slice(0, 10);
    today = days.find((one) => one.day === day);
    if (today === undefined) {
      today = { day, sinceMs: atMs, types: new Map() };
      days.push(today);
    }
    todayNo = no;
    return today;
  };
  return {
    note: (type, records, bytes) => {
      const day = dayAt(nowMs());
      add(day.types, type, records, bytes);
      add(totals, type, records, bytes);
      changed(day);
    },
    sinceMs,
    totals: () => totals,
    days: (daysMax) =>
      days
        .toSorted((left, right) => (left.day < right.day ? 1 : -1))
        .slice(0, daysMax)
        .map(({ day, types }) => ({ day, types })),
    close,
  };
}

function add(types: Map<string, Tally>, type: string, records: number, bytes: number): void {
  const tally = types.get(type);
  if (tally === undefined) types.set(type, { records, bytes });
  else {
    tally.records += records;
    tally.bytes += bytes;
  }
}

function readDays(folder: string, onProblem: OpenBook['onProblem']): Day[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return readdirSync(folder).flatMap((name): Day[] => {
    const day = DAY_FILE.exec(name)?.[1];
    if (day === undefined) return [];
    const file = join(folder, name);
    const read = readDay(day, readFileSync(file, 'utf8'));
    if (read !== undefined) return [read];
    renameSync(file, `${file}.unreadable`);
    onProblem(`${file} cannot be read; it is set aside, and the book lacks this day`);
    return [];
  });
}

function readDay(day: string, text: string): Day | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!fits({ format: (format) => format === FORMAT, sinceMs: uint, types: isTypes }, value)) {
    return undefined;
  }
  // Just checked, field by field.
  const { sinceMs, types } = value as { sinceMs: number; types: Record<string, [number, number]> };
  const tallies = Object.entries(types).map(
    ([type, [records, bytes]]) => [type, { records, bytes }] as const,
  );
  return { day, sinceMs, types: new Map(tallies) };
}

function isTypes(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).every(
    (pair: unknown) => Array.isArray(pair) && pair.length === 2 && pair.every((n) => fits(uint, n)),
  );
}

async function writeDay(folder: string, { day, sinceMs, types }: Day): Promise<void> {
  const pairs = [...types].map(([type, { records, bytes }]) => [type, [records, bytes]] as const);
  const text = `${JSON.stringify({ format: FORMAT, sinceMs, types: Object.fromEntries(pairs) })}\n`;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${day}.json`);
  const handle = await open(`${file}.next`, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  // A crash here means that the day is as it was a second before.
  await rename(`${file}.next`, file);
}
