// What a cell states of itself in a certificate. The file and how it is checked are in the engine
// (`charter/certificate.ts`).

import type { Totals } from '@holdfast/engine/charter/certificate.ts';
import { tallyByClass, tallyTotal, TALLY_SLOT } from '@holdfast/engine/counting/tallies.ts';
import type { MetaRow } from '@holdfast/engine/counting/rows.ts';

/** Totals as a cell's own row has them; exact at the batch of that row and nowhere else. */
export function totalsOf({ books, opsAccepted, ...meta }: Readonly<MetaRow>): Totals | undefined {
  // Books that do not add up are no ground for a certificate.
  if (tallyTotal(books) !== opsAccepted) return undefined;
  return {
    ops: opsAccepted,
    classes: tallyByClass(books),
    likes: meta.likeRows,
    views: books[TALLY_SLOT.view.counted] ?? 0,
    videos: meta.videosNumbered,
    persons: meta.personsNumbered,
  };
}
