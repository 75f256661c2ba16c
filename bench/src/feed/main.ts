// `npm run bench:feed`: how the feed feels. Scrolls through 200 clips in Chromium and measures memory,
// dropped frames, and how long a like takes to show (Interaction to Next Paint), beside a bare page.

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeCommit, describeMachine } from '../run/machine.ts';
import { CHROMIUM, openChromium } from './chromium.ts';
import { longFeed, measureApp, measureFloor, SIZE } from './measure.ts';
import type { Plan } from './measure.ts';
import { renderFeedMarkdown, verdictsOf } from './report.ts';
import type { FeedReport, Round } from './report.ts';

const HELP = `Usage: npm run bench:feed -- [options]

  --clips N      how many clips are passed (200); results are kept of 200 and more
  --pause-ms N   from one clip to the next (600)
  --rounds N     how often, each with the bare page before it (1)
  --realtime     the browser goes before all other work on the machine (needs chrt and root)
  --out FOLDER   where results go (bench/results)
  --help         this text
`;
const REPOSITORY_ROOT: string = fileURLToPath(new URL('../../..', import.meta.url));
const CLIPS_KEPT_MIN = 200;

/** Starts Holdfast with its sample clips and gives its address. */
async function startServer(
  data: string,
): Promise<Readonly<{ url: string; stop: () => Promise<void> }>> {
  const main = ['packages/server/src/main.ts', 'start', '--port', '0', '--data', data];
  const child = spawn(process.execPath, main, {
    cwd: REPOSITORY_ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  for (;;) {
    const [, url] = /API +(http:\/\/[\d.:]+)\/v1/.exec(said) ?? [];
    if (url !== undefined) return { url, stop };
    if (child.exitCode !== null) throw new Error(`the server ended: ${said}`);
    await sleep(100);
  }
}

async function versionOf(): Promise<string> {
  const browser = await openChromium(SIZE, false);
  await browser.close();
  return browser.version;
}

async function write(report: FeedReport, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const { startedAt, commit, dirty } = report;
  const name = `${startedAt.slice(0, 10)}-${commit}${dirty ? '-dirty' : ''}-feed`;
  const path = join(folder, name);
  await writeFile(`${path}.json`, `${JSON.stringify(report, null, 1)}\n`);
  await writeFile(`${path}.md`, renderFeedMarkdown(report));
  return path;
}

async function run(plan: Omit<Plan, 'url' | 'clips'>, args: Args, data: string): Promise<void> {
  const startedAt = new Date().toISOString();
  const commit = await describeCommit(REPOSITORY_ROOT);
  const machine = describeMachine(data);
  const chromium = await versionOf();
  const { url, stop } = await startServer(join(data, 'server'));
  const rounds: Round[] = [];
  try {
    const clips = await longFeed(url, args.clips);
    for (let round = 1; round <= args.rounds; round += 1) {
      console.log(`round ${round} of ${args.rounds}: the bare page, then the feed`);
      const floor = await measureFloor({ ...plan, url, clips });
      const app = await measureApp({ ...plan, url, clips });
      rounds.push({ load: loadavg()[0] ?? 0, floor, app });
    }
  } finally {
    await stop();
  }
  const report = { ...commit, startedAt, machine, chromium, clips: args.clips, ...plan, rounds };
  console.log(renderFeedMarkdown(report));
  if (args.clips >= CLIPS_KEPT_MIN) console.log(`${await write(report, args.out)}.md`);
  const missed = verdictsOf(report).filter(({ isMet }) => !isMet).length;
  console.log(missed === 0 ? 'All targets met.' : `${missed} targets missed.`);
}

type Args = Readonly<{ clips: number; rounds: number; out: string }>;

const { values } = parseArgs({
  options: {
    clips: { type: 'string', default: '200' },
    'pause-ms': { type: 'string', default: '600' },
    rounds: { type: 'string', default: '1' },
    realtime: { type: 'boolean', default: false },
    out: { type: 'string', default: join(REPOSITORY_ROOT, 'bench/results') },
    help: { type: 'boolean', default: false },
  },
});
const args = { clips: Number(values.clips), rounds: Number(values.rounds), out: values.out };
const pauseMs = Number(values['pause-ms']);
if (values.help) console.log(HELP);
else if (![args.clips - 1, args.rounds, pauseMs].every((n) => Number.isInteger(n) && n > 0)) {
  console.error(HELP);
  process.exitCode = 1;
} else if (!existsSync(CHROMIUM)) {
  console.error(`There is no ${CHROMIUM}, so nothing was measured. Install Debian's chromium.`);
  process.exitCode = 1;
} else {
  const data = await mkdtemp(join(tmpdir(), 'holdfast-bench-feed-'));
  try {
    await run({ pauseMs, isRealtime: values.realtime }, args, data);
  } finally {
    await rm(data, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}
