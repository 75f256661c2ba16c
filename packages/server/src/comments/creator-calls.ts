// What a cell does for the creator of a video, whoever's home the creator's is: judges texts by the
// hold words of its own people, and shows, releases and deletes comments of its own people.
//
// Rules: docs/spec/comments.md (CM14, CM18 to CM24). The gateway says who the creator is: it has
// asked their home cell.

import { holdsAny } from './hold-words.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { CellCalls } from '../cell/cell-client.ts';
import { commentTarget } from '../people/comment.ts';
import type { CommentBody, CommentState } from '../people/comment.ts';
import { HOLD_LISTS_MAX } from '../people/hold-list.ts';
import { edgeOf, pageOf } from '../people/page-edge.ts';

type Calls = CellCalls;
type Known = Pick<Accounts, 'writings' | 'authorOf'>;

/** Whether a text has one of the hold words of a creator of this cell. */
export function judgeComment(
  { writings }: Pick<Known, 'writings'>,
  { creator, text }: Calls['judgeComment']['ask'],
): Calls['judgeComment']['reply'] {
  const lists = writings.of(creator, 'hold-list', { itemsMax: HOLD_LISTS_MAX });
  const words = lists.flatMap(({ body }) => body.words);
  return { kind: 'judged', held: holdsAny(words, text) };
}

/** The comments of this cell's people that wait for a creator, newest first. */
export function heldFor(
  accounts: Known,
  { creator, before, itemsMax }: Calls['heldFor']['ask'],
): Calls['heldFor']['reply'] {
  const found = accounts.writings.about('comment', creator, {
    before: edgeOf(before),
    itemsMax: itemsMax + 1,
  });
  const { items, next } = pageOf(found, itemsMax);
  const held = items.flatMap(({ id, account, body, createdAtMs }) => {
    const { video, parent, text, state } = body;
    const handle = accounts.authorOf(account)?.handle;
    if (state !== 'held' || handle === undefined) return [];
    return { comment: id, video, parent, account, handle, text, createdAtMs };
  });
  return { kind: 'held', items: held, next };
}

/** Releases or deletes a comment below a creator's video; once more changes nothing. */
export function settleComment(
  { writings }: Pick<Known, 'writings'>,
  { creator, comment, how }: Calls['settleComment']['ask'],
): Calls['settleComment']['reply'] {
  const known = writings.get(comment);
  if (known?.kind !== 'comment' || known.body.creator !== creator) return UNKNOWN;
  const { body, account, updatedAtMs } = known;
  const state = SETTLED[how][body.state];
  if (state === undefined) return UNKNOWN;
  if (state !== body.state) {
    const changed: CommentBody = { ...body, state, text: state === 'deleted' ? '' : body.text };
    const put = {
      kind: 'comment',
      account,
      target: commentTarget(changed),
      body: changed,
    } as const;
    const done = writings.change({ puts: [{ ...put, id: comment, expected: updatedAtMs }] });
    if (done.kind !== 'written') throw new Error('a comment changed while nothing else ran');
  }
  return { kind: 'settled', video: body.video };
}

const UNKNOWN = { kind: 'unknown-comment' } as const;

/** What a comment becomes; without an entry there is none for the creator. */
const SETTLED: Readonly<
  Record<
    Calls['settleComment']['ask']['how'],
    Readonly<Partial<Record<CommentState, CommentState>>>
  >
> = {
  release: { held: 'published', published: 'published' },
  delete: { held: 'deleted', published: 'deleted', hidden: 'deleted', deleted: 'deleted' },
};
