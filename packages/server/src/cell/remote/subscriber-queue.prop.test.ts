import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Publication } from '../../border/publication.ts';
import { subtotals, us, watermark } from '../../exchange/fake-publications.ts';
import { subscriberQueue } from './subscriber-queue.ts';
import type { SubscriberQueue } from './subscriber-queue.ts';

type Counts = Map<string, Readonly<{ seq: number; likes: number }>>;

function note(counts: Counts, publication: Publication): void {
  if (publication.kind !== 'subtotals') return;
  for (const [index, video] of publication.videos.entries()) {
    counts.set(video, { seq: publication.seq, likes: publication.likes[index] ?? 0 });
  }
}

/** Everything up to the watermark must have been sent: not older, perhaps newer. */
function expectCovered(sent: Counts, wanted: Counts): void {
  for (const [video, { seq }] of wanted) {
    expect(sent.get(video)?.seq ?? -1).toBeGreaterThanOrEqual(seq);
  }
}

const turn = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant('publish' as const),
      videos: fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('watermark' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('take' as const),
      max: fc.integer({ min: 1, max: 3 }),
    }),
  },
);

it('W108: a slow reader gets the newest of each video, and no watermark before its time', () => {
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 60 }), (turns) => {
      const queue = subscriberQueue(us);
      const published: Counts = new Map();
      const sent: Counts = new Map();
      const atWatermark = new Map<number, Counts>();
      let seq = 0;
      const take = (max: number): void => {
        for (const publication of queue.take(max)) {
          if (publication.kind === 'watermark') {
            expectCovered(sent, atWatermark.get(publication.seq) ?? new Map());
          } else {
            // Or the reader, who keeps the highest, would refuse what comes later.
            for (const video of publication.videos) {
              expect(publication.seq).toBeGreaterThan(sent.get(video)?.seq ?? 0);
            }
          }
          note(sent, publication);
        }
      };
      for (const one of turns) {
        if (one.what === 'take') take(one.max);
        else if (one.what === 'watermark') {
          queue.push(watermark(us, 1, seq, seq));
          atWatermark.set(seq, new Map(published));
        } else {
          seq += 1;
          const rows = Object.fromEntries(one.videos.map((video) => [video, [seq, 0] as const]));
          const publication = subtotals(us, 1, seq, rows);
          queue.push(publication);
          note(published, publication);
        }
      }
      while (!queue.isEmpty()) take(2);
      expect(sent).toEqual(published);
    }),
  );
});

it('W108: one subtotal of a video waits at most, and a full queue says so', () => {
  const queue: SubscriberQueue = subscriberQueue(us, 2);
  for (let seq = 1; seq <= 50; seq += 1) {
    expect(queue.push(subtotals(us, 1, seq, { a: [seq, 0], b: [seq, 0] }))).toBe(true);
  }
  expect(queue.push(subtotals(us, 1, 51, { c: [1, 0] }))).toBe(false);
});

it('W108: what waits of one batch goes in one publication', () => {
  const queue = subscriberQueue(us);
  queue.push(subtotals(us, 1, 1, { a: [1, 0], b: [1, 0], c: [1, 0] }));
  queue.push(subtotals(us, 1, 2, { a: [2, 0], c: [2, 0] }));
  expect(queue.take(10)).toEqual([
    subtotals(us, 1, 1, { b: [1, 0] }),
    subtotals(us, 1, 2, { a: [2, 0], c: [2, 0] }),
  ]);
});
