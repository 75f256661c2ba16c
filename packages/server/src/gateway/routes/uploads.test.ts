import { appendFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorld } from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';
import { UPLOAD_BYTES_MAX } from '../../media/uploads.ts';
import { CLIP, Creator } from './drafts.fixture.ts';

let world: World;
let ann: Creator;
let bob: Creator;
beforeAll(async () => {
  world = await openWorld();
  ann = await Creator.signUp(world, 'ann');
  bob = await Creator.signUp(world, 'bob', 'eu');
});
afterAll(() => world.close());

const codeOf = (reply: { json: <Body>() => Body }): string => reply.json<{ code: string }>().code;

describe('an upload', () => {
  it('UP10: is told how far it is, and goes on from there', async () => {
    const { id } = await ann.draft();
    const begun = await ann.begin(id, CLIP.length);
    const url = String(begun.headers.location);
    expect(begun.headers['upload-expires']).toMatch(/GMT$/);
    expect(await ann.offset(url)).toBe(0);
    const half = Math.floor(CLIP.length / 2);
    const sent = await ann.append(url, 0, CLIP.subarray(0, half));
    expect([sent.statusCode, sent.headers['upload-offset']]).toEqual([204, String(half)]);
    expect(await ann.offset(url)).toBe(half);
    expect((await ann.read(id)).upload).toMatchObject({
      ...{ state: 'receiving', received: half, total: CLIP.length, url },
    });
    await ann.append(url, half, CLIP.subarray(half));
    const done = await ann.looked(id);
    expect(done.upload).toMatchObject({ state: 'ready', received: CLIP.length, url: null });
    expect(done).toMatchObject({ durationMs: 8_000, width: 720, height: 1_280 });
  });

  it('UP10: takes no bytes for another place than where it is', async () => {
    const { id } = await ann.draft();
    const url = String((await ann.begin(id, 100)).headers.location);
    const reply = await ann.append(url, 50, Buffer.alloc(10));
    expect([reply.statusCode, codeOf(reply)]).toEqual([409, 'upload-offset']);
    expect(await ann.offset(url)).toBe(0);
  });

  it('UP10: takes no more bytes than it was to have', async () => {
    const { id } = await ann.draft();
    const url = String((await ann.begin(id, 10)).headers.location);
    const reply = await ann.append(url, 0, Buffer.alloc(20));
    expect(reply.statusCode).toBe(413);
  });

  it('UP11: that is sent twice at a time is there once', async () => {
    const { id } = await ann.draft();
    const url = String((await ann.begin(id, CLIP.length)).headers.location);
    const replies = await Promise.all([ann.append(url, 0, CLIP), ann.append(url, 0, CLIP)]);
    expect(replies.map(({ statusCode }) => statusCode)).toContain(204);
    expect((await ann.looked(id)).upload.state).toBe('ready');
  });

  it('UP12: of a file beyond 200 MiB is not begun', async () => {
    const { id } = await ann.draft();
    const reply = await ann.begin(id, UPLOAD_BYTES_MAX + 1);
    expect([reply.statusCode, codeOf(reply)]).toEqual([413, 'upload-too-large']);
    expect((await ann.read(id)).upload.state).toBe('none');
  });

  it('UP12: has one for each draft, until that was deleted', async () => {
    const { id } = await ann.draft();
    const url = String((await ann.begin(id, 10)).headers.location);
    expect(codeOf(await ann.begin(id, 10))).toBe('upload-exists');
    expect((await ann.ask('DELETE', url)).statusCode).toBe(204);
    expect((await ann.begin(id, 10)).statusCode).toBe(201);
  });

  it('UP12: that is done can be taken off its draft', async () => {
    const { id } = await ann.draft();
    const begun = await ann.begin(id, CLIP.length);
    const url = String(begun.headers.location);
    await ann.append(url, 0, CLIP);
    const { media } = await ann.looked(id);
    expect((await ann.ask('DELETE', url)).statusCode).toBe(204);
    expect(await ann.read(id)).toMatchObject({ media: null, upload: { state: 'none' } });
    expect((await ann.ask('GET', media?.src ?? '')).statusCode).toBe(404);
  });

  it.each([
    ['without the version of the protocol', { 'tus-resumable': '' }],
    ['without a length', { 'upload-length': 'much' }],
    ['without a draft', { 'upload-metadata': 'filename eA==' }],
  ])('UP10: is not begun %s', async (_what, headers) => {
    const { id } = await ann.draft();
    expect((await ann.begin(id, 10, headers)).statusCode).toBe(400);
  });

  it('UP14: for somebody else’s draft is not begun, and that is not told from none', async () => {
    const { id } = await ann.draft();
    const reply = await bob.begin(id, 10);
    expect(reply.statusCode).toBe(404);
    expect(reply.body).toBe((await bob.begin('drf_none', 10)).body);
  });

  it.each(['HEAD', 'PATCH', 'DELETE'] as const)(
    'UP14: of somebody else is not there for %s',
    async (method) => {
      const { id } = await ann.draft();
      const url = String((await ann.begin(id, 10)).headers.location);
      const type = 'application/offset+octet-stream';
      const reply = await bob.ask(method, url, {
        headers: { 'tus-resumable': '1.0.0', 'upload-offset': '0', 'content-type': type },
        ...(method === 'PATCH' && { text: Buffer.alloc(10) }),
      });
      expect(reply.statusCode).toBe(404);
      expect(await ann.offset(url)).toBe(0);
    },
  );

  it('UP15: is not begun, added to or ended by a page of another site', async () => {
    const { id } = await ann.draft();
    const crossSite = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    expect((await ann.begin(id, 10, crossSite)).statusCode).toBe(403);
    const url = String((await ann.begin(id, 10)).headers.location);
    expect((await ann.ask('DELETE', url, { headers: crossSite })).statusCode).toBe(403);
    expect(await ann.offset(url)).toBe(0);
  });

  it('UP16: tells what it can', async () => {
    const reply = await ann.ask('OPTIONS', '/v1/uploads');
    expect([reply.statusCode, reply.headers]).toMatchObject([
      204,
      { 'tus-version': '1.0.0', 'tus-max-size': String(UPLOAD_BYTES_MAX) },
    ]);
  });

  it.each([
    ['a text that is called a video', Buffer.from('no video\n'.repeat(99)), 'not-a-video'],
    ['nothing', Buffer.alloc(0), 'empty'],
    ['half of a video', CLIP.subarray(0, 200_000), 'truncated'],
  ])('UP13: of %s is refused with a reason, and another may follow', async (_w, bytes, code) => {
    const { id } = await ann.draft();
    const refused = await ann.upload(id, bytes);
    expect(refused.upload).toMatchObject({ state: 'refused', problem: { code } });
    expect(refused.upload.problem?.detail.length).toBeGreaterThan(20);
    expect(refused.title).toBe('A wave');
    expect((await ann.upload(id)).upload.state).toBe('ready');
  });
});

