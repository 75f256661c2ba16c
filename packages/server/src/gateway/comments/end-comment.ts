// Deleting a comment, by its writer or by the creator of its video; and releasing one that is held.
//
// Rules: docs/spec/comments.md (CM14, CM24).

import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { CellUnavailable } from '../../cell/cell-client.ts';
import { SIGN_IN, writingsOf } from '../person.ts';
import { unavailable } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';
import type { Account } from '../signed-in.ts';
import { NOT_YOURS, UNKNOWN_COMMENT } from './comment-parts.ts';
import type { CommentParts } from './comment-parts.ts';

export type Ended = Readonly<{ kind: 'ended' }> | Refusal;

/** Deletes a comment as somebody. */
export async function deleteComment(
  parts: CommentParts,
  actor: Account,
  comment: string,
): Promise<Ended> {
  const { publicCatalog } = parts;
  const known = publicCatalog.comment(comment);
  if (known === undefined || known.record.account === actor.account) {
    const own = await deleteOwn(parts, actor, comment);
    if (own !== 'unknown') return own;
  }
  if (known === undefined) return settleSomewhere(parts, actor, comment, 'delete');
  const creator = publicCatalog.video(known.record.video)?.record.account;
  if (creator !== actor.account) return NOT_YOURS;
  const settled = await settleAt(parts, known.jurisdiction, actor, comment, 'delete');
  if (settled === 'unknown') return UNKNOWN_COMMENT;
  return settled.kind === 'unavailable' ? unavailable(settled) : settled;
}

/** Releases a comment that waits for whoever asks. */
export function releaseComment(
  parts: CommentParts,
  actor: Account,
  comment: string,
): Promise<Ended> {
  return settleSomewhere(parts, actor, comment, 'release');
}

/** Takes the text out of somebody's own comment; its name stays, so that no repeat revives it. */
async function deleteOwn(
  { publicCatalog }: CommentParts,
  actor: Account,
  id: string,
): Promise<Ended | 'unknown'> {
  const { cell, token, jurisdiction } = actor;
  const found = await writingsOf(actor, { by: 'id', id });
  if (found.kind === 'refusal') return found;
  const [own] = found.items;
  if (own?.kind !== 'comment') return 'unknown';
  if (own.body.state === 'deleted') return { kind: 'ended' };
  const body = { ...own.body, text: '', state: 'deleted' } as const;
  // Whatever changed meanwhile (held, released, hidden): it is deleted.
  const put = { kind: 'comment', target: own.body.video, body, id } as const;
  const done = await cell.call('write', { token, puts: [put], removes: [] });
  if (done.kind === 'unavailable') return unavailable(done);
  if (done.kind === 'nobody') return SIGN_IN;
  if (done.kind !== 'written') throw new Error(`deleting a comment ended as ${done.kind}`);
  await publicCatalog.wake(jurisdiction);
  return { kind: 'ended' };
}

type How = 'release' | 'delete';
type Settled = Readonly<{ kind: 'ended' }> | CellUnavailable | 'unknown';

/** Asks the cell where a comment lives, as the creator of its video. */
async function settleAt(
  { cells, publicCatalog }: CommentParts,
  jurisdiction: Jurisdiction,
  { account: creator }: Account,
  comment: string,
  how: How,
): Promise<Settled> {
  const cell = cells.get(jurisdiction);
  if (cell === undefined) return 'unknown';
  const done = await cell.call('settleComment', { creator, comment, how });
  if (done.kind === 'unavailable') return done;
  if (done.kind !== 'settled') return 'unknown';
  await publicCatalog.wake(jurisdiction);
  return { kind: 'ended' };
}

/** The same of all cells: where a comment lives that is not public, only its own cell knows. */
async function settleSomewhere(
  parts: CommentParts,
  actor: Account,
  comment: string,
  how: How,
): Promise<Ended> {
  const cells = [...parts.cells.keys()];
  const done = await Promise.all(cells.map((cell) => settleAt(parts, cell, actor, comment, how)));
  const away: CellUnavailable[] = [];
  for (const one of done) {
    if (one === 'unknown') continue;
    if (one.kind === 'ended') return one;
    away.push(one);
  }
  return away[0] === undefined ? UNKNOWN_COMMENT : unavailable(away[0]);
}
