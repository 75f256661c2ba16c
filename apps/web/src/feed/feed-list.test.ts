import { expect, test } from 'vitest';
import type { Answer } from '../app/ask.ts';
import type { ListPage } from '../app/parse.ts';
import { parseVideo } from '../app/video.ts';
import type { Video } from '../app/video.ts';
import { FeedList, VIDEOS_AHEAD_MIN } from './feed-list.ts';

const video = (id: string): Video => {
  const media = { src: `/media/${id}.mp4`, type: 'video/mp4', poster: null };
  return parseVideo({ id, durationMs: 1_000, media }) ?? expect.fail('not a video');
};
const page = (ids: string, next?: string): Answer<ListPage<Video>> => ({
  kind: 'ok',
  value: { items: Array.from(ids).map(video), next },
});
const idsOf = (list: FeedList): string => list.state.videos.map(({ id }) => id).join('');
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** A list over these answers, and the cursors it asked with. */
function listOver(...answers: readonly Answer<ListPage<Video>>[]) {
  const asked: (string | undefined)[] = [];
  const list = new FeedList((cursor) => {
    asked.push(cursor);
    return Promise.resolve(answers[asked.length - 1] ?? expect.fail('asked too often'));
  });
  return { list, asked };
}

test('WB4: the next page is asked for before it is needed, and not sooner', async () => {
  const { list, asked } = listOver(page('abcdefgh', 'two'), page('ij'));
  list.visit(0);
  await settled();
  expect(asked).toEqual([undefined]);
  list.visit(8 - VIDEOS_AHEAD_MIN - 1);
  await settled();
  expect(asked).toEqual([undefined]);
  list.visit(8 - VIDEOS_AHEAD_MIN);
  await settled();
  expect(asked).toEqual([undefined, 'two']);
  expect([idsOf(list), list.state.kind]).toEqual(['abcdefghij', 'complete']);
});

test('WB4: no video comes twice, also when pages overlap or only repeat', async () => {
  const { list, asked } = listOver(
    page('ab', '1'),
    page('bc', '2'),
    page('abc', '3'),
    page('abc', '4'),
    page('abc', '5'),
  );
  list.visit(0);
  await settled();
  expect([idsOf(list), list.state.kind]).toEqual(['abc', 'complete']);
  expect(asked).toHaveLength(5);
});

test('WB18: a page that does not come is said, keeps what is there, and is asked for again when told to', async () => {
  const { list, asked } = listOver(page('ab', 'two'), { kind: 'no-answer' }, page('c'));
  list.visit(0);
  await settled();
  expect(list.state).toMatchObject({ kind: 'failed', trouble: { kind: 'no-answer' } });
  expect(idsOf(list)).toBe('ab');
  list.visit(1);
  await settled();
  expect(asked).toHaveLength(2);
  list.retry();
  await settled();
  expect([idsOf(list), list.state.kind]).toEqual(['abc', 'complete']);
});

test('WB5: the list remembers where its viewer is', () => {
  const { list } = listOver({ kind: 'no-answer' });
  list.visit(4);
  expect(list.index).toBe(4);
});
