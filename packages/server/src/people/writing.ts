// What is common to everything that people write: its form, and the rules that a kind has.
//
// Rules: docs/spec/people.md (PE1 to PE8).

import type { Shape } from '@holdfast/protocol/shape.ts';
import type { PublicRecord } from '../border/public-records.ts';

export type Writing<Body> = Readonly<{
  id: string;
  /** Whose it is. */
  account: string;
  /** What it is about, where its kind has such a thing; else empty. */
  target: string;
  body: Body;
  createdAtMs: number;
  /** Grows with every change of this writing, so it also tells versions apart. */
  updatedAtMs: number;
}>;

/** What is public of the person who wrote something. */
export type Author = Readonly<{ handle: string; sinceMs: number }>;

export type KindRule<Body> = Readonly<{
  /** Exactly what a body may hold. */
  body: Shape;
  /** `person`: whoever is signed in may write it as theirs. `cell`: only the cell itself does. */
  writtenBy: 'person' | 'cell';
  /** How many an account may have. */
  perAccountMax: number;
  /** An account has at most one about each target; another one takes its place. */
  onePerTarget?: true;
  /** The tally in which it counts one, while it does. */
  tally?: (writing: Writing<Body>) => string | undefined;
  /** What the public may know of it; absent or `undefined`, nothing. */
  publish?: (writing: Writing<Body>, author: Author) => PublicRecord | undefined;
}>;
