import type { Epoch, Seq } from '@holdfast/protocol/ids.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Publication } from '../../border/publication.ts';
import { subtotals, us, watermark } from '../../exchange/fake-publications.ts';
import { entry, north, rig, settled, south, unreachable } from './ops-route.fixture.ts';
import type { Rig, Stream } from './ops-route.fixture.ts';
import { publicationRoute, REOPEN_MS_MAX, REOPEN_MS_MIN } from './publication-route.ts';
import type { PublicationRoute } from './publication-route.ts';

const STORED = { epoch: 1 as Epoch, seq: 5 as Seq };

let made: Rig;
let route: PublicationRoute;
let got: Publication[];
let refused: string[];

beforeEach(() => {
  made = rig(entry(1, north));
  got = [];
  refused = [];
  const { line, time } = made;
  const onRefused = (detail: string): void => void refused.push(detail);
  route = publicationRoute({ line, timers: time.timers, random: () => 1, onRefused });
  route.subscribe((publication) => got.push(publication));
});

function stream(index: number): Stream {
  const found = made.streams[index];
  if (found === undefined) throw new Error(`stream ${index} was not opened`);
  return found;
}

describe('what the owner publishes', () => {
  it('W116: is asked for from the position that is held, and handed on in order', () => {
    route.resync(STORED);
    expect(stream(0)).toMatchObject({ to: 'north', after: STORED });
    expect(route.isOpen()).toBe(false);
    const published = [subtotals(us, 1, 6, { a: [1, 1] }), watermark(us, 1, 6, 1)];
    stream(0).publish(...published);
    expect(got).toEqual(published);
    expect(route.isOpen()).toBe(true);
  });

  it('W116: is asked for again from the last watermark when the stream has ended', async () => {
    route.resync(STORED);
    stream(0).publish(watermark(us, 1, 6, 1), subtotals(us, 1, 7, { a: [2, 2] }));
    stream(0).end(unreachable);
    await settled();
    expect(route.isOpen()).toBe(false);
    await made.pass(REOPEN_MS_MIN + 5);
    expect(stream(1).after).toEqual({ epoch: 1, seq: 6 });
  });

  it('W116: is asked for less and less often while the cell is away, but goes on', async () => {
    route.resync(undefined);
    for (let tries = 0; tries < 8; tries += 1) {
      made.streams.at(-1)?.end(unreachable);
      await made.pass(REOPEN_MS_MAX + 5);
    }
    expect(made.streams).toHaveLength(9);
    made.streams.at(-1)?.end(unreachable);
    await made.pass(REOPEN_MS_MAX - 50);
    expect(made.streams).toHaveLength(9);
    expect(made.reach).toEqual(['north away']);
    await made.pass(100);
    made.streams.at(-1)?.publish(watermark(us, 1, 6, 1));
    expect(made.reach).toEqual(['north away', 'north there']);
  });

  it('W116: comes from the new owner as soon as the charter names it', async () => {
    route.resync(undefined);
    stream(0).publish(watermark(us, 1, 6, 1));
    made.book.add(entry(2, south));
    await made.pass(REOPEN_MS_MIN + 5);
    expect(stream(0).signal.aborted).toBe(true);
    expect(stream(1)).toMatchObject({ to: 'south', after: { epoch: 1, seq: 6 } });
    expect(stream(0).publish(watermark(us, 1, 9, 1))).toBe(false);
    expect(got).toHaveLength(1);
  });

  it('W116: goes on under a new epoch of the same owner', async () => {
    route.resync(undefined);
    stream(0).publish(watermark(us, 1, 6, 1));
    made.book.add(entry(2, north));
    await made.pass(REOPEN_MS_MAX);
    expect(made.streams).toHaveLength(1);
    expect(stream(0).publish(watermark(us, 2, 7, 1))).toBe(true);
  });

  it('W116: of an epoch that another owned is not taken, and ends the stream', async () => {
    made.book.add(entry(2, south));
    route.resync(undefined);
    expect(stream(0).to).toBe('south');
    const published = [watermark(us, 2, 9, 1), subtotals(us, 1, 99, { a: [9, 9] })];
    expect(stream(0).publish(...published)).toBe(false);
    expect(got).toEqual(published.slice(0, 1));
    expect(refused).toHaveLength(1);
    await made.pass(REOPEN_MS_MAX);
    expect(stream(1).after).toEqual({ epoch: 2, seq: 9 });
    expect(made.reach).toEqual([]);
  });

  it('W116: of an epoch that has yet to be heard of is asked for again', async () => {
    route.resync(undefined);
    expect(stream(0).publish(subtotals(us, 2, 9, { a: [1, 1] }))).toBe(false);
    expect([got, refused]).toEqual([[], []]);
    made.book.add(entry(2, north));
    await made.pass(REOPEN_MS_MIN + 5);
    expect(stream(1).publish(subtotals(us, 2, 9, { a: [1, 1] }))).toBe(true);
    expect(got).toHaveLength(1);
  });

  it('is asked for anew from another position on demand', async () => {
    route.resync(STORED);
    stream(0).publish(watermark(us, 1, 6, 1));
    route.resync(undefined);
    await made.pass(REOPEN_MS_MIN + 5);
    expect(stream(1).after).toBe(undefined);
  });

  it('ends when the route is closed', async () => {
    route.resync(undefined);
    stream(0).publish(watermark(us, 1, 6, 1));
    await route.close();
    await made.pass(REOPEN_MS_MAX);
    expect(made.streams).toHaveLength(1);
    expect(route.isOpen()).toBe(false);
  });
});
