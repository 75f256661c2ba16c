// That a person follows another: known in the cell of who follows, counted there, and told to nobody.

import { followersTally } from './tally-names.ts';
import type { KindRule } from './writing.ts';

export type FollowBody = Readonly<Record<never, never>>;

/** People whom one person may follow. */
const FOLLOWS_MAX = 10_000;

/** Its target is the account that is followed. */
export const FOLLOW: KindRule<FollowBody> = {
  body: {},
  writtenBy: 'person',
  perAccountMax: FOLLOWS_MAX,
  onePerTarget: true,
  tally: ({ target }) => followersTally(target),
};