describe('while an upload is looked at', () => {
  it('UP13: what was found stays, however often the draft is read', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id } = await ann.draft();
      const url = String((await ann.begin(id, CLIP.length)).headers.location);
      let isOver = false;
      const reader = async (): Promise<void> => {
        while (!isOver) await ann.read(id);
      };
      const readers = Array.from({ length: 8 }, reader);
      await ann.append(url, 0, CLIP);
      await ann.looked(id).finally(() => (isOver = true));
      await Promise.all(readers);
      expect((await ann.read(id)).upload.state).toBe('ready');
    }
  });
});

describe('after a crash', () => {
  it('UP17: what has come is there, and what was not looked at is', async () => {
    const folder = world.mediaFolder;
    const { id } = await ann.draft();
    const url = String((await ann.begin(id, CLIP.length)).headers.location);
    await ann.append(url, 0, CLIP.subarray(0, 1_000));
    // The rest comes, and nobody is there to look at it.
    appendFileSync(`${folder}/us/uploads/${url.split('/').at(-1)}`, CLIP.subarray(1_000));
    expect(['checking', 'ready']).toContain((await ann.read(id)).upload.state);
    expect((await ann.looked(id)).upload.state).toBe('ready');
  });

  it('UP17: an upload whose bytes are gone is said to have run out', async () => {
    const { id } = await ann.draft();
    const url = String((await ann.begin(id, 10)).headers.location);
    rmSync(`${world.mediaFolder}/us/uploads/${url.split('/').at(-1)}`);
    expect((await ann.read(id)).upload).toMatchObject({
      ...{ state: 'none', problem: { code: 'expired' } },
    });
    expect((await ann.begin(id, 10)).statusCode).toBe(201);
  });
});
