import { describe, expect, test } from 'vitest';
import { NO_LIKE, pressed, settled, shownLike } from './like-model.ts';

describe('a like', () => {
  const press = { id: 'a', liked: true };

  test('shows at once, as pending, and is confirmed by its answer', () => {
    const waiting = pressed(NO_LIKE, press);
    expect(shownLike(waiting)).toEqual({ liked: true, pending: true });
    expect(shownLike(settled(waiting, 'a', true))).toEqual({ liked: true, pending: false });
  });

  test('goes back to what it was when the server did not record it', () => {
    expect(shownLike(settled(pressed(NO_LIKE, press), 'a', false))).toEqual({
      liked: false,
      pending: false,
    });
  });

  test('shows the last of several presses until all are settled', () => {
    const twice = pressed(pressed(NO_LIKE, press), { id: 'b', liked: false });
    expect(shownLike(settled(twice, 'a', true))).toEqual({ liked: false, pending: true });
  });

  test('a press or an answer that is reported twice counts once', () => {
    const once = pressed(NO_LIKE, press);
    expect(pressed(once, press)).toBe(once);
    const done = settled(once, 'a', true);
    expect(settled(done, 'a', false)).toBe(done);
  });
});
