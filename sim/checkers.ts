// What must hold of every run, whatever went wrong in it.
//
// Some of it is judged while the run goes on (world.ts); here is what the end of a run shows. None
// of it asks the product whether it is right: the history is that of an observer, and the counts
// are those of the people who made them.

import { personOf, videoOf } from '@holdfast/engine/counting/numbers.ts';
import { shownLikes, shownViews } from '@holdfast/engine/counting/rows.ts';
import { hashHex } from '@holdfast/engine/counting/set-hash.ts';
import { checkRows } from '@holdfast/engine/testing/check-against-rules.ts';
import { identify } from '@holdfast/engine/testing/engine-rig.ts';
import type { SubjectId } from '@holdfast/protocol/ids.ts';
import { subjectKeyOf } from '@holdfast/server/cell/identity.ts';
import { VIDEOS } from './audience.ts';
import type { Disk } from './disk.ts';
import type { Batch, Counts } from './history.ts';
import type { SimParty } from './party.ts';
import type { World } from './world.ts';

/** Judges a world that has come to rest. */
export async function checkEnd(world: World, owner: SimParty): Promise<void> {
  await (await owner.roles?.current.open())?.flusher.flushAll();
  const batches = world.history.through(await owner.disk.headHash());
  acknowledgedIsThere(world, batches);
  sealFinal(world, batches);
  publishedWasTrue(world, batches);
  effects(world, owner.disk);
  conservation(world, owner.disk);
}

/** NoLoss: every batch that was acknowledged is in the owner's history, at its place. */
function acknowledgedIsThere(world: World, batches: readonly Batch[]): void {
  const hashes = new Set(batches.map(({ hash }) => hash));
  for (const { party, epoch, seq, hash } of world.history.acked) {
    if (hashes.has(hash)) continue;
    world.broken(
      'NoLoss',
      `batch ${seq} of epoch ${epoch} was acknowledged by ${party} and is gone`,
    );
  }
}

/** SealFinal: an epoch ends at its seal and at its cut, and epochs never go back. */
function sealFinal(world: World, batches: readonly Batch[]): void {
  let before: Batch | undefined;
  for (const batch of batches) {
    if (before !== undefined && batch.epoch < before.epoch) {
      world.broken('SealFinal', `batch ${batch.seq} goes back to epoch ${batch.epoch}`);
    }
    if (before?.isSeal === true && batch.epoch <= before.epoch) {
      world.broken('SealFinal', `batch ${batch.seq} follows the seal of its epoch`);
    }
    before = batch;
  }
  for (const { epoch, act, cut } of world.registrar.entries) {
    if (cut === undefined) continue;
    const at = batches[cut.seq - 1];
    if (at?.hash !== cut.chain) {
      world.broken('SealFinal', `the cut of ${act} in epoch ${epoch} is not in the history`);
    }
    const next = batches[cut.seq];
    if (next !== undefined && next.epoch < epoch) {
      world.broken('SealFinal', `batch ${next.seq} of epoch ${next.epoch} lies behind its cut`);
    }
  }
}

/** OneDecision: one entry for each epoch, and each may follow the one before. */
export function oneDecision(world: World): void {
  world.registrar.entries.forEach(({ epoch }, index) => {
    if (epoch === index + 1) return;
    world.broken('OneDecision', `entry ${index + 1} is of epoch ${epoch}`);
  });
}

/** MonotoneDisplay: whatever a gateway took was the count at that place of the one history. */
function publishedWasTrue(world: World, batches: readonly Batch[]): void {
  const now = new Map<string, Counts>();
  const bySeq = new Map<number, ReadonlyMap<string, Counts>>();
  for (const { seq, counts } of batches) {
    for (const [video, count] of counts) now.set(video, count);
    bySeq.set(seq, new Map(now));
  }
  for (const { seq, video, likes, views } of world.publications) {
    const was = bySeq.get(seq)?.get(video);
    if (was?.likes === likes && was.views === views) continue;
    const detail = `${video} was shown with ${likes} likes and ${views} views at batch ${seq}`;
    world.broken('MonotoneDisplay', `${detail}, where it had ${was?.likes} and ${was?.views}`);
  }
}

