// Counts out of a data folder whose server is stopped: the last good ones that its gateway saved.

import { existsSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import { openCatalogFile } from '../catalog/catalog-file.ts';
import { openExchange } from '../exchange/open-exchange.ts';
import { readCharter } from '../registrar/open-charter.ts';
import { CliError } from './cli-error.ts';
import { dataLayout } from './data-layout.ts';
import { EXIT } from './exit-codes.ts';
import type { CountedVideo, CountsSource } from './export-source.ts';

/**
 * Runs `work` on the counts of a folder that the caller holds. They are `stale` with the time they
 * are from, or `unknown`: no cell runs that could say more.
 */
export async function withOfflineCounts<Result>(
  options: Readonly<{
    dataDir: string;
    videos: readonly VideoId[] | undefined;
    nowMs: () => number;
    /** Told when what was saved is damaged: counts are then `unknown`. */
    onProblem: (message: string) => void;
  }>,
  work: (source: CountsSource) => Promise<Result>,
): Promise<Result> {
  const { dataDir, nowMs, onProblem } = options;
  const layout = dataLayout(dataDir);
  // Looked at first, since opening would make what is not there.
  if (!existsSync(layout.charter) || !existsSync(layout.catalog)) throw noVideos(dataDir);
  const cells = readCharter(layout.charter)
    .describe()
    .map(({ jurisdiction }) => jurisdiction);
  if (cells.length === 0) throw noVideos(dataDir);
  const catalog = openCatalogFile(layout.catalog);
  const exchange = openExchange({
    file: layout.exchange,
    cells,
    clock: { nowMs, monotonicMs: () => performance.now() },
    onProblem: ({ message }) => onProblem(message),
  });
  try {
    const known = new Set<VideoId>(catalog.ids());
    const counted = (video: VideoId): CountedVideo =>
      known.has(video)
        ? { video, counts: exchange.counts(video) }
        : { video, counts: 'unknown-video' };
    const videos = options.videos ?? known;
    return await work({ cells, videos: each(videos, counted) });
  } finally {
    await exchange.close();
    catalog.close();
  }
}

// Asynchronous as the same thing read over the API is.
async function* each<Item, Result>(
  items: Iterable<Item>,
  make: (item: Item) => Result,
): AsyncGenerator<Result> {
  for (const item of items) yield make(item);
}

function noVideos(dataDir: string): CliError {
  return new CliError(EXIT.failed, 'no-videos', `No video is registered in ${dataDir}.`);
}
