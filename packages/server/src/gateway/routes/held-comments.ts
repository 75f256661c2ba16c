// /v1/me/hold-words, /v1/me/held-comments and the release of one. Rules: docs/spec/comments.md
// (CM18, CM19, CM24).

import { HOLD_WORD_CHARS_MAX, HOLD_WORDS_MAX, holdWordsOf } from '@holdfast/protocol/comments.ts';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { HeldComment } from '../../cell/cell-client.ts';
import { HOLD_LIST_TARGETS, HOLD_LIST_WORDS_MAX } from '../../people/hold-list.ts';
import { objectBody, pathPart, sendJson } from '../answers.ts';
import type { CommentParts } from '../comments/comment-parts.ts';
import { commentView } from '../comments/comment-view.ts';
import { releaseComment } from '../comments/end-comment.ts';
import { readerOf, writeAs, writerOf, writingsOf } from '../person.ts';
import { itemsOf, queryOf } from '../query.ts';
import { refusal, sendRefusal } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';
import type { Account } from '../signed-in.ts';

const PAGE_ITEMS = 20;
const PAGE_ITEMS_MAX = 50;
/** Two hundred words of fifty characters, of which each may be twelve bytes as JSON. */
export const HOLD_WORDS_BODY_BYTES_MAX: number = 128 * 1024;

const WORDS_FORM = refusal(
  'invalid-request',
  `words must be a list of at most ${HOLD_WORDS_MAX} words or phrases, each of 1 to ` +
    `${HOLD_WORD_CHARS_MAX} characters without control characters. Nothing was changed.`,
);

export function addHeldCommentRoutes(app: FastifyInstance, parts: CommentParts): void {
  const { whoIs, publicCatalog } = parts;
  app.get('/v1/me/hold-words', async (request, reply) => {
    const me = await readerOf(whoIs, request, reply);
    return me.kind === 'refusal' ? sendRefusal(reply, me) : sendHoldWords(me, reply);
  });

  const bodyLimit = HOLD_WORDS_BODY_BYTES_MAX;
  app.put('/v1/me/hold-words', { bodyLimit }, async (request, reply) => {
    const me = await writerOf(whoIs, request, reply);
    if (me.kind === 'refusal') return sendRefusal(reply, me);
    const body = objectBody(request);
    if (body.kind === 'refusal') return sendRefusal(reply, body);
    const words = wordsIn(body.value['words']);
    if ('kind' in words) return sendRefusal(reply, words);
    const done = await writeAs(me, publicCatalog, {
      // All parts each time, so that a shorter list leaves nothing of a longer one.
      puts: HOLD_LIST_TARGETS.map((target, part) => ({
        kind: 'hold-list',
        target,
        body: { words: words.slice(part * HOLD_LIST_WORDS_MAX, (part + 1) * HOLD_LIST_WORDS_MAX) },
      })),
    });
    return done.kind === 'refusal' ? sendRefusal(reply, done) : sendHoldWords(me, reply);
  });

  app.get('/v1/me/held-comments', async (request, reply) => {
    const me = await readerOf(whoIs, request, reply);
    if (me.kind === 'refusal') return sendRefusal(reply, me);
    const query = queryOf(request.url);
    if (query.kind === 'refusal') return sendRefusal(reply, query);
    const itemsMax = itemsOf(query.one('limit'), PAGE_ITEMS, PAGE_ITEMS_MAX);
    if (typeof itemsMax !== 'number') return sendRefusal(reply, itemsMax);
    return sendHeld(parts, me, reply, { before: query.one('cursor'), itemsMax });
  });

  app.post('/v1/comments/:id/release', async (request, reply) => {
    const me = await writerOf(whoIs, request, reply);
    if (me.kind === 'refusal') return sendRefusal(reply, me);
    const tooOften = parts.paces.touches(request, me.account);
    if (tooOften !== undefined) return sendRefusal(reply, tooOften);
    const done = await releaseComment(parts, me, pathPart(request, 'id'));
    return done.kind === 'refusal' ? sendRefusal(reply, done) : await reply.code(204).send();
  });
}

function wordsIn(value: unknown): readonly string[] | Refusal {
  const isList = Array.isArray(value) && value.every((word) => typeof word === 'string');
  if (!isList) return WORDS_FORM;
  const held = holdWordsOf(value);
  return held.kind === 'words' ? held.words : WORDS_FORM;
}

async function sendHoldWords(me: Account, reply: FastifyReply): Promise<FastifyReply> {
  const itemsMax = HOLD_LIST_TARGETS.length;
  const found = await writingsOf(me, { by: 'kind', of: 'hold-list', before: undefined, itemsMax });
  if (found.kind === 'refusal') return sendRefusal(reply, found);
  const parts = found.items.toSorted((left, right) => left.target.localeCompare(right.target));
  const words = parts.flatMap((part) => (part.kind === 'hold-list' ? part.body.words : []));
  return sendJson(reply, 200, { words });
}

/** Asks every cell: a held comment is in the home of its writer, and nowhere else. */
async function sendHeld(
  { cells, publicCatalog }: CommentParts,
  { account: creator }: Account,
  reply: FastifyReply,
  page: Readonly<{ before: string | undefined; itemsMax: number }>,
): Promise<FastifyReply> {
  const asked = [...cells.values()];
  const replies = await Promise.all(
    asked.map(async (cell) => {
      const told = await cell.call('heldFor', { creator, ...page });
      return { jurisdiction: cell.jurisdiction, told };
    }),
  );
  const silent = replies.flatMap(({ jurisdiction, told }) =>
    told.kind === 'unavailable' ? jurisdiction : [],
  );
  const found = replies
    .flatMap(({ told }) => (told.kind === 'held' ? told.items : []))
    .toSorted((left, right) => right.createdAtMs - left.createdAtMs || order(left, right));
  const items = found.slice(0, page.itemsMax);
  const last = items.at(-1);
  const more = replies.some(({ told }) => told.kind === 'held' && told.next !== undefined);
  const isMore = (more || found.length > items.length) && last !== undefined;
  return sendJson(reply, 200, {
    items: items.map((held) => {
      const record = { ...held, state: 'held' } as const;
      const video = { creator: null, pinned: null };
      return commentView(publicCatalog, video, record, false);
    }),
    /** Cells that did not answer: what waits there is not in the list. */
    silent,
    ...(isMore && { next: `${last.createdAtMs}.${last.comment}` }),
  });
}

const order = (left: HeldComment, right: HeldComment): number =>
  left.comment < right.comment ? 1 : -1;
