// The form of a case for those who work on it.

import type { WritingOf } from '../people/kinds.ts';
import type { Reported } from '../people/report.ts';

/** A case as moderators read it. */
export type CaseView = Readonly<{
  id: string;
  about: Reported;
  /** Whose the reported thing is, and what it says where it is of this cell. */
  account: string | null;
  handle: string | null;
  text: string | null;
  /** The video that a comment stands below. */
  video: string | null;
  /** What the moderators in it are called. */
  names: readonly Readonly<{ account: string; handle: string }>[];
  body: WritingOf<'case'>['body'];
  createdAtMs: number;
  updatedAtMs: number;
}>;
