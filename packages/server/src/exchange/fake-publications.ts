// Publications for tests, in few words.

import type { Epoch, Jurisdiction, Seq, VideoId } from '@holdfast/protocol/ids.ts';
import type { SubtotalsPublication, WatermarkPublication } from '../border/publication.ts';

export const us = 'us' as Jurisdiction;
export const eu = 'eu' as Jurisdiction;
export const a = 'a' as VideoId;
export const b = 'b' as VideoId;

/** Subtotals as `{ video: [likes, views] }`. */
export function subtotals(
  jurisdiction: Jurisdiction,
  epoch: number,
  seq: number,
  numbers: Readonly<Record<string, readonly [likes: number, views: number]>>,
): SubtotalsPublication {
  const values = Object.values(numbers);
  return {
    kind: 'subtotals',
    jurisdiction,
    epoch: epoch as Epoch,
    seq: seq as Seq,
    videos: Object.keys(numbers) as VideoId[],
    likes: Float64Array.from(values, ([likes]) => likes),
    views: Float64Array.from(values, ([, views]) => views),
  };
}

export function watermark(
  jurisdiction: Jurisdiction,
  epoch: number,
  seq: number,
  atMs: number,
): WatermarkPublication {
  return { kind: 'watermark', jurisdiction, epoch: epoch as Epoch, seq: seq as Seq, atMs };
}
