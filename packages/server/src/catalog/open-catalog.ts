// The catalog over its SQLite file, with a courier for each cell.
//
// Registrations gather for one turn of the event loop and are written together, one fsync for all.

import { isDeepStrictEqual } from 'node:util';
import { isCanary } from '@holdfast/protocol/canary.ts';
import type { Jurisdiction, VideoId } from '@holdfast/protocol/ids.ts';
import type { CellClient } from '../cell/cell-client.ts';
import {
  CANARIES_MAX,
  FEED_PAGE_MAX,
  PUTS_QUEUE_MAX,
  REGISTERED_PAGE_MAX,
  VIDEOS_MAX,
} from './catalog.ts';
import type { Catalog, NewVideo, PutVideo, VideoPage } from './catalog.ts';
import { catalogErrorOf } from './catalog-error.ts';
import { openCatalogFile } from './catalog-file.ts';
import type { CatalogFile, NumberedVideo } from './catalog-file.ts';
import { openCourier } from './courier.ts';
import type { Courier } from './courier.ts';
import { creatorKeyOf } from './creator-key.ts';

/** How long taken deliveries gather before they are removed from the file. */
const DELIVERED_PAUSE_MS = 250;
const CURSOR_PATTERN = /^[0-9a-z]{1,11}$/;
const CURSOR_RADIX = 36;

export type OpenCatalog = Readonly<{
  /** Path of `catalog.db`; its folder must exist. */
  file: string;
  cells: ReadonlyMap<Jurisdiction, CellClient>;
  nowMs: () => number;
  /** Told when a delivery threw, which a cell's port does not do unless it is broken. */
  onDeliveryFailed: (cause: unknown) => void;
  limits?: Readonly<{
    videosMax?: number;
    /** Longest that `put` waits for the cells that are up. */
    deliveryWaitMs?: number;
    retryMsMin?: number;
    retryMsMax?: number;
  }>;
}>;

type Waiting = Readonly<{
  video: NewVideo;
  resolve: (reply: PutVideo) => void;
  reject: (error: Error) => void;
}>;

/** Opens the catalog, and makes the file where there is none. Throws `CatalogError`. */
export function openCatalog(options: OpenCatalog): Catalog {
  const { cells, limits } = options;
  const file = openCatalogFile(options.file);
  const deliveryWaitMs = limits?.deliveryWaitMs ?? 2_000;
  file.transaction(() => {
    for (const jurisdiction of cells.keys()) file.addCell(jurisdiction);
  });
  const ids = new Set<VideoId>(file.ids());
  const canaries = [...ids].filter(isCanary).slice(-CANARIES_MAX);
  const delivered = deliveredWriter(file);
  const couriers = openCouriers(options, file, delivered.add);
  const queue: Waiting[] = [];
  let closed = false;

  const settle = async ({ video, resolve }: Waiting, reply: PutVideo): Promise<void> => {
    if (reply.kind === 'registered') {
      const waits = [...couriers.values()].map((courier) =>
        courier.settled(video.video, deliveryWaitMs),
      );
      await Promise.all(waits);
    }
    resolve(reply);
  };

  const flush = (): void => {
    const batch = queue.splice(0);
    if (batch.length === 0) return;
    try {
      const replies = writePuts(file, options, ids, batch);
      for (const [index, reply] of replies.entries()) {
        const waiting = batch[index];
        if (waiting === undefined) continue;
        if (reply.kind === 'registered' && reply.created) {
          ids.add(reply.entry.video);
          if (isCanary(reply.entry.video)) canaries.push(reply.entry.video);
          for (const courier of couriers.values()) courier.add(reply.entry.video);
        }
        void settle(waiting, reply);
      }
    } catch (cause) {
      for (const { reject } of batch) reject(catalogErrorOf(cause));
    }
  };

  return {
    has: (video) => ids.has(video),
    entry: (video) => (ids.has(video) ? guarded(() => file.find(video)) : undefined),
    put: async (video) => {
      if (closed || queue.length >= PUTS_QUEUE_MAX) return { kind: 'overloaded' };
      return new Promise<PutVideo>((resolve, reject) => {
        if (queue.push({ video, resolve, reject }) === 1) setImmediate(flush);
      });
    },
    awaitsDelivery: (jurisdiction, video) => couriers.get(jurisdiction)?.awaits(video) ?? false,
    undelivered: (jurisdiction) => couriers.get(jurisdiction)?.size() ?? 0,
    ...listsIn(file),
    canaries: () => canaries.slice(-CANARIES_MAX),
    size: () => ids.size,
    close: async () => {
      if (closed) return;
      closed = true;
      flush();
      for (const courier of couriers.values()) courier.close();
      await delivered.close();
      file.close();
    },
  };
}

