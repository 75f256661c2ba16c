// `npm run holdfast`'s hand-over copies every video's counts within the pause: how long that takes for
// a million videos, and how long the file takes that a thread makes of it afterwards. Prints, judges
// nothing.
//
//   node bench/src/balances/main.ts [VIDEOS]

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { COMMITTED } from '@holdfast/engine/counting/lines.ts';
import type { VideoNo } from '@holdfast/engine/counting/numbers.ts';
import { newVideoRow } from '@holdfast/engine/counting/rows.ts';
import {
  emptyHash,
  hashHex,
  moveCount,
  moveName,
  textHash,
} from '@holdfast/engine/counting/set-hash.ts';
import { VideoTable } from '@holdfast/engine/engine/video-table.ts';
import type { Jurisdiction, Seq, VideoId } from '@holdfast/protocol/ids.ts';
import { makeInThread } from '@holdfast/server/balances/balance-maker.ts';
import { findBalance } from '@holdfast/server/balances/balance-file.ts';
import { openStateWriter } from '@holdfast/engine/state/sqlite/schema.ts';

const VIDEOS_DEFAULT = 1_000_000;
const ROUNDS = 7;
const LOOK_UPS = 200;

const videos = Number(process.argv[2] ?? VIDEOS_DEFAULT);
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const ms = (from: number): string => (performance.now() - from).toFixed(1);

const table = new VideoTable();
const hash = emptyHash();
const totals = { videos, likes: 0, views: 0 };
for (let no = 1; no <= videos; no += 1) {
  const video = `v${no.toString(36).padStart(8, '0')}` as VideoId;
  const row = newVideoRow(no as VideoNo, video, 10_000, 'creator', 1 as Seq);
  row.likes = no % 1_000;
  row.views = no % 5_000;
  totals.likes += row.likes;
  totals.views += row.views;
  table.set(no as VideoNo, row);
  moveName(hash, no, textHash(video), 1);
  for (const [slot, field] of COMMITTED.entries()) moveCount(hash, no as VideoNo, slot, row[field]);
}
say(`${videos} videos, all of them changed since the state was last stored`);
const rounds = Array.from({ length: ROUNDS }, () => {
  const from = performance.now();
  table.copy();
  return Number(ms(from));
});
say(`copy within the pause, ${ROUNDS} times: ${rounds.join(', ')} ms`);

const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-balances-'));
try {
  const stateFile = join(folder, 'state.db');
  openStateWriter(stateFile).close();
  const balanceFile = join(folder, 'cut.bin');
  const place = { cell: 'us' as Jurisdiction, epoch: 2, seq: 1 };
  const job = { stateFile, balanceFile, place, countsHash: hashHex(hash), totals };
  const from = performance.now();
  const tree = await makeInThread(job, [table.copy()]);
  const mib = statSync(balanceFile).size / 2 ** 20;
  say(`file of all of them, in a thread: ${ms(from)} ms, ${mib.toFixed(0)} MiB`);
  const asked = performance.now();
  for (let time = 0; time < LOOK_UPS; time += 1) {
    const no = 1 + Math.floor((time * videos) / LOOK_UPS);
    const video = `v${no.toString(36).padStart(8, '0')}`;
    if (findBalance(balanceFile, place, tree.videos, video) === undefined) throw new Error(video);
  }
  say(`one video with its proof: ${(Number(ms(asked)) / LOOK_UPS).toFixed(2)} ms`);
} finally {
  rmSync(folder, { recursive: true });
}
