// Runs every operation on comments, so that each documented answer is seen.

import type { LightMyRequestResponse } from 'fastify';
import { personIn } from '../fakes/fake-person.ts';
import type { FakePerson } from '../fakes/fake-person.ts';
import type { World } from '../fakes/fake-world.ts';

type Sent = Readonly<{
  path?: Record<string, string>;
  query?: string;
  headers?: Record<string, string>;
  body?: unknown;
}>;
export type Run = (world: World, id: string, sent?: Sent) => Promise<LightMyRequestResponse>;

const own = ({ cookie }: FakePerson) => ({ cookie, 'sec-fetch-site': 'same-origin' });

export async function runComments(world: World, run: Run): Promise<void> {
  const eve = await personIn(world, 'eve', 'eu');
  const sam = await personIn(world, 'sam', 'us');
  await eve.publish('v_talk');
  const path = { id: 'v_talk' };
  const headers = { ...own(sam), 'idempotency-key': 'key-1' };
  const first = await run(world, 'comment', { path, headers, body: { text: 'first' } });
  await run(world, 'comment', { path, headers, body: { text: 'first' } });
  await run(world, 'comment', { path, headers, body: { text: '' } });
  await run(world, 'comment', { path, body: { text: 'x' } });
  const of = { id: first.json<{ id: string }>().id };
  await run(world, 'comment', { path, headers: own(eve), body: { text: 'reply', parent: of.id } });
  await run(world, 'likeComment', { path: of, headers: own(sam) });
  await run(world, 'unlikeComment', { path: of, headers: own(sam) });
  await run(world, 'unlikeComment', { path: of });
  await run(world, 'pinComment', { path: of, headers: own(eve) });
  await run(world, 'pinComment', { path: of, headers: own(sam) });
  await run(world, 'unpinComment', { path: of, headers: own(eve) });
  await run(world, 'getComments', { path, headers: own(sam) });
  await run(world, 'getComments', { path: { id: 'unknown' } });
  await run(world, 'getReplies', { path: of });
  await run(world, 'getReplies', { path: { id: 'unknown' } });
  await run(world, 'putHoldWords', { headers: own(eve), body: { words: ['rude'] } });
  await run(world, 'putHoldWords', { headers: own(eve), body: { words: [''] } });
  await run(world, 'getHoldWords', { headers: own(eve) });
  const rude = await run(world, 'comment', { path, headers: own(sam), body: { text: 'rude!' } });
  await run(world, 'getHeldComments', { headers: own(eve) });
  const held = { id: rude.json<{ id: string }>().id };
  await run(world, 'releaseComment', { path: held, headers: own(sam) });
  await run(world, 'releaseComment', { path: held, headers: own(eve) });
  const person = { handle: 'eve' };
  await run(world, 'follow', { path: person, headers: own(sam) });
  await run(world, 'follow', { path: { handle: 'nobody_here' }, headers: own(sam) });
  await run(world, 'getFollowing', { headers: own(sam) });
  await run(world, 'unfollow', { path: person, headers: own(sam) });
  await run(world, 'deleteComment', { path: of, headers: own(eve) });
  await run(world, 'deleteComment', { path: { id: 'unknown' }, headers: own(eve) });
  await run(world, 'getComments', { path });
}
