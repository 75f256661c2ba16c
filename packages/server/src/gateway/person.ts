// The person behind a request, and what they write in their home cell, with the refusals that all
// routes share.

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CellCalls } from '../cell/cell-client.ts';
import type { PublicCatalog } from '../catalog/public-catalog.ts';
import type { AnyWriting, Kind, WritingOf } from '../people/kinds.ts';
import type { OwnPut } from '../people/writings.ts';
import { crossSiteRefusal } from './other-sites.ts';
import { refusal, unavailable } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import type { Account, WhoIsSignedIn } from './signed-in.ts';

export const SIGN_IN: Refusal = refusal(
  'sign-in-required',
  'Nobody is signed in. POST /v1/sign-in first.',
);
const CHANGED_MEANWHILE = refusal(
  'changed-meanwhile',
  'Somebody, maybe you in another window, changed this in between, so nothing of this request was ' +
    'done. Load it anew and send your change again.',
);

/** Who is signed in; also refuses what a page of another site sends. */
export async function writerOf(
  whoIs: WhoIsSignedIn,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Account | Refusal> {
  return crossSiteRefusal(request) ?? readerOf(whoIs, request, reply);
}

/** Who is signed in. */
export async function readerOf(
  whoIs: WhoIsSignedIn,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Account | Refusal> {
  const signedIn = await whoIs(request, reply);
  if (signedIn.kind === 'unavailable') return unavailable(signedIn);
  return signedIn.kind === 'account' ? signedIn : SIGN_IN;
}

type Items = Readonly<{ kind: 'items'; items: readonly AnyWriting[]; next: string | undefined }>;

/** What somebody has written. */
export async function writingsOf(
  { cell, token }: Account,
  find: CellCalls['writings']['ask']['find'],
): Promise<Items | Refusal> {
  const reply = await cell.call('writings', { token, find });
  if (reply.kind === 'unavailable') return unavailable(reply);
  if (reply.kind === 'nobody') return SIGN_IN;
  return { ...reply, kind: 'items' };
}

type Found<Name extends Kind> = Readonly<{ kind: 'found'; writing: WritingOf<Name> | undefined }>;

/** Somebody's one writing of a kind about a target. */
export async function writingAbout<Name extends Kind>(
  person: Account,
  of: Name,
  target: string,
): Promise<Found<Name> | Refusal> {
  const found = await writingsOf(person, { by: 'target', of, target });
  if (found.kind === 'refusal') return found;
  // Of the kind that was asked for.
  return { kind: 'found', writing: found.items[0] as WritingOf<Name> | undefined };
}

type Done = Readonly<{ kind: 'done'; items: readonly AnyWriting[] }>;

/** Writes, and waits until this gateway's readers can read what of it is public. */
export async function writeAs(
  { cell, token, jurisdiction }: Account,
  known: PublicCatalog,
  { puts = [], removes = [] }: Readonly<{ puts?: readonly OwnPut[]; removes?: readonly string[] }>,
): Promise<Done | Refusal> {
  const reply = await cell.call('write', { token, puts, removes });
  if (reply.kind === 'unavailable') return unavailable(reply);
  if (reply.kind === 'nobody') return SIGN_IN;
  if (reply.kind === 'conflict') return CHANGED_MEANWHILE;
  if (reply.kind === 'too-many') {
    const detail = `You have ${reply.itemsMax} of these, as many as there may be. Nothing was done.`;
    return refusal('too-many', detail, { itemsMax: reply.itemsMax });
  }
  await known.wake(jurisdiction);
  return { kind: 'done', items: reply.items };
}
