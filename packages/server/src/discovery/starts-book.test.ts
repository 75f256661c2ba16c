import { afterEach, describe, expect, it } from 'vitest';
import { vi } from 'vitest';
import type { Jurisdiction, VideoId } from '@holdfast/protocol/ids.ts';
import { fakeCell } from '../gateway/fakes/fake-cell.ts';
import { openStartsBook } from './starts-book.ts';
import type { StartsBook } from './starts-book.ts';

const NOW_MS = Date.parse('2026-11-22T14:00:00Z');
const us = 'us' as Jurisdiction;
const eu = 'eu' as Jurisdiction;
const a = { video: 'a' as VideoId, publishedAtMs: NOW_MS - 3 * 86_400_000 };
const b = { video: 'b' as VideoId, publishedAtMs: NOW_MS };

let open: StartsBook | undefined;
afterEach(() => open?.close());

function openBook() {
  const clock = { nowMs: NOW_MS };
  const nowMs = () => clock.nowMs;
  const cells = { us: fakeCell(us, nowMs), eu: fakeCell(eu, nowMs) };
  for (const cell of Object.values(cells)) {
    cell.answer('analytics', ({ metric }) => {
      const value = metric === 'starts' ? 10 : 4;
      const buckets = [
        { atMs: 0, value },
        { atMs: 1, value: 1 },
      ];
      return { kind: 'series', buckets, asOfMs: NOW_MS };
    });
  }
  const clients = new Map([
    [us, cells.us.client],
    [eu, cells.eu.client],
  ]);
  const book = openStartsBook({ cells: clients, nowMs, pauseMs: 1 });
  open = book;
  return { book, cells, clock };
}

describe('the book of starts', () => {
  it('DI3: sums starts and views of all days and cells', async () => {
    const { book } = openBook();
    book.want([a, b]);
    expect(book.of(a.video)).toBeUndefined();
    await vi.waitFor(() => expect(book.of(b.video)).toBeDefined(), 10_000);
    expect(book.of(a.video)).toMatchObject({ starts: 22, views: 10 });
  });

  it('DI3: knows nothing of a video while a cell is away, and keeps what it knew', async () => {
    const { book, cells, clock } = openBook();
    book.want([a]);
    await vi.waitFor(() => expect(book.of(a.video)).toBeDefined(), 10_000);
    cells.eu.fail({ kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 1 });
    clock.nowMs += 400_000;
    const asked = cells.us.asked.length;
    book.want([a, b]);
    await vi.waitFor(() => expect(cells.us.asked.length).toBe(asked + 4), 10_000);
    expect(book.of(a.video)).toMatchObject({ starts: 22 });
    expect(book.of(b.video)).toBeUndefined();
  });

  it('DI3: asks again after five minutes and not before', async () => {
    const { book, cells, clock } = openBook();
    book.want([a]);
    await vi.waitFor(() => expect(book.of(a.video)).toBeDefined(), 10_000);
    const asked = cells.us.asked.length;
    book.want([a, b]);
    await vi.waitFor(() => expect(book.of(b.video)).toBeDefined(), 10_000);
    expect(cells.us.asked.length).toBe(asked + 2);
    clock.nowMs += 300_000;
    book.want([a]);
    await vi.waitFor(() => expect(cells.us.asked.length).toBe(asked + 4), 10_000);
  });

  it('DI3: forgets what is no candidate any more', async () => {
    const { book } = openBook();
    book.want([a]);
    await vi.waitFor(() => expect(book.of(a.video)).toBeDefined(), 10_000);
    book.want([b]);
    expect(book.of(a.video)).toBeUndefined();
  });
});
