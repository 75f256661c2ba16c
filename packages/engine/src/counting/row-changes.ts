// What a batch has changed, for whoever keeps the rows.

import type { LikeMap } from './like-map.ts';
import type { Lines } from './lines.ts';
import type { PersonNo, VideoDayKey, VideoNo } from './numbers.ts';
import type { CorrectionRow, MetaRow, PersonRow, SessionRow, VideoRow } from './rows.ts';
import type { Uniques } from './uniques.ts';

/** Rows that a batch changed, whole; except lines, which are added to counts and to the minute. */
export type RowChanges = Readonly<{
  meta: MetaRow;
  sessions: ReadonlyMap<string, SessionRow>;
  persons: ReadonlyMap<PersonNo, PersonRow>;
  /** Videos registered by the batch, with all counts 0; lines may add to them too. */
  newVideos: ReadonlyMap<VideoNo, VideoRow>;
  lines: Lines;
  /** `GONE` for a row that is no more. */
  likes: LikeMap;
  uniques: ReadonlyMap<VideoDayKey, Uniques>;
  /** UTC minute (ms / 60,000) that all of the batch falls into. */
  minute: number;
  corrections: readonly CorrectionRow[];
}>;
