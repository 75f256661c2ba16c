// People of the app, by the API alone: each signs up, says who they are, publishes, comments, likes.

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { APIResponse, Browser } from 'playwright-core';
import type { Person } from './scene.ts';

const CLIPS = new URL('../../packages/server/assets/clips/', import.meta.url);
const OWN_SITE = { 'sec-fetch-site': 'same-origin' };
const LOOK_MS = 100;
export const PASSWORD = 'violet-kettle-9';

export const clipFile = (clip: string): string => fileURLToPath(new URL(clip, CLIPS));

export type Words = Readonly<{ title: string; caption: string; tags: readonly string[] }>;

export type Someone = Readonly<{
  handle: string;
  account: string;
  /** Rejects with what was said when it was refused. */
  ask: (
    method: string,
    path: string,
    data?: object,
    headers?: Record<string, string>,
  ) => Promise<APIResponse>;
  /** The name of what was made. */
  comment: (video: string, text: string, parent?: string) => Promise<string>;
  publish: (clip: string, words: Words) => Promise<string>;
  /** What their browser keeps, for browsers to come. */
  person: Person;
}>;

/** Signs somebody up; they have a profile when they say who they are. */
export async function someone(
  browser: Browser,
  url: string,
  handle: string,
  profile?: Readonly<{ displayName: string; bio: string }>,
): Promise<Someone> {
  const context = await browser.newContext({ baseURL: url, extraHTTPHeaders: OWN_SITE });
  const ask: Someone['ask'] = async (method, path, data, headers) => {
    const body = data === undefined ? {} : { data };
    const response = await context.request.fetch(path, { method, headers: headers ?? {}, ...body });
    if (response.ok()) return response;
    throw new Error(`${method} ${path}: ${response.status()} ${await response.text()}`);
  };
  const home = { handle, password: PASSWORD, jurisdiction: 'us' };
  const { account } = (await (await ask('POST', '/v1/accounts', home)).json()) as {
    account: string;
  };
  if (profile !== undefined) {
    const rest = { likesPublic: false, timeZone: 'UTC' };
    await ask('PUT', '/v1/me/profile', { ...profile, ...rest });
  }
  const comment: Someone['comment'] = async (video, text, parent) => {
    const body = { text, ...(parent !== undefined && { parent }) };
    const made = await ask('POST', `/v1/videos/${video}/comments`, body);
    return ((await made.json()) as { id: string }).id;
  };
  const publish: Someone['publish'] = (clip, words) => published(ask, clip, words);
  return { handle, account, ask, comment, publish, person: await context.storageState() };
}

type Draft = Readonly<{ id: string; video: string; upload: Readonly<{ state: string }> }>;

async function published(ask: Someone['ask'], clip: string, words: Words): Promise<string> {
  const draft = (await (await ask('POST', '/v1/me/drafts', {})).json()) as Draft;
  const path = `/v1/me/drafts/${draft.id}`;
  await ask('PATCH', path, { ...words, visibility: 'public' });
  const bytes = readFileSync(clipFile(clip));
  const named = (name: string, value: string): string =>
    `${name} ${Buffer.from(value).toString('base64')}`;
  const tus = { 'tus-resumable': '1.0.0' };
  const begun = await ask('POST', '/v1/uploads', undefined, {
    ...tus,
    'upload-length': String(bytes.length),
    'upload-metadata': [
      named('draft', draft.id),
      named('filename', clip),
      named('filetype', 'video/mp4'),
    ].join(),
  });
  await ask('PATCH', begun.headers()['location'] ?? '', bytes, {
    ...tus,
    'upload-offset': '0',
    'content-type': 'application/offset+octet-stream',
  });
  const cover = readFileSync(clipFile(clip.replace(/mp4$/, 'jpg')));
  await ask('PUT', `${path}/poster`, cover, { 'content-type': 'image/jpeg' });
  for (;;) {
    const { upload } = (await (await ask('GET', path)).json()) as Draft;
    if (upload.state === 'ready') break;
    await sleep(LOOK_MS);
  }
  await ask('POST', `${path}/publish`, {});
  return draft.video;
}
