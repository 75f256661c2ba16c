// How counts and analytics look as CSV and as JSON. Written record by record, so that a catalog of
// any size fits.

import type { CellCounts, VideoCounts } from '@holdfast/protocol/counts.ts';
import { csvRecord } from './csv.ts';
import type { CsvValue } from './csv.ts';
import type { AnalyticsSource, CountsSource } from './export-source.ts';
import type { Sink } from './export-sink.ts';

export type ExportFormat = 'csv' | 'json';

/** How and where an export is written. */
export type ExportTarget = Readonly<{ format: ExportFormat; sink: Sink; exportedAt: string }>;

/** How many records were written, and which of the named videos the server does not know. */
export type ExportOutcome = Readonly<{ records: number; unknown: readonly string[] }>;

const COUNT_COLUMNS = [
  'video',
  'likes',
  'likes_state',
  'likes_as_of',
  'views',
  'views_state',
  'views_as_of',
];
const CELL_COLUMNS = ['likes', 'views', 'state', 'as_of', 'epoch', 'seq'];

export async function countsWriter(
  source: CountsSource,
  target: ExportTarget,
): Promise<ExportOutcome> {
  const { cells } = source;
  const list = openList(target, { exportedAt: target.exportedAt }, 'videos', [
    ...COUNT_COLUMNS,
    ...cells.flatMap((cell) => CELL_COLUMNS.map((column) => `${cell}_${column}`)),
  ]);
  const unknown: string[] = [];
  for await (const { video, counts } of source.videos) {
    if (counts === 'unknown-video') unknown.push(video);
    else list.add([{ video, ...counts }], [countsRecord(video, counts, cells)]);
  }
  return { records: list.end(), unknown };
}

export async function analyticsWriter(
  source: AnalyticsSource,
  target: ExportTarget,
): Promise<ExportOutcome> {
  const { metric, grain, tz } = source.ask;
  const about = { exportedAt: target.exportedAt, metric, grain, tz };
  const columns = ['video', 'metric', 'grain', 'tz', 'at', 'value', 'partial', 'as_of'];
  const list = openList(target, about, 'videos', columns);
  for await (const { video, asOf, series } of source.videos) {
    const records = series.map(({ at, value, partial }) => [
      ...[video, metric, grain, tz, at],
      ...[value, partial, asOf],
    ]);
    list.add([{ video, asOf, series }], records);
  }
  return { records: list.end(), unknown: [] };
}

function countsRecord(
  video: string,
  { likes, views, cells: counted }: VideoCounts,
  cells: readonly string[],
): readonly CsvValue[] {
  return [
    ...[video, likes.value, likes.state, likes.asOf],
    ...[views.value, views.state, views.asOf],
    ...cells.flatMap((cell) => cellRecord(counted[cell])),
  ];
}

function cellRecord(counts: CellCounts | undefined): readonly CsvValue[] {
  if (counts === undefined) return [null, null, 'unknown', null, null, null];
  const { likes, views, state, asOf, epoch, seq } = counts;
  return [likes, views, state, asOf, epoch, seq];
}

type List = Readonly<{
  /** The same as JSON and as CSV; only the asked for is written. */
  add: (items: readonly unknown[], records: readonly (readonly CsvValue[])[]) => void;
  /** Writes the end; returns how many records there were. */
  end: () => number;
}>;

function openList(
  { format, sink }: ExportTarget,
  about: Readonly<Record<string, unknown>>,
  name: string,
  columns: readonly string[],
): List {
  let written = 0;
  if (format === 'csv') {
    sink.write(csvRecord(columns));
    return {
      add: (_items, records) => {
        written += records.length;
        sink.write(records.map(csvRecord).join(''));
      },
      end: () => written,
    };
  }
  sink.write(`${JSON.stringify(about).slice(0, -1)},"${name}":[`);
  return {
    add: (items) => {
      for (const item of items) {
        sink.write(`${written > 0 ? ',' : ''}\n${JSON.stringify(item)}`);
        written += 1;
      }
    },
    end: () => {
      sink.write('\n]}\n');
      return written;
    },
  };
}
