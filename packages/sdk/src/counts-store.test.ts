import { describe, expect, test } from 'vitest';
import { NO_ANSWER } from './ask.ts';
import type { Ask } from './ask.ts';
import { CountsStore } from './counts-store.ts';

const AS_OF = '2026-11-22T14:00:00.000Z';

function bodyOf(likes: unknown, seq = 1): Record<string, unknown> {
  const count = (value: unknown) => ({ value, state: 'live', asOf: AS_OF });
  const us = { likes, views: 5, state: 'live', asOf: AS_OF, epoch: 1, seq };
  return { likes: count(likes), views: count(5), cells: { us } };
}

/** A store whose API, stream and timers are in the test's hands. */
function setUp() {
  const asked: string[] = [];
  const streams: string[] = [];
  let open = new EventTarget();
  let timers: (() => void)[] = [];
  let answer: unknown = undefined;
  let nowMs = 0;
  const ask: Ask = (path, parse) => {
    asked.push(path);
    try {
      const value = parse(answer as Record<string, unknown>);
      return Promise.resolve(answer === undefined ? NO_ANSWER : { value });
    } catch {
      return Promise.resolve(NO_ANSWER);
    }
  };
  const store = new CountsStore({
    ask,
    openStream: (path) => {
      streams.push(path);
      open = Object.assign(new EventTarget(), { close: () => streams.push('closed') });
      return open as EventSource;
    },
    nowMs: () => nowMs,
    random: () => 0,
    setTimer: (run) => timers.push(run),
  });
  return {
    store,
    asked,
    streams,
    gather: async (reply: unknown): Promise<void> => {
      answer = reply;
      const due = timers;
      timers = [];
      for (const run of due) run();
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    },
    say: (data: unknown): void => {
      open.dispatchEvent(new MessageEvent('count', { data: JSON.stringify(data) }));
    },
    pass: (ms: number): void => {
      nowMs += ms;
      store.tick();
    },
  };
}

describe('the counts of a page', () => {
  test('SC5: all places that show a video share one read, one stream and one value', async () => {
    const { store, asked, streams, gather, say } = setUp();
    const heard: string[] = [];
    store.subscribe('a', () => heard.push('first'));
    store.subscribe('a', () => heard.push('second'));
    store.subscribe('b', () => heard.push('other'));
    await gather({ counts: { a: bodyOf(3), b: bodyOf(4) } });
    expect(asked).toEqual(['/v1/counts?video=a&video=b']);
    expect(streams).toEqual(['/v1/counts/stream?video=a&video=b']);
    expect(heard).toEqual(['first', 'second', 'other']);
    say({ video: 'a', ...bodyOf(7, 2) });
    expect(store.get('a').likes.value).toBe(7);
    expect(heard.slice(3)).toEqual(['first', 'second']);
  });

  test('SC5: the same object is given until something changed', async () => {
    const { store, gather, say } = setUp();
    store.subscribe('a', () => {});
    await gather({ counts: { a: bodyOf(3) } });
    const before = store.get('a');
    say({ video: 'a', ...bodyOf(3) });
    expect(store.get('a')).toBe(before);
  });

  test('SC5: a hidden page has no stream, and nothing is streamed that nobody looks at', async () => {
    const { store, streams, gather } = setUp();
    const stop = store.subscribe('a', () => {});
    await gather({ counts: { a: bodyOf(3) } });
    store.setVisible(false);
    store.setVisible(true);
    expect(streams).toEqual([streams[0], 'closed', streams[0]]);
    stop();
    await gather({ counts: {} });
    expect(streams.at(-1)).toBe('closed');
  });

  test('SC6: what is not counts is no answer', async () => {
    for (const broken of [bodyOf('3'), bodyOf(-1), bodyOf(0.5), bodyOf(null), { likes: 3 }]) {
      const { store, gather, say } = setUp();
      store.subscribe('a', () => {});
      await gather({ counts: { a: broken } });
      expect(store.get('a')).toMatchObject({ likes: { value: null }, reason: 'no-answer' });
      say({ video: 'a', ...broken });
      expect(store.get('a').likes.value).toBe(null);
    }
  });

  test('SC1: a video that is not known is a dash with its reason', async () => {
    const { store, gather } = setUp();
    store.subscribe('a', () => {});
    expect(store.get('a')).toMatchObject({ likes: { value: null }, reason: 'reading' });
    await gather({ counts: { a: { error: 'unknown-video' } } });
    expect(store.get('a')).toMatchObject({ likes: { value: null }, reason: 'unknown-video' });
  });

  test('SC4: without news a live count turns stale, and the page counts as cut off', async () => {
    const { store, gather, pass } = setUp();
    let changes = 0;
    store.subscribe('a', () => (changes += 1));
    await gather({ counts: { a: bodyOf(3) } });
    pass(8_000);
    expect(store.get('a').likes.state).toBe('live');
    expect(store.isLost()).toBe(false);
    pass(1_000);
    expect(store.get('a').likes).toEqual({ value: 3, state: 'stale', asOf: AS_OF });
    expect(store.isLost()).toBe(true);
    expect(changes).toBe(2);
  });

  test('a stream that says nothing for long is opened anew', async () => {
    const { store, streams, gather, pass } = setUp();
    store.subscribe('a', () => {});
    await gather({ counts: { a: bodyOf(3) } });
    pass(16_001);
    expect(streams).toEqual([streams[0], 'closed', streams[0]]);
  });

  test('SL1: a position is waited for only when what is shown does not include it', async () => {
    const { store, asked, gather } = setUp();
    store.subscribe('a', () => {});
    await gather({ counts: { a: bodyOf(3, 7) } });
    store.include('a', { cell: 'us', epoch: 1, seq: 7 });
    await gather({ counts: {} });
    expect(asked).toHaveLength(1);
    store.include('a', { cell: 'us', epoch: 1, seq: 8 });
    await gather({ counts: { a: bodyOf(4, 8) } });
    expect(asked[1]).toBe('/v1/counts?video=a&after=us:8');
  });
});
