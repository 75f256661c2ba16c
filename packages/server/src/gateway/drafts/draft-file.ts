// A person's drafts, read and changed in their home cell.

import type { PublicCatalog } from '../../catalog/public-catalog.ts';
import type { WritingOf } from '../../people/kinds.ts';
import type { DraftBody } from '../../people/draft.ts';
import type { OwnPut } from '../../people/writings.ts';
import { writeAs, writingsOf } from '../person.ts';
import { refusal } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';
import type { Account } from '../signed-in.ts';

export type Draft = WritingOf<'draft'>;

export const NO_DRAFT = refusal(
  'not-found',
  'You have no draft and no video under this id. GET /v1/me/drafts lists those that you have.',
);
export const DRAFT_CLOSED = refusal(
  'draft-closed',
  'It is published or waits for its time, so the file of it stays as it is. Nothing was changed.',
);
/** Changes that come in between before somebody is told to try again. */
const TRIES_MAX = 5;

/** What a change is to put and remove beside the draft. */
export type DraftChange = Readonly<{
  body: DraftBody;
  puts?: readonly OwnPut[];
  removes?: readonly string[];
}>;

type FoundDraft = Draft | Refusal;

/** A draft by its id; of somebody else's nobody learns that it is there. */
export async function draftOf(me: Account, id: string): Promise<FoundDraft> {
  return oneDraft(await writingsOf(me, { by: 'id', id }));
}

/** The draft that became a video. */
export async function draftOfVideo(me: Account, video: string): Promise<FoundDraft> {
  return oneDraft(await writingsOf(me, { by: 'target', of: 'draft', target: video }));
}

function oneDraft(found: Awaited<ReturnType<typeof writingsOf>>): FoundDraft {
  if (found.kind === 'refusal') return found;
  const [writing] = found.items;
  return writing?.kind === 'draft' ? writing : NO_DRAFT;
}

/** Changes a draft, again when something else changed it in between. */
export async function changeDraft(
  me: Account,
  known: PublicCatalog,
  find: () => Promise<FoundDraft>,
  change: (draft: Draft) => DraftChange | Refusal | Promise<DraftChange | Refusal>,
): Promise<FoundDraft> {
  for (let tries = 1; ; tries += 1) {
    const draft = await find();
    if (draft.kind === 'refusal') return draft;
    const changed = await change(draft);
    if ('kind' in changed) return changed;
    const { body, puts = [], removes = [] } = changed;
    const { id, target, updatedAtMs: expected } = draft;
    const put: OwnPut = { kind: 'draft', id, target, body, expected };
    const written = await writeAs(me, known, { puts: [put, ...puts], removes });
    if (written.kind === 'done') {
      const [item] = written.items;
      return item?.kind === 'draft' ? item : NO_DRAFT;
    }
    if (written.code !== 'changed-meanwhile' || tries >= TRIES_MAX) return written;
  }
}
