import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, openWorld } from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';
import { CLIP, Creator, PNG } from './drafts.fixture.ts';

let world: World;
let ann: Creator;
let bob: Creator;
beforeAll(async () => {
  world = await openWorld();
  ann = await Creator.signUp(world, 'ann');
  bob = await Creator.signUp(world, 'bob');
});
afterAll(() => world.close());

type Reply = { statusCode: number; json: <Body>() => Body };
const statusAndCode = (reply: Reply) => [reply.statusCode, reply.json<{ code: string }>().code];
const CAPTIONS = 'WEBVTT\n\n00:01.000 --> 00:02.000\nHello <i>sea</i>\n';
const captions = (draft: string, text: string, lang = 'en') =>
  ann.ask('PUT', `/v1/me/drafts/${draft}/captions/${lang}?label=English`, {
    headers: { 'content-type': 'text/vtt' },
    text,
  });
const feed = async (): Promise<string[]> => {
  const { items } = (await ask(world, 'GET', '/v1/feed')).json<{ items: { id: string }[] }>();
  return items.map(({ id }) => id);
};

describe('a draft', () => {
  it('UP1: is kept with all that was said of it', async () => {
    const { id } = await ann.draft({});
    const said = {
      ...{ title: 'موج 🌊 <b>wave</b>', caption: 'two\nlines', tags: ['#sea', '波', 'sea'] },
      ...{ visibility: 'unlisted', commentsOff: true },
    };
    await ann.ask('PATCH', `/v1/me/drafts/${id}`, { body: said });
    expect(await ann.read(id)).toMatchObject({ ...said, state: 'draft', tags: ['sea', '波'] });
  });

  it.each([
    ['title', 'x'.repeat(101)],
    ['title', 'two\nlines'],
    ['caption', 'x'.repeat(2_201)],
    ['tags', Array.from({ length: 21 }, (_, n) => `t${n}`)],
    ['tags', ['two words']],
    ['tags', ['<script>']],
    ['tags', ['x'.repeat(31)]],
    ['visibility', 'secret'],
    ['commentsOff', 'yes'],
    ['scheduledAt', 'tomorrow'],
  ])('UP2: whose %s is wrong is left as it was, and told which', async (field, value) => {
    const { id } = await ann.draft();
    const reply = await ann.ask('PATCH', `/v1/me/drafts/${id}`, { body: { [field]: value } });
    expect(reply.json()).toMatchObject({ status: 400, code: 'invalid-request', field });
    expect((await ann.read(id)).title).toBe('A wave');
  });

  it('UP3: is there for its owner alone', async () => {
    const { id } = await ann.draft();
    const path = `/v1/me/drafts/${id}`;
    const replies = await Promise.all([
      bob.ask('GET', path),
      bob.ask('PATCH', path, { body: { title: 'Mine' } }),
      bob.ask('DELETE', path),
      bob.ask('POST', `${path}/publish`, { body: {} }),
      bob.ask('PUT', `${path}/poster`, { headers: { 'content-type': 'image/png' }, text: PNG }),
    ]);
    expect(replies.map(({ statusCode }) => statusCode)).toEqual([404, 404, 404, 404, 404]);
    const { items } = (await bob.ask('GET', '/v1/me/drafts')).json<{ items: unknown[] }>();
    expect(items).toEqual([]);
    expect((await ann.read(id)).title).toBe('A wave');
    expect((await ask(world, 'GET', path)).statusCode).toBe(401);
  });

  it('UP3: has files for its owner alone', async () => {
    const { id } = await ann.draft();
    const { media } = await ann.upload(id);
    const src = media?.src ?? '';
    const own = await ann.ask('GET', src);
    expect([own.statusCode, own.headers['cache-control']]).toEqual([200, 'private, no-store']);
    expect((await bob.ask('GET', src)).statusCode).toBe(404);
    expect((await ask(world, 'GET', src)).statusCode).toBe(404);
  });

  it('UP4: is removed with its files', async () => {
    const { id } = await ann.draft();
    const { media } = await ann.upload(id);
    expect((await ann.ask('DELETE', `/v1/me/drafts/${id}`)).statusCode).toBe(204);
    expect((await ann.ask('GET', `/v1/me/drafts/${id}`)).statusCode).toBe(404);
    expect((await ann.ask('GET', media?.src ?? '')).statusCode).toBe(404);
  });

  it('A15: is not made by a page of another site', async () => {
    const headers = { 'sec-fetch-site': 'cross-site' };
    const reply = await ann.ask('POST', '/v1/me/drafts', { headers, body: {} });
    expect(statusAndCode(reply)).toEqual([403, 'cross-site']);
  });
});

