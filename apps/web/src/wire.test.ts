import { describe, expect, test } from 'vitest';
import { parseCounts, parseFeedPage, parseProblem } from './wire.ts';

const AS_OF = '2026-11-22T14:00:00.120Z';
const count = { value: 12, state: 'live', asOf: AS_OF };
const us = { likes: 7, views: 300, state: 'live', asOf: AS_OF, epoch: 1, seq: 123 };

function parseOne(entry: unknown) {
  return parseCounts({ counts: { a: entry } })?.get('a');
}

describe('an answer with counts', () => {
  test('is taken as the API describes it', () => {
    const entry = { likes: count, views: count, cells: { us } };
    expect(parseOne(entry)).toEqual(entry);
  });

  test.each([
    ['no value', { likes: { state: 'live', asOf: AS_OF }, views: count, cells: {} }],
    ['a null value', { likes: { ...count, value: null }, views: count, cells: {} }],
    ['a text for a value', { likes: { ...count, value: '12' }, views: count, cells: {} }],
    ['a value below 0', { likes: { ...count, value: -1 }, views: count, cells: {} }],
    ['no age', { likes: { value: 1, state: 'live' }, views: count, cells: {} }],
    ['a state of its own', { likes: { ...count, state: 'fine' }, views: count, cells: {} }],
    ['a broken cell', { likes: count, views: count, cells: { us: { ...us, seq: null } } }],
    ['nothing', undefined],
  ])('with %s is no count at all', (_what, entry) => {
    expect(parseOne(entry)).toBeUndefined();
  });

  test('an unknown state has no value, whatever stands beside it', () => {
    const entry = { likes: { value: 0, state: 'unknown' }, views: count, cells: {} };
    expect(parseOne(entry)).toMatchObject({ likes: { value: null, state: 'unknown' } });
  });

  test('says when the video is not known', () => {
    expect(parseOne({ error: 'unknown-video' })).toEqual({ error: 'unknown-video' });
  });
});

test('a page of the feed needs clips that can be played', () => {
  const clip = { id: 'v1', durationMs: 6_000, media: { src: '/media/v1.mp4' } };
  expect(parseFeedPage({ items: [clip] })).toMatchObject({ next: null, items: [{ id: 'v1' }] });
  expect(parseFeedPage({ items: [{ ...clip, media: {} }] })).toBeUndefined();
});

test('an error page of something in between is no problem document', () => {
  expect(parseProblem('<html>502</html>')).toBeUndefined();
});
