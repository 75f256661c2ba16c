import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { openCatalog } from '../../catalog/open-catalog.ts';
import { registerSampleClips } from './sample-clips.ts';

const CLIP = {
  id: 'hf-ocean',
  title: 'Ocean',
  caption: 'Waves.',
  tags: ['sea'],
  durationMs: 8_000,
  file: 'ocean.mp4',
  poster: 'ocean.jpg',
};

let dir: string;
let catalog: Catalog;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-clips-'));
  catalog = openCatalog({
    file: join(dir, 'catalog.db'),
    cells: new Map(),
    nowMs: () => 1,
    onDeliveryFailed: (cause) => {
      throw cause;
    },
  });
});

afterEach(async () => {
  await catalog.close();
  rmSync(dir, { recursive: true });
});

describe('sample clips', () => {
  it('are in the catalog as playable videos, once', async () => {
    await registerSampleClips(catalog, JSON.stringify([CLIP]));
    await registerSampleClips(catalog, JSON.stringify([CLIP]));
    expect(catalog.size()).toBe(1);
    expect(catalog.entry('hf-ocean' as VideoId)).toMatchObject({
      title: 'Ocean',
      tags: ['sea'],
      durationMs: 8_000,
      creator: 'holdfast-samples',
      mediaUrl: '/media/clips/ocean.mp4',
      posterUrl: '/media/clips/ocean.jpg',
    });
  });

  it('are refused as a whole when the manifest is not theirs', async () => {
    await expect(registerSampleClips(catalog, '{}')).rejects.toThrow('not a list');
    await expect(registerSampleClips(catalog, '[{"id":"a b"}]')).rejects.toThrow('no id');
    expect(catalog.size()).toBe(0);
  });

  it('say when the catalog has another video of that name', async () => {
    await registerSampleClips(catalog, JSON.stringify([CLIP]));
    const other = JSON.stringify([{ ...CLIP, durationMs: 1 }]);
    await expect(registerSampleClips(catalog, other)).rejects.toThrow('conflict');
  });
});