function listsIn(
  file: CatalogFile,
): Pick<Catalog, 'feed' | 'registered' | 'newestOf' | 'ofCreator'> {
  return {
    feed: (cursor, itemsMax) =>
      pageOf(cursor, Number.MAX_SAFE_INTEGER, Math.min(itemsMax, FEED_PAGE_MAX), file.playable),
    registered: (realm, cursor, itemsMax) =>
      pageOf(cursor, 0, Math.min(itemsMax, REGISTERED_PAGE_MAX), (aboveN, rowsMax) =>
        file.ofRealm(realm, aboveN, rowsMax),
      ),
    newestOf: (realm, itemsMax) => guarded(() => file.newestOf(realm, itemsMax)),
    ofCreator: (realm, creator, cursor, itemsMax) =>
      pageOf(
        cursor,
        Number.MAX_SAFE_INTEGER,
        Math.min(itemsMax, REGISTERED_PAGE_MAX),
        (belowN, rowsMax) => file.ofCreator(realm, creator, belowN, rowsMax),
      ),
  };
}

/** A page of a list that is read from a video's number on; `fromN` begins it. */
function pageOf(
  cursor: string | undefined,
  fromN: number,
  items: number,
  read: (fromN: number, rowsMax: number) => readonly NumberedVideo[],
): VideoPage | 'bad-cursor' {
  if (cursor !== undefined && !CURSOR_PATTERN.test(cursor)) return 'bad-cursor';
  const startN = cursor === undefined ? fromN : parseInt(cursor, CURSOR_RADIX);
  if (!Number.isSafeInteger(startN)) return 'bad-cursor';
  // One more than asked for tells whether there is a next page.
  const rows = guarded(() => read(startN, items + 1));
  const page = rows.slice(0, items);
  const last = page.at(-1);
  const more = rows.length > items && last !== undefined;
  return {
    items: page.map(({ entry }) => entry),
    next: more ? last.n.toString(CURSOR_RADIX) : undefined,
  };
}

function openCouriers(
  { cells, onDeliveryFailed, limits }: OpenCatalog,
  file: CatalogFile,
  onDelivered: (jurisdiction: Jurisdiction, video: VideoId) => void,
): ReadonlyMap<Jurisdiction, Courier> {
  const couriers = new Map<Jurisdiction, Courier>();
  for (const [jurisdiction, cell] of cells) {
    const courier = openCourier({
      cell,
      waiting: file.undelivered(jurisdiction),
      describe: (video) => {
        const entry = guarded(() => file.find(video));
        if (entry === undefined) throw new Error('a video to deliver is not in the catalog');
        const { durationMs, realm, creator } = entry;
        return { durationMs, creatorKey: creatorKeyOf(realm, creator) };
      },
      onDelivered: (video) => onDelivered(jurisdiction, video),
      onFailed: onDeliveryFailed,
      retryMsMin: limits?.retryMsMin ?? 100,
      retryMsMax: limits?.retryMsMax ?? 2_000,
    });
    couriers.set(jurisdiction, courier);
  }
  return couriers;
}

/** Decides and writes a batch of registrations in one transaction. */
function writePuts(
  file: CatalogFile,
  { cells, nowMs, limits }: OpenCatalog,
  ids: ReadonlySet<VideoId>,
  batch: readonly Waiting[],
): readonly PutVideo[] {
  const videosMax = limits?.videosMax ?? VIDEOS_MAX;
  let size = ids.size;
  return file.transaction(() =>
    batch.map(({ video }): PutVideo => {
      const known = file.find(video.video);
      if (known !== undefined) {
        if (known.realm !== video.realm) return { kind: 'foreign' };
        if (known.durationMs !== video.durationMs || known.creator !== video.creator) {
          return { kind: 'conflict' };
        }
        const entry = { ...known, ...video, title: video.title ?? known.title };
        if (!isDeepStrictEqual(entry, known)) file.update(entry);
        return { kind: 'registered', created: false, entry };
      }
      if (size >= videosMax) return { kind: 'catalog-full' };
      size += 1;
      const entry = { ...video, title: video.title ?? '', createdAtMs: nowMs() };
      file.insert(entry);
      for (const jurisdiction of cells.keys()) file.addUndelivered(jurisdiction, video.video);
      return { kind: 'registered', created: true, entry };
    }),
  );
}

type Delivered = readonly [Jurisdiction, VideoId];

/** Removes taken deliveries from the file, many at once. */
function deliveredWriter(file: CatalogFile) {
  let taken: Delivered[] = [];
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    timer = undefined;
    const batch = taken;
    taken = [];
    try {
      file.transaction(() => {
        for (const [jurisdiction, video] of batch) file.removeUndelivered(jurisdiction, video);
      });
    } catch {
      // They stay in the file, so the next start delivers them again, which changes nothing.
    }
  };

  return {
    add: (jurisdiction: Jurisdiction, video: VideoId): void => {
      taken.push([jurisdiction, video]);
      timer ??= setTimeout(flush, DELIVERED_PAUSE_MS);
    },
    close: (): Promise<void> => {
      clearTimeout(timer);
      if (taken.length > 0) flush();
      return Promise.resolve();
    },
  };
}

function guarded<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    throw catalogErrorOf(cause);
  }
}
