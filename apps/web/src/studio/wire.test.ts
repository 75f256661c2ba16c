import { describe, expect, it } from 'vitest';
import { overviewOf, realtimeOf, retentionAnswerOf, seriesOf, videosOf } from './wire.ts';

const at = '2026-11-22T00:00:00.000Z';
const card = { metric: 'views', value: 7, previous: 3, state: 'live', asOf: at, spark: [] };
const range = { from: at, to: '2026-11-23T00:00:00.000Z' };

describe('an overview', () => {
  it('SP19: a total has what came and went, and neither where it is not known', () => {
    const total = { ...card, metric: 'followers' };
    const cards = [{ ...total, gained: 5, lost: 1 }, { ...total, gained: null, lost: null }, total];
    expect(overviewOf({ ...range, cards })?.cards).toMatchObject([
      { gained: 5, lost: 1 },
      { gained: null, lost: null },
      { gained: null, lost: null },
    ]);
  });

  it('SP1: a card that is unknown has no value, whatever stands beside it', () => {
    const cards = [
      { ...card, value: 0, state: 'unknown' },
      { ...card, value: null },
    ];
    expect(overviewOf({ ...range, cards })?.cards).toMatchObject([
      { value: null, state: 'unknown' },
      { value: null, state: 'unknown' },
    ]);
  });

  it('leaves out the metric of a newer server', () => {
    expect(overviewOf({ ...range, cards: [card, { metric: 'saves' }] })?.cards).toHaveLength(1);
  });

  it('SP1: a value that is no number makes the answer none, and not a 0', () => {
    expect(overviewOf({ ...range, cards: [{ ...card, value: '7' }] })).toBeUndefined();
    expect(seriesOf({ series: [{ at, value: Number.NaN, partial: false }] })).toBeUndefined();
  });
});

it('SP6: a mark is followed to this origin only', () => {
  const mark = { at, kind: 'handover', text: 'x', operators: ['north', 'south'] };
  const marks = [
    { ...mark, link: '/trust/us', closing: 5, opening: 5 },
    { ...mark, link: 'https://example.org/' },
    { ...mark, link: '//example.org/' },
    { ...mark, kind: 'party' },
  ];
  const series = seriesOf({ series: [], marks });
  expect(series?.marks.map(({ link }) => link)).toEqual(['/trust/us', undefined, undefined]);
  expect(series?.marks[0]).toMatchObject({
    closing: 5,
    opening: 5,
    operators: { source: 'north', target: 'south' },
  });
});

it('SP1: a number of a row that is missing or unknown is null', () => {
  const metrics = { views: 3, likes: { value: null, state: 'unknown' }, comments: { value: 2 } };
  const page = videosOf({ items: [{ video: 'v1', title: 'One', metrics }] });
  expect(page?.items[0]?.metrics).toMatchObject({
    views: 3,
    likes: null,
    comments: 2,
    watchMs: null,
  });
});

it('a retention with a part outside of the video is none', () => {
  expect(retentionAnswerOf({ starts: 1, points: [{ part: 1.05, watching: 1 }] })).toBeUndefined();
});

it('SP1: the last minutes that are not known are null', () => {
  const told = { minutes: [], hours: [], state: 'live', asOf: at };
  const justNow = { from: at, views: 2, starts: 3, watching: 0.4 };
  expect(realtimeOf({ ...told, justNow })?.justNow).toEqual(justNow);
  const none = { views: null, starts: null, watching: null };
  expect(realtimeOf({ ...told, justNow: { from: at, ...none } })?.justNow).toMatchObject(none);
  expect(realtimeOf(told)?.justNow).toMatchObject(none);
});
