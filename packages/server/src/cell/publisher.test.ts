import { describe, expect, it } from 'vitest';
import type { VideoNo } from '@holdfast/engine/counting/numbers.ts';
import { emptyMeta } from '@holdfast/engine/counting/rows.ts';
import type { VideoRow } from '@holdfast/engine/counting/rows.ts';
import type { Epoch, Jurisdiction, Seq, VideoId } from '@holdfast/protocol/ids.ts';
import type { Publication } from '../border/publication.ts';
import { openBorder } from '../border/border.ts';
import { CellLine } from './cell-line.ts';
import { Publisher } from './publisher.ts';
import type { PublisherSource } from './publisher.ts';

const US = 'us' as Jurisdiction;
const EPOCH = 1 as Epoch;
const VIDEOS = 3;

function rowOf(no: number): Readonly<VideoRow> {
  // What a publication is made of.
  const counts = { likes: 1, views: 1, likesCorrected: 0, viewsCorrected: 0 };
  return { no: no as VideoNo, video: `v${no}` as VideoId, seq: 5, ...counts } as never;
}

/** A cell of three videos that reads one at a time, and a line to it. */
function cell() {
  const clock = { ms: 0 };
  const at: { publisher?: Publisher } = {};
  const line = new CellLine(
    US,
    (request) => {
      if (request.kind !== 'resync') return;
      line.resyncing();
      at.publisher?.resync(request.position, request.id);
    },
    () => undefined,
  );
  const border = openBorder((record) => line.take(record));
  const source: PublisherSource = {
    jurisdiction: US,
    epoch: () => EPOCH,
    meta: () => ({ ...emptyMeta(EPOCH), seq: 5 as Seq }),
    nowMs: () => clock.ms,
    monotonicMs: () => clock.ms,
    videosAfter: async (after) => (after < VIDEOS ? [rowOf(after + 1)] : []),
    publish: (publication) => border.pass({ type: 'subtotals', publication }),
    publishWatermark: (publication, resynced) =>
      border.pass({ type: 'watermark', publication, resynced }),
  };
  const succeed = (): void => {
    at.publisher = new Publisher(source, at.publisher?.resyncs);
  };
  succeed();
  line.open();
  const tick = async (): Promise<void> => {
    clock.ms += 600;
    await at.publisher?.tick();
  };
  return { line, tick, succeed };
}

function listen(line: CellLine): Readonly<{ heard: string[]; take: (one: Publication) => void }> {
  const heard: string[] = [];
  const take = (one: Publication): void =>
    void heard.push(one.kind === 'watermark' ? 'watermark' : one.videos.join());
  line.subscribe(take);
  return { heard, take };
}

describe('W107: a resync', () => {
  it('W107: ends with a watermark that comes after everything that was asked for', async () => {
    const { line, tick } = cell();
    const { heard, take } = listen(line);
    line.resync(undefined, take);
    for (let turn = 0; turn < VIDEOS + 2; turn += 1) await tick();
    expect(heard).toEqual(['v1', 'v2', 'v3', 'watermark']);
  });

  it('W107: of one reader keeps no watermark from another, whose counts stay live', async () => {
    const { line, tick } = cell();
    const first = listen(line);
    await tick();
    expect(first.heard).toEqual(['watermark']);
    const second = listen(line);
    line.resync(undefined, second.take);
    for (let turn = 0; turn < VIDEOS; turn += 1) {
      await tick();
      expect(first.heard.filter((one) => one === 'watermark')).toHaveLength(turn + 2);
    }
    expect(second.heard).not.toContain('watermark');
    await tick();
    await tick();
    expect(second.heard.at(-1)).toBe('watermark');
  });

  it('W107: that is asked for while one runs is covered by the watermark after both', async () => {
    const { line, tick } = cell();
    const first = listen(line);
    line.resync(undefined, first.take);
    await tick();
    const second = listen(line);
    line.resync(undefined, second.take);
    for (let turn = 0; turn < VIDEOS + 2; turn += 1) await tick();
    expect(second.heard).toEqual(['v1', 'v2', 'v3', 'watermark']);
    expect(first.heard.at(-1)).toBe('watermark');
    expect(first.heard.filter((one) => one === 'watermark')).toHaveLength(1);
  });

  it('W107: is finished by whoever publishes next, and what was done stays done', async () => {
    const { line, tick, succeed } = cell();
    const first = listen(line);
    line.resync(undefined, first.take);
    for (let turn = 0; turn < VIDEOS + 2; turn += 1) await tick();
    const second = listen(line);
    line.resync(undefined, second.take);
    await tick();
    succeed();
    const before = first.heard.length;
    await tick();
    expect(first.heard.slice(before)).toContain('watermark');
    expect(second.heard).not.toContain('watermark');
    for (let turn = 0; turn < VIDEOS + 2; turn += 1) await tick();
    expect(second.heard.at(-1)).toBe('watermark');
  });
});
