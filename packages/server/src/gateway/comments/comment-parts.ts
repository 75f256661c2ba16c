// What the routes of comments are built from, and what they all refuse alike.

import { COMMENT_CHARS_MAX } from '@holdfast/protocol/comments.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { PublicCatalog } from '../../catalog/public-catalog.ts';
import type { CellClients } from '../parts.ts';
import { refusal } from '../refusal.ts';
import type { WhoIsSignedIn } from '../signed-in.ts';
import { openPace } from '../pace.ts';
import type { Pace } from '../pace.ts';

export type CommentParts = Readonly<{
  cells: CellClients;
  catalog: Catalog;
  publicCatalog: PublicCatalog;
  whoIs: WhoIsSignedIn;
  nowMs: () => number;
  randomBytes: (bytes: number) => Uint8Array;
  paces: CommentPaces;
}>;

export type CommentPaces = Readonly<{
  /** Writing comments. */
  comments: Pace;
  /** Liking, pinning, deleting, following. */
  touches: Pace;
}>;

/** CM9. */
export const COMMENT_RATE = { burst: 10, perSecond: 1 / 6 } as const;
export const TOUCH_RATE = { burst: 60, perSecond: 2 } as const;

export function openCommentPaces(bucketsMax: number, nowMs: () => number): CommentPaces {
  const pace = (rate: typeof COMMENT_RATE | typeof TOUCH_RATE, what: string): Pace =>
    openPace(rate, {
      bucketsMax,
      nowMs,
      words: `${what} Nothing was done; try again after the time in Retry-After.`,
    });
  return {
    comments: pace(COMMENT_RATE, 'You comment too often, or many do from where you are.'),
    touches: pace(TOUCH_RATE, 'This comes too often from you, or from where you are.'),
  };
}

export const COMMENT_LIMITS_TEXT =
  `A comment has 1 to ${COMMENT_CHARS_MAX.toLocaleString('en')} characters. Nothing was recorded; ` +
  'what was typed is still where it was typed.';

export const UNKNOWN_COMMENT = refusal(
  'unknown-comment',
  'No comment is here under this id: it was deleted, or it is not public. Nothing was changed.',
);
export const NOT_YOURS = refusal(
  'forbidden',
  'Only who wrote a comment, and the creator of the video, may do this. Nothing was changed.',
);
