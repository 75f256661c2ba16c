// The sample clips of a new installation: registered like any video, with no made-up count.

import { isVideoId } from '@holdfast/protocol/ids.ts';
import type { Catalog, NewVideo } from '../../catalog/catalog.ts';
import { SAMPLES } from '../../gateway/samples.ts';

/** Where the gateway serves the folder that the manifest is in. */
const ADDRESS = '/media/clips/';

/** Registers what `clips.json` lists; what is known already stays. Throws when it is not a list. */
export async function registerSampleClips(catalog: Catalog, manifest: string): Promise<void> {
  const entries: unknown = JSON.parse(manifest);
  if (!Array.isArray(entries)) throw new Error('clips.json is not a list');
  const results = await Promise.all(entries.map((entry) => catalog.put(newVideoOf(entry))));
  const refused = results.find(({ kind }) => kind !== 'registered');
  if (refused !== undefined) throw new Error(`a sample clip was refused: ${refused.kind}`);
}

function newVideoOf(entry: unknown): NewVideo {
  const { id, title, caption, tags, durationMs, file, poster } = entry as Readonly<
    Partial<Record<string, unknown>>
  >;
  if (!isVideoId(id) || typeof durationMs !== 'number') throw new Error('a clip has no id');
  return {
    video: id,
    durationMs,
    creator: SAMPLES.account,
    realm: 'account',
    title: String(title),
    caption: String(caption),
    tags: Array.isArray(tags) ? tags.map(String) : [],
    mediaUrl: `${ADDRESS}${String(file)}`,
    posterUrl: `${ADDRESS}${String(poster)}`,
  };
}
