// `holdfast status export`: the whole page as plain files.

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { readEnv } from '../config/env.ts';
import { fileOf } from '../status/page/site.ts';
import { CliError } from './cli-error.ts';
import { writeJson } from './cli-io.ts';
import type { CliIo } from './cli-io.ts';
import { JSON_FLAG, JSON_HELP, messageOf } from './command-context.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { originOf, usage } from './status-flags.ts';

const SECONDS_MIN = 5;
const ANSWER_MS_MAX = 10_000;
const FILES_MAX = 5_000;

type Flags = Readonly<{ page?: string; every?: string; json?: true }>;

const HELP = `
Copies every page, document and feed of a running status page into a folder. Any host that serves
files can serve them, and goes on when everything else is down. With --every it goes on copying; a
copy that is no longer renewed says so by itself in a browser, and counts as unknown.

Examples:
  $ holdfast status export ./site
  $ holdfast status export /srv/www --every 30 --page https://status.example
`;

export function addStatusExportCommand(status: Command, { io, finish }: CommandContext): void {
  status
    .command('export <dir>')
    .summary('write the page as plain files')
    .description('Writes the page of a running status process as plain files.')
    .option('--page <url>', 'the page to copy (http://127.0.0.1:7440)')
    .option('--every <seconds>', `copy again and again, at least ${SECONDS_MIN} s apart`)
    .option(JSON_FLAG, JSON_HELP)
    .addHelpText('after', HELP)
    .action(async (dir: string, flags: Flags) => {
      finish(await run(io, resolve(io.cwd, dir), flags));
    });
}

async function run(io: CliIo, dir: string, flags: Flags): Promise<ExitCode> {
  const { values } = readEnv(io.env);
  const page = originOf(
    '--page',
    flags.page ?? values.HOLDFAST_STATUS_URL ?? 'http://127.0.0.1:7440',
  );
  const every = flags.every === undefined ? undefined : Number(flags.every);
  if (every !== undefined && !(every >= SECONDS_MIN)) {
    throw usage('every-invalid', `--every must be at least ${SECONDS_MIN} seconds.`);
  }
  for (;;) {
    try {
      const files = await copySite(page, dir);
      if (flags.json === true) writeJson(io, { event: 'exported', dir, files });
      else io.out.write(`${files} files in ${dir}, as of ${new Date(io.nowMs()).toISOString()}\n`);
    } catch (cause) {
      if (every === undefined || !(cause instanceof CliError)) throw cause;
      // The copy is for the time when the page is away, and goes on when it is back.
      io.err.write(`holdfast: ${cause.message}\n`);
    }
    if (every === undefined) return EXIT.ok;
    await sleep(every * 1_000);
  }
}

async function fetchText(page: string, path: string): Promise<string> {
  try {
    const response = await fetch(`${page}${path}`, { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    if (response.ok) return await response.text();
    throw new Error(`${path} answers ${response.status}`);
  } catch (cause) {
    throw new CliError(
      EXIT.unreachable,
      'page-unreachable',
      `The status page at ${page} cannot be copied: ${messageOf(cause)}. What was copied before ` +
        'is as it was. Start it with `holdfast status`, or name it with --page.',
      cause,
    );
  }
}

/** Copies every address that the page names. Each file is replaced whole. Returns how many. */
async function copySite(page: string, dir: string): Promise<number> {
  const listed = JSON.parse(await fetchText(page, '/status/site.json')) as { paths: string[] };
  const paths = listed.paths.slice(0, FILES_MAX);
  for (const path of paths) {
    const file = join(dir, fileOf(path));
    mkdirSync(dirname(file), { recursive: true });
    const text = await fetchText(page, path);
    // Plain files take no form; the page itself does, when it is there.
    writeFileSync(`${file}.new`, text.replaceAll('action="/status/', `action="${page}/status/`));
    renameSync(`${file}.new`, file);
  }
  const front =
    '<!doctype html><meta http-equiv="refresh" content="0; url=/status/"><title>Status</title><a href="/status/">Status</a>\n';
  writeFileSync(join(dir, 'index.html'), front);
  return paths.length + 1;
}
