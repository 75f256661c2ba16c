// Parts of an expected answer that are not the same each time.

import { expect } from 'vitest';

// Matchers are typed `any`, which would make everything around them unchecked.
export const aNumber: unknown = expect.any(Number);
export const aText: unknown = expect.any(String);
export const aBoolean: unknown = expect.any(Boolean);
/** RFC 3339, in UTC. */
export const aTime: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

export function textLike(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}
