// What tests of drafts and uploads share: a person with a profile, and a clip to upload.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { vi } from 'vitest';
import { ask, cookieOf } from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';

export const CLIP: Buffer = readFileSync(
  fileURLToPath(new URL('../../../assets/clips/rain.mp4', import.meta.url)),
);
/** As much of a picture as is looked at. */
export const PNG: Buffer = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

export type Draft = Readonly<{
  id: string;
  video: string;
  state: string;
  title: string;
  scheduledAt: string | null;
  durationMs: number | null;
  poster: string | null;
  captions: readonly Readonly<{ lang: string; label: string; src: string }>[];
  media: Readonly<{ src: string }> | null;
  upload: Readonly<{
    state: string;
    received: number;
    total: number;
    url: string | null;
    problem: Readonly<{ code: string; detail: string }> | null;
  }>;
}>;

type More = NonNullable<Parameters<typeof ask>[3]>;

export class Creator {
  readonly #world: World;
  readonly cookie: string;

  private constructor(world: World, cookie: string) {
    this.#world = world;
    this.cookie = cookie;
  }

  static async signUp(world: World, handle: string, jurisdiction?: string): Promise<Creator> {
    const creator = new Creator(world, await cookieOf(world, handle, jurisdiction));
    await creator.ask('PUT', '/v1/me/profile', { body: { displayName: handle } });
    return creator;
  }

  ask(
    method: NonNullable<InjectOptions['method']>,
    url: string,
    { headers, ...more }: More = {},
  ): Promise<LightMyRequestResponse> {
    const own = { cookie: this.cookie, 'sec-fetch-site': 'same-origin', ...headers };
    return ask(this.#world, method, url, { headers: own, ...more });
  }

  async draft(body: unknown = { title: 'A wave' }): Promise<Draft> {
    return (await this.ask('POST', '/v1/me/drafts', { body })).json<Draft>();
  }

  async read(id: string): Promise<Draft> {
    return (await this.ask('GET', `/v1/me/drafts/${id}`)).json<Draft>();
  }

  begin(draft: string, total: number, headers = {}): Promise<LightMyRequestResponse> {
    const metadata = `draft ${Buffer.from(draft).toString('base64')},filename eA==`;
    const tus = { 'tus-resumable': '1.0.0', 'upload-length': String(total) };
    return this.ask('POST', '/v1/uploads', {
      headers: { ...tus, 'upload-metadata': metadata, ...headers },
    });
  }

  append(url: string, offset: number, bytes: Buffer): Promise<LightMyRequestResponse> {
    const type = 'application/offset+octet-stream';
    const tus = { 'tus-resumable': '1.0.0', 'upload-offset': String(offset), 'content-type': type };
    return this.ask('PATCH', url, { headers: tus, text: bytes });
  }

  async offset(url: string): Promise<number> {
    const told = await this.ask('HEAD', url, { headers: { 'tus-resumable': '1.0.0' } });
    return Number(told.headers['upload-offset']);
  }

  /** Uploads all of a file and waits until it was looked at. */
  async upload(draft: string, bytes: Buffer = CLIP): Promise<Draft> {
    const begun = await this.begin(draft, bytes.length);
    if (begun.statusCode !== 201) throw new Error(begun.body);
    const url = String(begun.headers.location);
    const sent = bytes.length > 0 ? await this.append(url, 0, bytes) : undefined;
    if (sent !== undefined && sent.statusCode !== 204) throw new Error(sent.body);
    return this.looked(draft);
  }

  looked(draft: string): Promise<Draft> {
    return vi.waitFor(
      async () => {
        const now = await this.read(draft);
        const { state } = now.upload;
        if (state !== 'ready' && state !== 'refused') throw new Error(`still ${state}`);
        return now;
      },
      { timeout: 30_000 },
    );
  }

  async published(change: unknown = {}): Promise<Draft> {
    const { id } = await this.draft();
    await this.upload(id);
    const reply = await this.ask('POST', `/v1/me/drafts/${id}/publish`, { body: change });
    if (reply.statusCode > 201) throw new Error(reply.body);
    return this.read(id);
  }
}
