// A person who signs up, says who they are, uploads a clip and publishes it: all over the public API.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { until } from './api.ts';
import { send } from './http.ts';
import type { Answer } from './http.ts';

const PASSWORD = 'four unlikely words here';
const CLIPS = new URL('../../packages/server/assets/clips/', import.meta.url);

export type Person = Readonly<{
  handle: string;
  account: string;
  /** The `Cookie` header of a browser that is signed in. */
  cookie: string;
}>;

function wanted(answer: Answer, ...statuses: readonly number[]): Answer {
  if (statuses.includes(answer.status)) return answer;
  throw new Error(`${answer.status} and not ${statuses.join(' or ')}: ${answer.text}`);
}

/** Signs up in a country and publishes a profile there. */
export async function signUp(url: string, handle: string, jurisdiction: string): Promise<Person> {
  const own = { 'sec-fetch-site': 'same-origin' };
  const body = { handle, password: PASSWORD, jurisdiction };
  const answer = wanted(await send(url, 'POST', '/v1/accounts', { body, headers: own }), 201);
  const cookies = answer.headers['set-cookie'] ?? [];
  const pairs = cookies.map((cookie) => cookie.split(';', 1)[0] ?? '');
  const cookie = pairs.filter((pair) => !pair.endsWith('=')).join('; ');
  const profile = { displayName: handle, bio: '', likesPublic: false, timeZone: 'UTC' };
  const headers = { ...own, cookie };
  wanted(await send(url, 'PUT', '/v1/me/profile', { body: profile, headers }), 200);
  const { account } = answer.body as Readonly<{ account: string }>;
  return { handle, account, cookie };
}

/** Publishes one of the sample clips, such as `ocean.mp4`, and gives the name of the video. */
export async function publish(
  url: string,
  { cookie }: Person,
  clip: string,
  title: string,
): Promise<string> {
  const headers = { 'sec-fetch-site': 'same-origin', cookie };
  const bytes = readFileSync(fileURLToPath(new URL(clip, CLIPS)));
  type Draft = Readonly<{ id: string; video: string; upload: Readonly<{ state: string }> }>;
  const made = wanted(await send(url, 'POST', '/v1/me/drafts', { body: {}, headers }), 201);
  const draft = made.body as Draft;
  const path = `/v1/me/drafts/${draft.id}`;
  const words = { title, caption: '', tags: [], visibility: 'public' };
  wanted(await send(url, 'PATCH', path, { body: words, headers }), 200);
  const named = (name: string, value: string): string =>
    `${name} ${Buffer.from(value).toString('base64')}`;
  const tus = { ...headers, 'tus-resumable': '1.0.0' };
  const begun = wanted(
    await send(url, 'POST', '/v1/uploads', {
      headers: {
        ...tus,
        'upload-length': String(bytes.length),
        'upload-metadata': `${named('draft', draft.id)},${named('filename', clip)},${named('filetype', 'video/mp4')}`,
      },
    }),
    201,
  );
  const sent = await send(url, 'PATCH', new URL(begun.headers.location ?? '', url).pathname, {
    body: bytes,
    type: 'application/offset+octet-stream',
    headers: { ...tus, 'upload-offset': '0' },
  });
  wanted(sent, 204);
  const ready = async (): Promise<Draft> =>
    wanted(await send(url, 'GET', path, { headers }), 200).body as Draft;
  await until('looked at', ready, ({ upload }) => upload.state === 'ready');
  wanted(await send(url, 'POST', `${path}/publish`, { body: {}, headers }), 200, 201);
  return draft.video;
}
