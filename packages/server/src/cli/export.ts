// `holdfast export`

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Argument, Option } from 'commander';
import type { Command } from 'commander';
import { ANALYTICS_METRICS, GRAINS } from '@holdfast/protocol/counts.ts';
import type { AnalyticsMetric, Grain } from '@holdfast/protocol/counts.ts';
import { isVideoId } from '@holdfast/protocol/ids.ts';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import { HOST_DEFAULT, PORT_DEFAULT } from '../config/config.ts';
import { readEnv } from '../config/env.ts';
import { openApiClient } from './api-client.ts';
import { CliError } from './cli-error.ts';
import { writeJson } from './cli-io.ts';
import type { CliIo } from './cli-io.ts';
import { collect, existingDataDir, JSON_FLAG, JSON_HELP, withDataLock } from './command-context.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { withOfflineCounts } from './export-offline.ts';
import { analyticsFrom, countsFrom } from './export-source.ts';
import type { AnalyticsAsk } from './export-source.ts';
import { analyticsWriter, countsWriter } from './export-writer.ts';
import type { ExportFormat, ExportOutcome, ExportTarget } from './export-writer.ts';
import { openSink } from './export-sink.ts';
import type { Sink } from './export-sink.ts';

/** Ids in one file of `--videos`. */
const VIDEOS_MAX = 1_000_000;

type ExportFlags = Readonly<{
  url?: string;
  data?: string;
  key?: string;
  format?: ExportFormat;
  out?: string;
  video: readonly string[];
  videos?: string;
  metric: AnalyticsMetric;
  grain: Grain;
  from?: string;
  to?: string;
  tz: string;
  json?: true;
}>;

const HELP = `
Reads from a running server over its public API, as any integrator can; or, with --data, the counts
that the gateway of a stopped server saved last, of all its videos.

  counts      a line a video: likes and views with state and as-of, and what each cell contributes.
              Without --video or --videos: with a service key, all videos that its tenant
              registered; without one, those that the server plays.
  analytics   a line a bucket of time; needs a service key, and --video or --videos.

A count that is not known is an empty cell in CSV and null in JSON, never 0. CSV is RFC 4180; a text
that a spreadsheet would take for a formula begins with an apostrophe there, in JSON it does not.

Examples:
  $ holdfast export counts --out counts.csv
  $ holdfast export counts --video v1 --video v2 --format json
  $ holdfast export counts --videos ids.txt --url https://video.example
  $ holdfast export counts --data ./data
  $ HOLDFAST_SERVICE_KEY=hfk_… holdfast export analytics --video v1 --grain day \\
      --from 2026-11-01T00:00:00Z --to 2026-12-01T00:00:00Z --tz America/New_York

Data: nothing is changed. A file named by --out appears whole or not at all.`;

export function addExportCommand(
  program: Command,
  { io, finish }: CommandContext,
  fetch: typeof globalThis.fetch,
): void {
  program
    .command('export')
    .summary('write counts or analytics as CSV or JSON')
    .description('Writes counts or analytics of a running server as CSV or JSON.')
    .addArgument(new Argument('<what>', 'what to write').choices(['counts', 'analytics']))
    .option('--url <url>', 'the server (http://127.0.0.1:7400, or as HOLDFAST_PORT says)')
    .option('--data <dir>', 'for counts: the data folder of a stopped server, instead of --url')
    .option('--key <key>', 'service key; better in HOLDFAST_SERVICE_KEY, where nobody can see it')
    .option('--video <id>', 'a video; may be repeated', collect, [])
    .option('--videos <file>', 'a file with the id of a video in each line')
    .addOption(new Option('--format <format>', 'csv (default) or json').choices(['csv', 'json']))
    .option('--out <file>', 'where to write (stdout)')
    .addOption(choice('--metric <metric>', 'for analytics', ANALYTICS_METRICS, 'views'))
    .addOption(choice('--grain <grain>', 'for analytics: length of a bucket', GRAINS, 'day'))
    .option('--from <time>', 'for analytics: first moment, RFC 3339')
    .option('--to <time>', 'for analytics: first moment after, RFC 3339')
    .option('--tz <zone>', 'for analytics: zone in which days begin', 'UTC')
    .option(JSON_FLAG, `${JSON_HELP}; without --out the export itself`)
    .addHelpText('after', HELP)
    .action(async (what: 'counts' | 'analytics', flags: ExportFlags) => {
      finish(await runExport(io, what, flags, fetch));
    });
}

async function runExport(
  io: CliIo,
  what: 'counts' | 'analytics',
  flags: ExportFlags,
  fetch: typeof globalThis.fetch,
): Promise<ExitCode> {
  const json = flags.json === true;
  const toStdout = flags.out === undefined;
  if (json && toStdout && flags.format === 'csv') throw usage('--json and --format csv: only one');
  const format = flags.format ?? (json && toStdout ? 'json' : 'csv');
  const videos = namedVideos(io, flags);
  const path = flags.out === undefined ? undefined : resolve(io.cwd, flags.out);
  const exportedAt = new Date(io.nowMs()).toISOString();
  const outcome = await written(io, path, (sink) =>
    read(io, { what, flags, videos, fetch }, { format, sink, exportedAt }),
  );
  const { records, unknown } = outcome;
  if (json && !toStdout) writeJson(io, { file: flags.out, records, unknownVideos: unknown });
  else if (!toStdout) io.err.write(`Wrote ${records} records to ${flags.out}\n`);
  if (records === 0 && videos === undefined) {
    io.err.write(`holdfast: ${noVideos(io, flags)}\n`);
  }
  if (unknown.length === 0) return EXIT.ok;
  io.err.write(`holdfast: the server does not know ${unknown.join(', ')}\n`);
  return EXIT.failed;
}