/** NoLoss and NoDouble: the state is what people did, each of it once. */
function effects(world: World, disk: Disk): void {
  const { rows } = disk;
  const names = new Map<string, string>();
  for (let person = 1; person <= 32; person += 1) {
    const subject = `p${person}` as SubjectId;
    const key = subjectKeyOf({ kind: 'subject', tenant: 'sim', subject });
    names.set(hashHex(identify(key).pseudonym), subject);
  }
  const videos = new Map([...rows.videos.values()].map((row) => [row.video, row]));
  for (const video of VIDEOS) {
    const row = videos.get(video);
    const expected = world.audience?.expected(video);
    if (row === undefined || expected === undefined) {
      world.broken('NoLoss', `${video} is not known any more`);
      continue;
    }
    const likers = [...rows.likes.keys()]
      .filter((key) => videoOf(key) === row.no)
      .map((key) =>
        names.get(hashHex(rows.persons.get(personOf(key))?.pseudonym ?? new Uint32Array())),
      );
    differs(world, `likers of ${video}`, expected.likers.size, likers.length);
    for (const liker of expected.likers) {
      if (!likers.includes(liker))
        world.broken('NoLoss', `the like of ${liker} for ${video} is gone`);
    }
    differs(world, `likes of ${video}`, expected.likers.size, shownLikes(row));
    differs(world, `views of ${video}`, expected.views, shownViews(row));
  }
}

function differs(world: World, what: string, expected: number, found: number): void {
  if (found === expected) return;
  const checker = found > expected ? 'NoDouble' : 'NoLoss';
  world.broken(checker, `${what}: people made ${expected}, the cell counts ${found}`);
}

/** Conservation: the books balance, and every count is that of its rows. */
function conservation(world: World, disk: Disk): void {
  try {
    checkRows(disk.rows);
  } catch (error) {
    world.broken('Conservation', String(error));
  }
}

/** Why a world has not come to rest, or nothing when it has. */
export function unrest(world: World): string | undefined {
  const { audience, parties } = world;
  if (audience?.isServed !== true) return `${audience?.left} ops are not acknowledged`;
  const owners = parties.filter(({ engine }) => engine?.isOpen === true);
  const [owner] = owners;
  if (owner === undefined || owners.length > 1) return `${owners.length} parties serve`;
  const follower = parties.find((other) => other !== owner);
  const [own, other] = [owner.state?.kind, follower?.state?.kind];
  const isFollowed =
    (own === 'shadow' && other === 'follow-shadow') ||
    (own === 'joint' && other === 'follow-joint');
  if (!isFollowed) return `the parties are ${own} and ${other}`;
  const [mine, theirs] = [owner.roles?.durableSeq(), follower?.roles?.durableSeq()];
  if (mine !== theirs) return `the journals end at ${mine} and ${theirs}`;
  return undefined;
}

/** Which gateway does not show yet what everybody did, or nothing when all do. */
export function notShown({ audience, gateways }: World): string | undefined {
  for (const { name, exchange } of gateways) {
    for (const video of VIDEOS) {
      const wanted = audience?.expected(video);
      const shown = exchange?.counts(video);
      if (shown?.likes.value !== wanted?.likers.size || shown?.views.value !== wanted?.views) {
        return `${name} shows ${shown?.likes.value} likes of ${video}, not ${wanted?.likers.size}`;
      }
    }
  }
  return undefined;
}

/** SidesEqual: two copies that are equally far are the same. */
export async function sidesEqual(world: World): Promise<void> {
  const [left, right] = await Promise.all(world.parties.map(async (party) => copyOf(party)));
  if (left !== right) world.broken('SidesEqual', `the two copies differ: ${left} and ${right}`);
}

async function copyOf({ disk, roles }: SimParty): Promise<string> {
  const meta = roles?.view()?.meta;
  if (meta === undefined) return 'no copy';
  const chain = await disk.headHash();
  return `${meta.seq} ${chain} ${hashHex(meta.likesHash)} ${hashHex(meta.countsHash)}`;
}