describe('publishing', () => {
  it('UP5: tells what is missing, and keeps the draft', async () => {
    const { id } = await ann.draft({});
    const reply = await ann.ask('POST', `/v1/me/drafts/${id}/publish`, { body: {} });
    expect(reply.json()).toMatchObject({
      ...{ status: 409, code: 'draft-incomplete', missing: ['title', 'upload'] },
    });
    expect((await ann.read(id)).state).toBe('draft');
  });

  it('UP5: needs a profile for what others may see', async () => {
    const { cookie } = await Creator.signUp(world, 'carla');
    const nobody = await ask(world, 'POST', '/v1/accounts', {
      body: { handle: 'dave', password: 'correct horse', jurisdiction: 'us' },
    });
    expect(cookie).not.toBe('');
    const dave = nobody.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    const own = { cookie: dave, 'sec-fetch-site': 'same-origin' };
    const made = await ask(world, 'POST', '/v1/me/drafts', { headers: own, body: { title: 'x' } });
    const { id } = made.json<{ id: string }>();
    const publish = (body: unknown) =>
      ask(world, 'POST', `/v1/me/drafts/${id}/publish`, { headers: own, body });
    expect((await publish({})).json()).toMatchObject({ missing: ['upload', 'profile'] });
    expect((await publish({ visibility: 'private' })).json()).toMatchObject({
      missing: ['upload'],
    });
  });

  it('UP6: makes a video that everybody reads, with files that are kept for ever', async () => {
    const { video, media } = await ann.published();
    const shown = await ask(world, 'GET', `/v1/videos/${video}`);
    expect(shown.json()).toMatchObject({
      ...{ id: video, title: 'A wave', handle: 'ann', durationMs: 8_000, visibility: 'public' },
      media: { src: media?.src, type: 'video/mp4', width: 720, height: 1_280, bytes: CLIP.length },
    });
    expect(await feed()).toContain(video);
    const file = await ask(world, 'GET', media?.src ?? '');
    expect(file.rawPayload.equals(CLIP)).toBe(true);
    expect(file.headers).toMatchObject({
      'content-type': 'video/mp4',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
  });

  it('UP6: makes ops on the video count, but its creator’s own', async () => {
    const { video } = await ann.published();
    const registered = world.cells.eu.asked.flatMap(({ name, ask: asked }) =>
      name === 'registerVideo' ? asked.video : [],
    );
    expect(registered).toContain(video);
  });

  it('UP8: unlisted makes a video that only who has its id finds', async () => {
    const { video, media } = await ann.published({ visibility: 'unlisted' });
    expect((await ask(world, 'GET', `/v1/videos/${video}`)).json()).toMatchObject({
      visibility: 'unlisted',
    });
    expect(await feed()).not.toContain(video);
    const { items } = (await ask(world, 'GET', '/v1/people/ann/videos')).json<{
      items: { id: string }[];
    }>();
    expect(items.map(({ id }) => id)).not.toContain(video);
    const { headers } = await ask(world, 'GET', media?.src ?? '');
    expect(headers['cache-control']).toContain('private');
  });

  it('UP8: private makes a video for its owner alone', async () => {
    const { video, media, state } = await ann.published({ visibility: 'private' });
    expect(state).toBe('published');
    expect((await ask(world, 'GET', `/v1/videos/${video}`)).statusCode).toBe(404);
    expect((await ask(world, 'GET', media?.src ?? '')).statusCode).toBe(404);
    expect((await ann.ask('GET', media?.src ?? '')).statusCode).toBe(200);
  });

  it('UP7: for later waits, and can be taken back', async () => {
    const scheduledAt = new Date(world.clock.nowMs + 3_600_000).toISOString();
    const { id, video, state } = await ann.published({ scheduledAt });
    expect(state).toBe('scheduled');
    expect((await ask(world, 'GET', `/v1/videos/${video}`)).statusCode).toBe(404);
    await ann.ask('PATCH', `/v1/me/drafts/${id}`, { body: { scheduledAt: null } });
    expect((await ann.read(id)).state).toBe('draft');
  });

  it('UP6: cannot be done twice', async () => {
    const { id } = await ann.published();
    const again = await ann.ask('POST', `/v1/me/drafts/${id}/publish`, { body: {} });
    expect(statusAndCode(again)).toEqual([409, 'draft-closed']);
    expect(statusAndCode(await ann.begin(id, 10))).toEqual([409, 'draft-closed']);
  });
});

describe('a video', () => {
  it('UP9: is changed by its creator alone', async () => {
    const { video } = await ann.published();
    const change = { title: 'Another', tags: ['tea'] };
    const foreign = await bob.ask('PATCH', `/v1/videos/${video}`, { body: change });
    expect(statusAndCode(foreign)).toEqual([403, 'forbidden']);
    const reply = await ann.ask('PATCH', `/v1/videos/${video}`, { body: change });
    expect(reply.json()).toMatchObject(change);
    expect((await ask(world, 'GET', `/v1/videos/${video}`)).json()).toMatchObject(change);
  });

  it('UP9: that is taken back is for its creator alone', async () => {
    const { video, media } = await ann.published();
    await ann.ask('PATCH', `/v1/videos/${video}`, { body: { visibility: 'private' } });
    expect((await ask(world, 'GET', `/v1/videos/${video}`)).statusCode).toBe(404);
    expect((await ask(world, 'GET', media?.src ?? '')).statusCode).toBe(404);
    expect(await feed()).not.toContain(video);
  });

  it('UP9: that is removed says so, and is counted on in the books', async () => {
    const { video, media } = await ann.published();
    expect((await bob.ask('DELETE', `/v1/videos/${video}`)).statusCode).toBe(403);
    expect((await ann.ask('DELETE', `/v1/videos/${video}`)).statusCode).toBe(204);
    const reply = await ask(world, 'GET', `/v1/videos/${video}`);
    expect(statusAndCode(reply)).toEqual([410, 'video-removed']);
    expect((await ask(world, 'GET', media?.src ?? '')).statusCode).toBe(404);
    expect(await feed()).not.toContain(video);
    expect((await ask(world, 'GET', `/v1/videos/${video}/counts`)).statusCode).toBe(200);
    const { items } = (await ann.ask('GET', '/v1/me/videos')).json<{ items: { id: string }[] }>();
    expect(items.map((item) => item.id)).not.toContain(video);
  });
});

describe('the file of a video', () => {
  it.each([
    ['bytes=0-99', 206, 100, `bytes 0-99/${CLIP.length}`],
    ['bytes=-10', 206, 10, `bytes ${CLIP.length - 10}-${CLIP.length - 1}/${CLIP.length}`],
    ['bytes=99999999-', 416, 0, `bytes */${CLIP.length}`],
    ['bytes=0-1,5-9', 200, CLIP.length, undefined],
  ])('UP35: is sent in part for %s', async (range, status, bytes, told) => {
    const { media } = await ann.published();
    const reply = await ask(world, 'GET', media?.src ?? '', { headers: { range } });
    expect([reply.statusCode, reply.rawPayload.length, reply.headers['content-range']]).toEqual([
      status,
      bytes,
      told,
    ]);
  });

  it('UP36: has no other files beside it', async () => {
    const { video, media } = await ann.published();
    const names = [
      '..%2f..%2fuploads',
      'video-1.mp4',
      '.%2e',
      `${media?.src.split('/').at(-1)}.part`,
    ];
    for (const name of names) {
      const reply = await ask(world, 'GET', `/media/v/${video}/${name}`);
      expect([name, reply.statusCode]).toEqual([name, 404]);
    }
  });
});

describe('an account that is deleted', () => {
  it('UP37: leaves no file of its videos, published or not', async () => {
    const zoe = await Creator.signUp(world, 'zoe');
    const { video } = await zoe.published();
    const draft = await zoe.draft();
    await zoe.upload(draft.id);
    const folder = join(world.mediaFolder, 'us', 'v');
    expect(readdirSync(folder)).toEqual(expect.arrayContaining([video, draft.video]));
    expect((await zoe.ask('DELETE', '/v1/me')).statusCode).toBe(202);
    const left = readdirSync(folder);
    expect(left.filter((name) => name === video || name === draft.video)).toEqual([]);
  });
});

describe('poster and captions', () => {
  it('UP34: of a draft are served under their own types', async () => {
    const { id } = await ann.draft();
    await ann.ask('PUT', `/v1/me/drafts/${id}/poster`, {
      headers: { 'content-type': 'image/png' },
      text: PNG,
    });
    expect((await captions(id, CAPTIONS)).statusCode).toBe(200);
    const {
      poster,
      captions: [track],
    } = await ann.read(id);
    const picture = await ann.ask('GET', poster ?? '');
    expect([picture.statusCode, picture.headers['content-type']]).toEqual([200, 'image/png']);
    const words = await ann.ask('GET', track?.src ?? '');
    expect([words.body, words.headers['content-type']]).toEqual([
      CAPTIONS,
      'text/vtt; charset=utf-8',
    ]);
    expect(words.headers['x-content-type-options']).toBe('nosniff');
  });

  it('UP41: with a script in them are refused with the line, and those before are kept', async () => {
    const { id } = await ann.draft();
    await captions(id, CAPTIONS);
    const evil = CAPTIONS.replace('<i>sea</i>', '<script>alert(1)</script>');
    expect((await captions(id, evil)).json()).toMatchObject({ code: 'captions-invalid', line: 4 });
    expect((await ann.read(id)).captions).toHaveLength(1);
  });

  it('UP42: are one file for each language', async () => {
    const { id } = await ann.draft();
    for (const lang of ['en', 'en', 'pt-BR']) await captions(id, CAPTIONS, lang);
    expect((await captions(id, CAPTIONS, '..')).statusCode).not.toBe(200);
    await ann.ask('DELETE', `/v1/me/drafts/${id}/captions/en`);
    expect((await ann.read(id)).captions.map(({ lang }) => lang)).toEqual(['pt-BR']);
  });

  it('UP34: that is no picture is refused', async () => {
    const { id } = await ann.draft();
    const reply = await ann.ask('PUT', `/v1/me/drafts/${id}/poster`, {
      headers: { 'content-type': 'image/png' },
      text: Buffer.from('<svg onload="alert(1)"/>'.repeat(3)),
    });
    expect(statusAndCode(reply)).toEqual([400, 'image-refused']);
  });
});