/** Why an export of everything is empty, and what to do. */
function noVideos(io: CliIo, flags: ExportFlags): string {
  if (flags.data !== undefined) return 'no video is registered in this folder';
  return keyOf(io, flags) === undefined
    ? 'the server plays no videos; send a service key to list yours, or name some with --video'
    : 'no video was registered with a key of this tenant; name others with --video or --videos';
}

function keyOf(io: CliIo, { key }: ExportFlags): string | undefined {
  return key ?? readEnv(io.env).values.HOLDFAST_SERVICE_KEY;
}

type Ask = Readonly<{
  what: 'counts' | 'analytics';
  flags: ExportFlags;
  videos: readonly VideoId[] | undefined;
  fetch: typeof globalThis.fetch;
}>;

async function read(io: CliIo, ask: Ask, target: ExportTarget): Promise<ExportOutcome> {
  const { what, flags, videos, fetch } = ask;
  if (flags.data !== undefined) {
    if (what !== 'counts') throw usage('--data is for counts; analytics come from a server');
    if (flags.url !== undefined) throw usage('--data and --url: only one');
    const dataDir = existingDataDir(io, flags.data);
    const onProblem = (message: string): void => io.err.write(`holdfast: ${message}\n`);
    return withDataLock(io, dataDir, 'holdfast export', () =>
      withOfflineCounts({ dataDir, videos, nowMs: io.nowMs, onProblem }, (source) =>
        countsWriter(source, target),
      ),
    );
  }
  const { values } = readEnv(io.env);
  const client = openApiClient({
    url: flags.url ?? defaultUrl(values.HOLDFAST_HOST, values.HOLDFAST_PORT),
    key: keyOf(io, flags),
    fetch,
  });
  return what === 'counts'
    ? countsWriter(await countsFrom(client, videos), target)
    : analyticsWriter(analyticsFrom(client, analyticsAsk(flags, videos)), target);
}

/** Runs `work` on a sink that is finished when it is done, and abandoned when it fails. */
async function written<Result>(
  io: CliIo,
  path: string | undefined,
  work: (sink: Sink) => Promise<Result>,
): Promise<Result> {
  const sink = openSink(io.out, path);
  let wrote = false;
  const write = (text: string): void => {
    wrote = true;
    sink.write(text);
  };
  try {
    const result = await work({ ...sink, write });
    sink.finish();
    return result;
  } catch (cause) {
    sink.abandon();
    if (!(cause instanceof CliError) || !wrote) throw cause;
    const left = path === undefined ? 'What stdout got is not whole.' : 'No file was made.';
    throw new CliError(cause.exitCode, cause.code, `${cause.message} ${left}`, cause);
  }
}

function namedVideos(io: CliIo, flags: ExportFlags): readonly VideoId[] | undefined {
  if (flags.video.length === 0 && flags.videos === undefined) return undefined;
  const names = [...flags.video];
  if (flags.videos !== undefined) {
    const path = resolve(io.cwd, flags.videos);
    try {
      names.push(
        ...readFileSync(path, 'utf8')
          .split(/\r?\n/)
          .filter((line) => line !== ''),
      );
    } catch (cause) {
      throw usage(`${path} cannot be read: ${String(cause)}`);
    }
  }
  if (names.length > VIDEOS_MAX) throw usage(`at most ${VIDEOS_MAX} videos can be named`);
  return [...new Set(names)].map((name) => {
    if (isVideoId(name)) return name;
    throw usage(`${JSON.stringify(name)} is no id of a video: 1 to 64 of A-Z a-z 0-9 _ -`);
  });
}

function analyticsAsk(flags: ExportFlags, videos: readonly VideoId[] | undefined): AnalyticsAsk {
  if (videos === undefined) throw usage('analytics need --video or --videos');
  const { metric, grain, tz } = flags;
  return {
    videos,
    metric,
    grain,
    tz,
    from: timeOf('--from', flags.from),
    to: timeOf('--to', flags.to),
  };
}

function timeOf(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const atMs = Date.parse(text);
  if (Number.isNaN(atMs)) throw usage(`${name} must be a time such as 2026-11-22T14:00:00Z`);
  return new Date(atMs).toISOString();
}

function defaultUrl(host: string = HOST_DEFAULT, port: string = String(PORT_DEFAULT)): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function choice(flags: string, help: string, values: readonly string[], value: string): Option {
  return new Option(flags, help).choices(values).default(value);
}

function usage(message: string): CliError {
  return new CliError(EXIT.usage, 'usage', `${message}. Nothing was written.`);
}
