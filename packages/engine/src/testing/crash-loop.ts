// Kills a counting process again and again, and counts what is left with nothing of its own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { checkJournal } from '../books/check-journal.ts';
import { checkState } from '../books/check-state.ts';
import { openSqliteJournal } from '../journal/sqlite/sqlite-journal.ts';
import { openStateReader } from '../state/sqlite/schema.ts';
import { openSqliteStateStore } from '../state/sqlite/sqlite-state-store.ts';
import { countsOf, crashClocks, SESSIONS, VIDEOS, videoId } from './crash-ops.ts';
import { openRig } from './engine-rig.ts';
import { seededRandom } from './random.ts';

const PROGRAM = fileURLToPath(new URL('../engine/count-forever.test-process.ts', import.meta.url));
/** Kills between two counts: most openings are of what a kill left, not of what a count tidied. */
const KILLS_PER_COUNT = 5;

/** Lets the process count for a random while, kills it, and notes what it had acknowledged. */
async function countAndKill(folder: string, seed: number, acked: number[]): Promise<string[]> {
  const random = seededRandom(seed);
  const args = [PROGRAM, folder, `${seed}`, acked.join(',')];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const enough = random.below(300);
  let said = '';
  let lines = 0;
  for await (const chunk of child.stdout) {
    const text = String(chunk);
    said += text;
    lines += text.split('\n').length - 1;
    if (lines > enough) child.kill('SIGKILL');
  }
  for (const line of said.split('\n').slice(0, -1)) {
    const [session = 0, n = 0] = line.split(' ').map(Number);
    acked[session] = Math.max(acked[session] ?? 0, n);
  }
  // It ends only because it was killed; whatever else ended it was a fault.
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.signalCode === 'SIGKILL' ? [] : [`ended by itself with ${child.exitCode}`];
}

/** All that is wrong with what is on disk, in words; nothing if all is well. */
async function faultsIn(folder: string): Promise<string[]> {
  const options = { onProgress: () => undefined, monotonicMs: () => 0 };
  const state = openStateReader(join(folder, 'state.db'));
  const { meta, differences } = checkState(state, options);
  state.close();
  const journal = openSqliteJournal({ file: join(folder, 'journal.db'), readOnly: true });
  const check = await checkJournal(journal, meta?.seq ?? 0, options);
  await journal.close();
  const faults = [...differences, ...check.differences].map(
    ({ what, expected, found }) => `${what}: expected ${expected}, found ${found}`,
  );
  const accepted = meta?.opsAccepted ?? 0;
  if (check.opsInState !== accepted) {
    faults.push(`the journal has ${check.opsInState} ops, the state ${accepted}`);
  }
  return faults;
}

/** Opens what the kills left and compares it with what was acknowledged. */
async function recount(folder: string, acked: readonly number[]): Promise<string[]> {
  const faults: string[] = [];
  const journal = openSqliteJournal({ file: join(folder, 'journal.db') });
  const store = await openSqliteStateStore(join(folder, 'state.db'));
  const { engine } = await openRig({ clocks: crashClocks, journal, store });
  await engine.flush();
  const keys = Array.from({ length: SESSIONS }, (_, session) => `crash/${session}`);
  const none = { persons: new Set<never>(), videos: new Set<never>(), likes: new Set<never>() };
  const { sessions } = await store.load({ ...none, sessions: new Set(keys), uniques: new Set() });
  const highest = keys.map((key) => sessions.get(key)?.highest ?? 0);
  highest.forEach((n, session) => {
    const promised = acked[session] ?? 0;
    if (n < promised) faults.push(`session ${session}: ${promised} acknowledged, ${n} kept`);
  });
  const wanted = countsOf(highest);
  for (let no = 0; no < VIDEOS; no += 1) {
    const video = await engine.videoNo(videoId(no));
    const row = video === undefined ? undefined : await engine.view.video(video);
    const { likes = 0, views = 0 } = wanted.get(videoId(no)) ?? {};
    if (row?.likes !== likes || row.views !== views) {
      faults.push(`v${no}: expected ${likes} likes ${views} views, found ${JSON.stringify(row)}`);
    }
  }
  await engine.close();
  await store.close();
  await journal.close();
  return faults;
}

export type CrashReport = Readonly<{ faults: readonly string[]; opsAcked: number }>;

/** Kills so many times; after every few looks at the counts, and at the books after each. */
export async function crashLoop(folder: string, kills: number, seed: number): Promise<CrashReport> {
  const acked = new Array<number>(SESSIONS).fill(0);
  const faults: string[] = [];
  for (let kill = 1; kill <= kills; kill += 1) {
    faults.push(...(await countAndKill(folder, seed + kill, acked)));
    faults.push(...(await faultsIn(folder)));
    if (kill % KILLS_PER_COUNT !== 0 && kill !== kills) continue;
    faults.push(...(await recount(folder, acked)), ...(await faultsIn(folder)));
  }
  return { faults, opsAcked: acked.reduce((sum, n) => sum + n, 0) };
}
