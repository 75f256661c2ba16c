import { describe, expect, test } from 'vitest';
import { parseHandle, parseNewHandle } from './handle.ts';

describe('handles', () => {
  test.each(['ann', 'a_1', 'ann.lee', 'a..b', 'ann_', 'x'.repeat(30)])(
    'AC1: %j is a handle',
    (text) => {
      expect(parseNewHandle(text)).toEqual({ kind: 'handle', handle: text });
    },
  );

  test.each([
    ['', 'length'],
    ['ab', 'length'],
    ['a'.repeat(31), 'length'],
    ['ann lee', 'characters'],
    [' ann', 'characters'],
    ['ann-lee', 'characters'],
    ['änn', 'characters'],
    ['\u212aate', 'characters'],
    ['ann\n', 'characters'],
    ['ann\u0000', 'characters'],
    ['1ann', 'first-character'],
    ['_ann', 'first-character'],
    ['.ann', 'first-character'],
    ['ann.', 'last-character'],
  ])('AC1: %j is refused for its %s', (text, reason) => {
    expect(parseNewHandle(text)).toEqual({ kind: 'handle-invalid', reason });
  });

  test('AC2: capital letters are read as small ones', () => {
    expect(parseNewHandle('Ann.LEE')).toEqual({ kind: 'handle', handle: 'ann.lee' });
  });

  test.each(['admin', 'Admin', 'HOLDFAST', 'support', 'api', 'undefined'])(
    'AC3: the reserved name %j is refused',
    (text) => {
      expect(parseNewHandle(text)).toEqual({ kind: 'handle-invalid', reason: 'reserved' });
    },
  );

  test('AC3: a name reserved after it was given still signs in', () => {
    expect(parseHandle('admin')).toEqual({ kind: 'handle', handle: 'admin' });
  });
});
