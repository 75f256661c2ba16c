// Counts ops on disk until it is killed. Says every acknowledgement at once, and nothing else.

import { join } from 'node:path';
import process from 'node:process';
import { openSqliteJournal } from '../journal/sqlite/sqlite-journal.ts';
import { openSqliteStateStore } from '../state/sqlite/sqlite-state-store.ts';
import { crashClocks, requestOf, SESSIONS, VIDEOS, videoId } from '../testing/crash-ops.ts';
import { CALM_LIMITS, openRig } from '../testing/engine-rig.ts';
import { seededRandom } from '../testing/random.ts';
import { say } from '../testing/say.ts';

const [folder = '', seed = '0', highestText = ''] = process.argv.slice(2);
const random = seededRandom(Number(seed));
const acked = highestText.split(',').map(Number);

const store = await openSqliteStateStore(join(folder, 'state.db'));
const { engine } = await openRig(
  { clocks: crashClocks, journal: openSqliteJournal({ file: join(folder, 'journal.db') }), store },
  // Flushes come all the time, so that many a kill meets one.
  { limits: { ...CALM_LIMITS, flushRowsMin: 60, flushAgeMsMax: 5 } },
);
for (let no = 0; no < VIDEOS; no += 1) {
  await engine.ask({ kind: 'video', video: videoId(no), durationMs: 10_000, creatorKey: 'x' });
}

/** One device: sends a few ops at a time, and the next when they are acknowledged. */
async function device(session: number): Promise<never> {
  for (let from = (acked[session] ?? 0) + 1; ;) {
    const ops = 1 + random.below(8);
    const reply = await engine.ask(requestOf(session, from, ops));
    if (reply.kind !== 'durable') throw new Error(`not durable: ${JSON.stringify(reply)}`);
    from += ops;
    say(`${session} ${from - 1}`);
  }
}

await Promise.all(Array.from({ length: SESSIONS }, async (_, session) => device(session)));
