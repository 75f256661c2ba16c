// The words for which a creator wants comments held. Rules: docs/spec/comments.md (CM18).

import { HOLD_WORD_CHARS_MAX, HOLD_WORDS_MAX } from '@holdfast/protocol/comments.ts';
import { chars, listOf } from '../border/public-records.ts';
import type { KindRule } from './writing.ts';

/** Words in one writing: with four bytes a character, they are well below what one may hold. */
export const HOLD_LIST_WORDS_MAX = 50;
export const HOLD_LISTS_MAX: number = HOLD_WORDS_MAX / HOLD_LIST_WORDS_MAX;

export type HoldListBody = Readonly<{ words: readonly string[] }>;

/** Its target is which part of the list it is, from `0` on. */
export const HOLD_LIST: KindRule<HoldListBody> = {
  body: { words: listOf(HOLD_LIST_WORDS_MAX, chars(HOLD_WORD_CHARS_MAX)) },
  writtenBy: 'person',
  perAccountMax: HOLD_LISTS_MAX,
  onePerTarget: true,
};

/** The targets of all parts. */
export const HOLD_LIST_TARGETS: readonly string[] = Array.from(
  { length: HOLD_LISTS_MAX },
  (_, part) => String(part),
);
