// What a run of `npm run bench:feed` found, what of it is asked for, and how it is written down.

import { describeBusyness } from '../run/machine.ts';
import type { Commit, Machine } from '../run/machine.ts';
import type { Memory } from './chromium.ts';
import type { Frames } from './frames.ts';

/** The page's process once so many clips were passed. */
export type Look = Memory &
  Readonly<{ clip: number; heapMb: number; nodes: number; listeners: number }>;
export type FeedRun = Frames & Readonly<{ cpuMsAClip: number; looks: readonly Look[] }>;
/** `likeMs` is the slowest press on like, until the next paint. */
export type AppRun = FeedRun & Readonly<{ likeMs: number }>;
export type Round = Readonly<{ load: number; floor: FeedRun; app: AppRun }>;

export type FeedReport = Commit &
  Readonly<{
    startedAt: string;
    machine: Machine;
    chromium: string;
    clips: number;
    pauseMs: number;
    isRealtime: boolean;
    rounds: readonly Round[];
  }>;

export type Verdict = Readonly<{ target: string; got: string; isMet: boolean }>;

const MEMORY_MB_MAX = 300;
const DROPPED_PARTS_MAX = 0.02;
const LIKE_MS_MAX = 200;
/** Memory that comes and goes with the browser's collection of garbage. */
const GROWTH_MB_MAX = 30;
/** From here on the feed has been warm. */
const WARM_CLIPS = 50;

const percent = (parts: number): string => `${(100 * parts).toFixed(2)} %`;
const mb = (value: number): string => `${value.toFixed(0)} MB`;
const most = (values: readonly number[]): number => Math.max(...values);

/** The worst round is judged. */
export function verdictsOf({ rounds }: Pick<FeedReport, 'rounds'>): readonly Verdict[] {
  const apps = rounds.map(({ app }) => app);
  const memoryMb = most(apps.flatMap(({ looks }) => looks.map(({ residentMb }) => residentMb)));
  const dropped = most(apps.map(({ droppedParts }) => droppedParts));
  const added = most(rounds.map(({ app, floor }) => app.droppedParts - floor.droppedParts));
  const growthMb = most(apps.map(growthMbOf));
  const likeMs = most(apps.map((app) => app.likeMs));
  return [
    {
      target: `a like is painted in under ${LIKE_MS_MAX} ms`,
      got: `${likeMs} ms`,
      isMet: likeMs < LIKE_MS_MAX,
    },
    {
      target: `the page's process stays under ${MEMORY_MB_MAX} MB`,
      got: mb(memoryMb),
      isMet: memoryMb < MEMORY_MB_MAX,
    },
    {
      target: `and is flat: at most ${GROWTH_MB_MAX} MB more at the end than at clip ${WARM_CLIPS}`,
      got: mb(growthMb),
      isMet: growthMb <= GROWTH_MB_MAX,
    },
    {
      target: `under ${percent(DROPPED_PARTS_MAX)} of frames dropped`,
      got: percent(dropped),
      isMet: dropped < DROPPED_PARTS_MAX,
    },
    {
      target: `of them under ${percent(DROPPED_PARTS_MAX)} more than the bare page drops`,
      got: percent(added),
      isMet: added < DROPPED_PARTS_MAX,
    },
  ];
}

function growthMbOf({ looks }: FeedRun): number {
  const warm = looks.find(({ clip }) => clip >= WARM_CLIPS) ?? looks[0];
  return (looks.at(-1)?.residentMb ?? Number.NaN) - (warm?.residentMb ?? Number.NaN);
}

export function renderFeedMarkdown(report: FeedReport): string {
  const { commit, dirty, startedAt, machine, chromium, clips, pauseMs, rounds } = report;
  const busy = describeBusyness(machine);
  const priority = report.isRealtime
    ? ' The browser had real-time priority, so that other work on the machine is not measured.'
    : '';
  const where = `${machine.cpuModel}, ${machine.cores} cores, ${machine.kernel}, ${chromium}`;
  const lines = [
    '# How the feed feels',
    '',
    `Commit \`${commit}\`${dirty ? ', with uncommitted changes' : ''}, ${startedAt.slice(0, 10)}.`,
    '',
    `${where}, drawing in software.${busy === null ? '' : ` **Note: ${busy}.**`}${priority}`,
    '',
    `${clips} clips of 720x1280 at 390x844, one each ${pauseMs} ms. The bare page has the same clips`,
    'in one video element over empty sections that snap: what it needs no feed can save.',
    '',
    '| Target | Got, the worst round | |',
    '|---|---|---|',
    ...verdictsOf(report).map(
      ({ target, got, isMet }) => `| ${target} | ${got} | ${isMet ? 'met' : 'missed'} |`,
    ),
    '',
    '| Round | Page | Frames | Dropped | Processor a clip | Slowest like | Load of the machine |',
    '|---|---|---|---|---|---|---|',
    ...rounds.flatMap(({ floor, app, load }, at) => [
      runRow(`${at + 1} | bare`, floor, '', load),
      runRow(`${at + 1} | feed`, app, `${app.likeMs} ms`, load),
    ]),
    '',
    'Memory of the page, first round: resident, of it its own, and of that in shared buffers.',
    '',
    '| Clip | Bare | Feed | JavaScript | Nodes | Listeners |',
    '|---|---|---|---|---|---|',
    ...memoryRows(rounds[0]),
  ];
  return `${lines.join('\n')}\n`;
}

function runRow(name: string, run: FeedRun, like: string, load: number): string {
  const { frames, droppedParts, cpuMsAClip } = run;
  const cpu = `${cpuMsAClip.toFixed(0)} ms`;
  return `| ${name} | ${frames} | ${percent(droppedParts)} | ${cpu} | ${like} | ${load.toFixed(1)} |`;
}

function memoryRows(round: Round | undefined): readonly string[] {
  const text = (look: Look | undefined): string =>
    look === undefined
      ? ''
      : `${mb(look.residentMb)}, ${look.ownMb.toFixed(0)}, ${look.sharedMb.toFixed(0)}`;
  return (round?.app.looks ?? []).map((look, at) => {
    const { clip, heapMb, nodes, listeners } = look;
    const bare = text(round?.floor.looks[at]);
    const rest = `${heapMb.toFixed(1)} MB | ${nodes} | ${listeners}`;
    return `| ${clip} | ${bare} | ${text(look)} | ${rest} |`;
  });
}
