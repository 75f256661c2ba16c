import { beforeEach, expect, test } from 'vitest';
import type { Epoch, Seq } from '@holdfast/protocol/ids.ts';
import type { LikesRecount } from '@holdfast/engine/state/sqlite/recount-likes.ts';
import { openLikesRecounter, REST_MS_MIN, REST_TIMES } from './likes-recounter.ts';
import type { LikesRecounter } from './likes-recounter.ts';

const TOOK_MS = 400;

let atMs: number;
let made: number;
let fails: boolean;
let recounter: LikesRecounter;

beforeEach(() => {
  atMs = 0;
  made = 0;
  fails = false;
  const recountLikes = async (): Promise<LikesRecount> => {
    made += 1;
    atMs += TOOK_MS;
    if (fails) throw new Error('the disk is away');
    const at = { epoch: 1 as Epoch, seq: made as Seq };
    return { ...at, rows: 1, videos: 1, offVideos: 0, off: [] };
  };
  recounter = openLikesRecounter({
    store: { recountLikes },
    nowMs: () => atMs,
    monotonicMs: () => atMs,
  });
});

test('ST47: a recount is told again until it has rested a hundred times what it took', async () => {
  expect(await recounter()).toMatchObject({ seq: 1, madeAtMs: TOOK_MS });
  atMs += TOOK_MS * REST_TIMES - 1;
  expect((await recounter())?.seq).toBe(1);
  atMs += 1;
  expect((await recounter())?.seq).toBe(2);
});

test('ST47: whoever asks at the same time shares one recount', async () => {
  const [one, other] = await Promise.all([recounter(), recounter()]);
  expect([one?.seq, other?.seq, made]).toEqual([1, 1, 1]);
});

test('ST47: a recount that failed is told as such, and made again after a rest', async () => {
  fails = true;
  await expect(recounter()).rejects.toThrow('the disk is away');
  expect(await recounter()).toBeUndefined();
  fails = false;
  atMs += Math.max(REST_MS_MIN, TOOK_MS * REST_TIMES);
  expect((await recounter())?.seq).toBe(2);
});
