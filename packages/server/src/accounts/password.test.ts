import { describe, expect, test } from 'vitest';
import { parseHandle } from './handle.ts';
import { loadCommonPasswords, parsePassword, whyEasy } from './password.ts';

const common = loadCommonPasswords();

function easyReason(text: string, handleText = 'ann.lee'): string | undefined {
  const password = parsePassword(text);
  const handle = parseHandle(handleText);
  if (password.kind !== 'password' || handle.kind !== 'handle') throw new Error('wrong test input');
  return whyEasy(password.password, handle.handle, common);
}

describe('the form of passwords', () => {
  test('AC6: two ways to type the same password give the same one', () => {
    const composed = parsePassword('Gar\u00e7on-\u00e9tude');
    expect(composed.kind).toBe('password');
    expect(parsePassword('Garc\u0327on-e\u0301tude')).toEqual(composed);
  });

  test('AC6: full-width characters are those of other keyboards', () => {
    expect(parsePassword('ｐｌａｉｎ　ｔｅｘｔ')).toEqual({
      kind: 'password',
      password: 'plain text',
    });
  });

  test('AC6: nothing else is changed', () => {
    const password = ' Tab\tand SPACE ';
    expect(parsePassword(password)).toEqual({ kind: 'password', password });
  });

  test.each(['', 'seven77', '🎬'.repeat(7), 'e\u0301'.repeat(7)])(
    'AC7: %j is too short',
    (text) => {
      expect(parsePassword(text)).toEqual({ kind: 'password-too-short', charsMin: 8 });
    },
  );

  test.each(['eight888', '🎬'.repeat(8), 'x'.repeat(256), '🎬'.repeat(256), 'e\u0301'.repeat(256)])(
    'AC7: %j is long enough and not too long',
    (text) => {
      expect(parsePassword(text).kind).toBe('password');
    },
  );

  test.each([257, 2_049, 10_000_000])('AC7: %d characters are too many', (length) => {
    expect(parsePassword('x'.repeat(length))).toEqual({ kind: 'password-too-long', charsMax: 256 });
  });

  test('AC7: characters that normalisation unfolds are counted unfolded', () => {
    expect(parsePassword('\ufdfa'.repeat(20))).toEqual({
      kind: 'password-too-long',
      charsMax: 256,
    });
  });
});

describe('passwords that are easy to guess', () => {
  test('AC8: the list has at least 1,000 passwords, each of a length that is allowed', () => {
    const allowed = [...common].filter((text) => parsePassword(text).kind === 'password');
    expect(allowed.length).toBe(common.size);
    expect(common.size).toBeGreaterThanOrEqual(1_000);
  });

  test('AC8: every listed password is in the form in which it is looked up', () => {
    expect([...common].filter((text) => text !== text.normalize('NFKC').toLowerCase())).toEqual([]);
  });

  test.each([
    'password',
    'Password1',
    'PASSW0RD',
    'qwerty123',
    '1qaz2wsx',
    'iloveyou',
    'Summer2024',
    'welcome1!',
  ])('AC8: %j is on the list', (text) => {
    expect(easyReason(text)).toBe('listed');
  });

  test.each(['zzzzzzzz', '        ', '🎬🎬🎬🎬🎬🎬🎬🎬', 'xyxyxyxyx', 'qpzqpzqpzq', 'Pz7!pZ7!'])(
    'AC9: %j repeats a short unit',
    (text) => {
      expect(easyReason(text)).toBe('repeated');
    },
  );

  test.each(['efghijklm', 'ZYXWVUTS', '345678901', '6543210987', 'αβγδεζηθι'])(
    'AC9: %j is a run of neighbours',
    (text) => {
      expect(easyReason(text)).toBe('sequence');
    },
  );

  test.each(['ann.lee1', 'ANN.LEE!', 'my-ann.lee', 'ann.lee2019', 'xxann.leexx'])(
    'AC10: %j says nothing that the handle does not',
    (text) => {
      expect(easyReason(text)).toBe('handle');
    },
  );

  test('AC10: the handle backwards says no more', () => {
    expect(easyReason('eel.nnanna', 'annann.lee')).toBe('handle');
  });

  test.each([
    'violet-kettle',
    'ann.lee-of-kent',
    'abcdefgx',
    'x7Ggq2!m',
    'пять дубов',
    'abcdeabcde',
  ])('AC8 AC9 AC10: %j is not easy', (text) => {
    expect(easyReason(text)).toBeUndefined();
  });
});
