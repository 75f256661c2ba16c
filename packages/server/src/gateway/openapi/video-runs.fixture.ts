// Runs every operation on a person's own videos, for the test that holds the document to the server.

import type { LightMyRequestResponse } from 'fastify';
import { expect, vi } from 'vitest';
import { CLIP, PNG } from '../routes/drafts.fixture.ts';

type Sent = Readonly<{
  path?: Record<string, string>;
  query?: string;
  headers?: Record<string, string>;
  body?: unknown;
  text?: string | Buffer;
}>;
type Run = (id: string, sent?: Sent) => Promise<LightMyRequestResponse>;

const nameOf = (url: unknown): string => String(url).split('/').at(-1) ?? '';

export async function runOwnVideos(
  run: Run,
  headers: Record<string, string>,
  nowMs: number,
): Promise<void> {
  await run('putProfile', { headers, body: { displayName: 'Erik' } });
  const made = await run('makeDraft', { headers, body: { title: 'A wave' } });
  await run('makeDraft', { body: {} });
  const { id, video } = made.json<{ id: string; video: string }>();
  const path = { id, lang: 'en' };
  await run('getDraft', { path, headers });
  await run('changeDraft', { path, headers, body: { caption: 'tea' } });
  await run('changeDraft', { path, headers, body: { visibility: 'all' } });
  await run('publish', { path, headers });
  const picture = { ...headers, 'content-type': 'image/png' };
  await run('putPoster', { path, headers: picture, text: PNG });
  const words = { ...headers, 'content-type': 'text/vtt' };
  await run('putCaptions', { path, headers: words, text: 'WEBVTT\n' });
  await run('putCaptions', { path, headers: words, text: 'other' });
  await run('deleteCaptions', { path, headers });
  const tus = { ...headers, 'tus-resumable': '1.0.0' };
  const metadata = `draft ${Buffer.from(id).toString('base64')}`;
  const length = { 'upload-length': String(CLIP.length), 'upload-metadata': metadata };
  const begin = () => run('beginUpload', { headers: { ...tus, ...length } });
  await run('beginUpload', { headers: tus });
  const first = nameOf((await begin()).headers.location);
  await begin();
  await run('endUpload', { path: { id: first }, headers });
  const upload = { id: nameOf((await begin()).headers.location) };
  const bytes = { ...tus, 'content-type': 'application/offset+octet-stream' };
  const at = (offset: number) => ({ ...bytes, 'upload-offset': String(offset) });
  await run('addToUpload', { path: upload, headers: at(9), text: CLIP });
  await run('addToUpload', { path: upload, headers: at(0), text: CLIP });
  const ready = await vi.waitFor(
    async () => {
      const read = await run('getDraft', { path, headers });
      const draft = read.json<{ media: { src: string } | null }>();
      expect(draft.media).not.toBeNull();
      return draft;
    },
    { timeout: 30_000 },
  );
  const scheduledAt = new Date(nowMs + 3_600_000).toISOString();
  await run('publish', { path, headers, body: { scheduledAt } });
  await run('publish', { path, headers, body: { scheduledAt: null } });
  await run('listDrafts', { headers, query: '?limit=1' });
  await run('listMyVideos', { headers });
  const file = { video, file: nameOf(ready.media?.src) };
  await run('getFile', { path: file });
  await run('getFile', { path: file, headers: { range: 'bytes=0-9' } });
  await run('getFile', { path: file, headers: { range: 'bytes=999999999-' } });
  await run('getFile', { path: { ...file, file: 'other.mp4' } });
  await run('changeVideo', { path: { id: video }, headers, body: { title: 'Tea' } });
  await run('changeVideo', { path: { id: 'a' }, headers, body: { title: 'Tea' } });
  await run('removeVideo', { path: { id: video }, headers });
  await run('getVideo', { path: { id: video } });
  const other = await run('makeDraft', { headers });
  await run('deleteDraft', { path: { id: other.json<{ id: string }>().id }, headers });
  await run('deleteDraft', { path: { id: 'none' }, headers });
}
