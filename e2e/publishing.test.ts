// A person's video over separate processes: uploaded across a crash of the gateway, published, read
// while its cell is away, and removed.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { apiOf, bodyOf, until } from './harness/api.ts';
import { send } from './harness/http.ts';
import type { Answer, Ask } from './harness/http.ts';
import { openParts } from './harness/parts.ts';
import type { Parts } from './harness/parts.ts';

const TEST_MS_MAX = 300_000;
const CLIP = readFileSync(
  fileURLToPath(new URL('../packages/server/assets/clips/rain.mp4', import.meta.url)),
);

let parts: Parts | undefined;
afterEach(async () => {
  await parts?.close();
  parts = undefined;
});

type Draft = Readonly<{
  id: string;
  video: string;
  media: Readonly<{ src: string }> | null;
  upload: Readonly<{ state: string; received: number }>;
}>;
type Asker = (method: string, path: string, ask?: Ask) => Promise<Answer>;

async function signUp(url: string, handle: string, jurisdiction: string): Promise<Asker> {
  const body = { handle, password: 'violet-kettle-9', jurisdiction };
  const made = await send(url, 'POST', '/v1/accounts', { body });
  expect(made.status).toBe(201);
  const cookie = (made.headers['set-cookie'] ?? []).map((one) => one.split(';')[0]).join('; ');
  return (method, path, { headers, ...ask } = {}) =>
    send(url, method, path, {
      ...ask,
      headers: { cookie, 'sec-fetch-site': 'same-origin', ...headers },
    });
}

it(
  'UP6, UP10, UP17, PE31: a video comes through crashes, is read while its cell is away, and goes',
  async () => {
    parts = await openParts();
    const { url, kill, start } = parts;
    const api = apiOf(url);
    const eva = await signUp(url, 'eva', 'eu');
    const ulf = await signUp(url, 'ulf', 'us');
    await eva('PUT', '/v1/me/profile', { body: { displayName: 'Eva', bio: 'rain' } });
    const made = await eva('POST', '/v1/me/drafts', { body: { title: 'Rain' } });
    const { id, video } = bodyOf<Draft>(made, 201);

    const tus = { 'tus-resumable': '1.0.0' };
    const begun = await eva('POST', '/v1/uploads', {
      headers: {
        ...tus,
        'upload-length': String(CLIP.length),
        'upload-metadata': `draft ${Buffer.from(id).toString('base64')}`,
      },
    });
    const upload = String(begun.headers.location);
    const append = (offset: number, body: Buffer): Promise<Answer> =>
      eva('PATCH', upload, {
        type: 'application/offset+octet-stream',
        headers: { ...tus, 'upload-offset': String(offset) },
        body,
      });
    const half = Math.floor(CLIP.length / 2);
    expect((await append(0, CLIP.subarray(0, half))).status).toBe(204);
    await kill('gateway');
    await start('gateway');
    const told = await eva('HEAD', upload, { headers: tus });
    expect(told.headers['upload-offset']).toBe(String(half));
    expect((await ulf('HEAD', upload, { headers: tus })).status).toBe(404);
    expect((await append(half, CLIP.subarray(half))).status).toBe(204);

    const draft = (): Promise<Draft> =>
      eva('GET', `/v1/me/drafts/${id}`).then((answer) => bodyOf<Draft>(answer));
    await until('the file was looked at', draft, ({ upload: { state } }) => state === 'ready');
    const published = await eva('POST', `/v1/me/drafts/${id}/publish`, { body: {} });
    expect(published.status).toBe(201);

    const shown = await ulf('GET', `/v1/videos/${video}`);
    expect(shown.body).toMatchObject({ title: 'Rain', handle: 'eva', visibility: 'public' });
    const session = async (by: Asker): Promise<string> => {
      const answer = await by('POST', '/v1/sessions', { body: {} });
      return bodyOf<{ grant: string }>(answer, 201).grant;
    };
    const view = { ops: [{ n: 1, kind: 'view', video, watchedMs: 5_000 }] };
    const outcome = async (by: Asker): Promise<unknown> =>
      (await send(url, 'POST', '/v1/ops', { bearer: await session(by), body: view })).body;
    expect(await outcome(ulf)).toMatchObject({ results: [{ outcome: 'counted' }] });
    expect(await outcome(eva)).toMatchObject({ results: [{ outcome: 'own' }] });

    await kill('eu');
    expect((await ulf('GET', `/v1/videos/${video}`)).status).toBe(200);
    expect((await ulf('GET', '/v1/people/eva')).body).toMatchObject({ displayName: 'Eva' });
    const { src } = bodyOf<{ media: { src: string } }>(
      await ulf('GET', `/v1/videos/${video}`),
    ).media;
    expect((await ulf('GET', src, { headers: { range: 'bytes=0-9' } })).status).toBe(206);
    await start('eu');

    const me = (): Promise<Answer> => eva('GET', '/v1/me');
    await until('the cell is back', me, ({ status }) => status === 200);
    expect((await eva('DELETE', `/v1/videos/${video}`)).status).toBe(204);
    expect((await ulf('GET', `/v1/videos/${video}`)).status).toBe(410);
    expect((await ulf('GET', src)).status).toBe(404);
    expect((await api.counts([video]))[video]?.views.value).not.toBeNull();
  },
  TEST_MS_MAX,
);
