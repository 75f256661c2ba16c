// People of a fake world: signed up, with a profile, and with published videos.

import type { LightMyRequestResponse } from 'fastify';
import { PROFILE_BODY, publishedDraft } from '../../people/people.fixture.ts';
import type { DraftBody } from '../../people/draft.ts';
import type { OwnPut } from '../../people/writings.ts';
import { ask, cookieOf } from './fake-world.ts';
import type { World } from './fake-world.ts';

export type FakePerson = Readonly<{
  account: string;
  handle: string;
  token: string;
  cookie: string;
  home: 'us' | 'eu';
  /** Asks a route as this person, from a page of this site. */
  ask: (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<LightMyRequestResponse>;
  /** Writes as this person, past the routes; known at the gateway when it resolves. */
  write: (...puts: readonly OwnPut[]) => Promise<void>;
  /** Publishes a video; its id is free to choose. */
  publish: (video: string, change?: Partial<DraftBody>) => Promise<void>;
}>;

export async function personIn(
  world: World,
  handle: string,
  home: 'us' | 'eu' = 'us',
  hasProfile = true,
): Promise<FakePerson> {
  const cookie = await cookieOf(world, handle, home);
  const token = /hft_\w+/.exec(cookie)?.[0] ?? '';
  const cell = world.cells[home].client;
  const known = await cell.call('whoIs', { token });
  if (known.kind !== 'account') throw new Error(known.kind);
  const write = async (...puts: readonly OwnPut[]): Promise<void> => {
    const written = await cell.call('write', { token, puts, removes: [] });
    if (written.kind !== 'written') throw new Error(written.kind);
    await world.publicCatalog.wake(cell.jurisdiction);
  };
  const { account } = known;
  const person: FakePerson = {
    account,
    handle,
    token,
    cookie,
    home,
    ask: (method, url, body, headers = {}) =>
      ask(world, method, url, {
        headers: { cookie, 'sec-fetch-site': 'same-origin', ...headers },
        ...(body !== undefined && { body }),
      }),
    write,
    publish: (video, change = {}) => {
      const id = `drf_${video}`;
      return write({ kind: 'draft', target: video, body: publishedDraft(video, change), id });
    },
  };
  const body = { ...PROFILE_BODY, displayName: `${handle} of ${home}` };
  if (hasProfile) await write({ kind: 'profile', target: '', body });
  return person;
}
