// The story of the demo, step by step, each waited for by what the charter says.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startAudience } from './audience.ts';
import { tellBalances } from './balances.ts';
import { openInstallation } from './installation.ts';
import type { Installation, Part } from './installation.ts';

const PEOPLE = 24;
const VIDEOS: readonly string[] = Array.from({ length: 12 }, (_, n) => `demo-${n}`);
/** How long people are watched between two events. */
const QUIET_MS = 4_000;
const WAIT_MS_MAX = 60_000;
const LOOK_MS = 100;

type Entry = Readonly<{
  cell: string;
  act: string;
  rule: string;
  epoch: number;
  owner: Readonly<{ operator: string; site: string }>;
}>;

type Stage = Readonly<{
  place: Installation;
  registrar: Part;
  address: readonly string[];
  say: (text: string) => void;
}>;

/** Runs the whole demo; resolves with the exit code: 0 when nothing was lost or doubled. */
export async function runDemo(write: (text: string) => void): Promise<number> {
  const startedMs = performance.now();
  const say = (text: string): void => {
    const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1).padStart(5);
    write(`${seconds} s  ${text}\n`);
  };
  const place = openInstallation();
  try {
    return await tell(place, say);
  } finally {
    await place.close();
  }
}

async function tell(place: Installation, say: (text: string) => void): Promise<number> {
  say('starting a registrar, the operators north and south, and a gateway (about 100 s in all)');
  const registrar = await place.part('registrar', ['registrar']);
  const address = ['--registrar', registrar.url];
  const stage: Stage = { place, registrar, address, say };
  const north = await cell(stage, 'north', 'north', 'main');
  const south = await cell(stage, 'south', 'south', 'main');
  const gateway = await place.part('gateway', ['gateway', ...address]);
  const audience = await startAudience(gateway.url, PEOPLE, VIDEOS);
  say(`${PEOPLE} people like and unlike ${VIDEOS.length} videos; watch at ${gateway.url}/trust/us`);
  await sleep(QUIET_MS);

  say('north hands the cell us over to south');
  await place.holdfast(...handover(stage, 'north', 'start'), '--to', south.url);
  const ceded = await charterSays(stage, (entry) => entry.act === 'cede');
  say(`epoch ${ceded.epoch}: us belongs to south; ${audience.acknowledged()} acknowledged so far`);
  await sleep(QUIET_MS);

  say('north keeps no copy any more; south starts a standby at another site');
  await place.holdfast(...handover(stage, 'south', 'abort'));
  place.shareKey('south', 'south', 'south-west');
  await cell(stage, 'south-west', 'south', 'west', '--standby');
  const joint = await charterSays(stage, (entry) => entry.rule === 'joint');
  say(`epoch ${joint.epoch}: every op is on both disks before it is acknowledged`);
  await sleep(QUIET_MS);

  say("the power of south's first site fails (kill -9)");
  const lostMs = performance.now();
  await south.kill();
  const promoted = await charterSays(stage, (entry) => entry.act === 'promote');
  const awaySeconds = ((performance.now() - lostMs) / 1_000).toFixed(1);
  say(`epoch ${promoted.epoch}: the standby took over after ${awaySeconds} s, by itself`);
  await sleep(QUIET_MS);

  say('south gives the cell back to north, which has to copy it anew');
  await place.holdfast(...handover(stage, 'south-west', 'start'), '--to', north.url);
  const back = await charterSays(stage, (entry) => entry.owner.operator === 'north');
  say(`epoch ${back.epoch}: us belongs to north again, and south's copy follows it`);
  await sleep(QUIET_MS);

  say('everybody stops; the oracle compares');
  const verdict = await audience.finish();
  const certificates = await verified(stage, ['north', 'south', 'south-west']);
  say(`${verdict.acknowledged} ops acknowledged, ${verdict.sentAgain} requests sent again`);
  say(`the longest wait of a person: ${Math.round(verdict.longestMs)} ms, when the site was lost`);
  say(`${certificates} certificates checked offline: they hold`);
  const [video = ''] = VIDEOS;
  const asked = { url: gateway.url, video, folder: place.folderOf('north') };
  await tellBalances(place, asked, say);
  await retire(stage, 'south-west');
  say(`${verdict.differences} differences in ${VIDEOS.length} counts`);
  return verdict.differences === 0 ? 0 : 1;
}

function cell(
  { place, address }: Stage,
  name: string,
  operator: string,
  site: string,
  ...more: readonly string[]
): Promise<Part> {
  const who = ['--jurisdiction', 'us', '--operator', operator, '--site', site];
  return place.part(name, ['cell', ...who, ...address, ...more]);
}

function handover({ place, address }: Stage, as: string, what: string): readonly string[] {
  return ['handover', what, '--cell', 'us', '--data', place.folderOf(as), ...address];
}

/** Ends the copy of a party that gave the cell away, and tells what its inventory says. */
async function retire(stage: Stage, name: string): Promise<void> {
  const { place, say } = stage;
  say(`${name}, which gave the cell away, retires before its 72 hours as the way back are over`);
  const text = await place.holdfast(...handover(stage, name, 'retire'), '--now', '--json');
  const { body } = JSON.parse(text) as {
    body: { key: { id: string }; files: unknown[]; unproven: string[] };
  };
  const { key, files, unproven } = body;
  say(
    `data key ${key.id} and ${files.length} files destroyed; signed, and witnessed by the registrar`,
  );
  say(`what it cannot prove: ${unproven.join(' ')}`);
}

/** Waits until the newest entry of the cell is the one that is waited for. */
async function charterSays({ registrar }: Stage, isIt: (entry: Entry) => boolean): Promise<Entry> {
  for (let waitedMs = 0; waitedMs < WAIT_MS_MAX; waitedMs += LOOK_MS) {
    const answer = await fetch(`${registrar.url}/v1/charter`);
    const { entries } = (await answer.json()) as Readonly<{ entries: readonly Entry[] }>;
    const newest = entries.findLast((entry) => entry.cell === 'us');
    if (newest !== undefined && isIt(newest)) return newest;
    await sleep(LOOK_MS);
  }
  throw new Error(`the charter did not say so within ${WAIT_MS_MAX / 1_000} s`);
}

/** Checks every certificate, and gives how many there are; rejects when one does not hold. */
async function verified({ place }: Stage, names: readonly string[]): Promise<number> {
  let count = 0;
  for (const name of names) {
    const folder = join(place.folderOf(name), 'certificates');
    for (const file of readdirSync(folder).filter((one) => /^[a-z0-9-]+\.json$/.test(one))) {
      await place.holdfast('handover', 'verify', join(folder, file));
      count += 1;
    }
  }
  return count;
}
