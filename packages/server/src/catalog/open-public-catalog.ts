// The public catalog over its file, with a puller for each cell.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Count } from '@holdfast/protocol/counts.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type {
  PublicComment,
  PublicModeration,
  PublicProfile,
  PublicRecord,
  PublicRecordType,
  PublicTally,
  PublicVideo,
  RemovedVideo,
} from '../border/public-records.ts';
import { parseHandle } from '../accounts/handle.ts';
import type { CellClient } from '../cell/cell-client.ts';
import { openPublicCatalogFile } from './public-catalog-file.ts';
import type { PublicCatalogFile } from './public-catalog-file.ts';
import { PUBLIC_PAGE_MAX } from './public-catalog.ts';
import type { Known, KnownProfile, PublicCatalog, PublicChange } from './public-catalog.ts';
import { openPuller } from './public-puller.ts';
import type { Puller } from './public-puller.ts';

/** How often a cell is asked for its news when nobody knows of any. */
export const PULL_EVERY_MS = 500;
/** What is known of a cell is live while it was asked so recently. */
export const LIVE_MS = 2_000;
/** Longest that a writer waits to read what was written. */
const WAKE_WAIT_MS = 1_500;

export type OpenPublicCatalog = Readonly<{
  /** Path of `public.db`; its folder must exist. */
  file: string;
  cells: ReadonlyMap<Jurisdiction, CellClient>;
  nowMs: () => number;
  /** What has to be done before a change can be read, such as telling the counter of a video. */
  beforehand?: (changes: readonly PublicChange[]) => Promise<void>;
  onFailed: (cause: unknown) => void;
  limits?: Readonly<{ everyMs?: number; wakeWaitMs?: number }>;
}>;

/** Opens the public catalog, and makes the file where there is none. Throws `CatalogError`. */
export function openPublicCatalog(options: OpenPublicCatalog): PublicCatalog {
  const { cells, nowMs, onFailed, limits } = options;
  const file = openPublicCatalogFile(options.file);
  const listeners = new Set<(changes: readonly PublicChange[]) => void>();
  const pullers = new Map<Jurisdiction, Puller>();
  for (const [jurisdiction, cell] of cells) {
    const puller = openPuller({
      cell,
      file,
      nowMs,
      everyMs: limits?.everyMs ?? PULL_EVERY_MS,
      beforehand: options.beforehand ?? (async () => undefined),
      onChanges: (changes) => {
        for (const listener of listeners) listener(changes);
      },
      onFailed,
    });
    pullers.set(jurisdiction, puller);
  }

  const cellState: PublicCatalog['cell'] = (jurisdiction) => {
    const { atMs, asOfMs } = pullers.get(jurisdiction)?.heard() ?? {};
    if (asOfMs === undefined) return { state: 'unknown', asOfMs };
    const isLive = atMs !== undefined && nowMs() - atMs < LIVE_MS;
    return { state: isLive ? 'live' : 'stale', asOfMs };
  };

  const wakeWaitMs = limits?.wakeWaitMs ?? WAKE_WAIT_MS;
  return {
    ...readers(file, nowMs),
    tally: (name) => tallyOf(file, [...cells.keys()].map(cellState), name),
    cell: cellState,
    wake: async (jurisdiction) => {
      const woken = pullers.get(jurisdiction)?.wake() ?? Promise.resolve(false);
      return Promise.race([woken, sleep(wakeWaitMs, false, { ref: false })]);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      await Promise.all([...pullers.values()].map((puller) => puller.close()));
      file.close();
    },
  };
}

type Readers = Pick<
  PublicCatalog,
  | 'profileOf'
  | 'profileByHandle'
  | 'video'
  | 'videosOf'
  | 'comment'
  | 'commentsOf'
  | 'repliesOf'
  | 'repliesCount'
  | 'lostParentsOf'
  | 'moderationOf'
  | 'all'
>;

function readers(file: PublicCatalogFile, nowMs: () => number): Readers {
  const byId = <Held extends PublicRecord>(type: PublicRecordType, id: string) =>
    // A record is found under its own type.
    file.byId(type, id)[0] as Known<Held> | undefined;
  const listed = <Held extends PublicRecord>(
    type: PublicRecordType,
    owner: string,
    { before, itemsMax }: Parameters<PublicCatalog['videosOf']>[1],
  ) =>
    file.byOwner(type, owner, {
      before,
      itemsMax: Math.min(itemsMax, PUBLIC_PAGE_MAX),
    }) as readonly Known<Held>[];

  const profileOf = (account: string): KnownProfile | undefined => {
    const known = byId<PublicProfile>('profile', account);
    return known && { ...known, shownHandle: shownHandle(file, known) };
  };

  return {
    profileOf,
    profileByHandle: (handle) => {
      const [name = '', jurisdiction] = handle.split('@', 2);
      const parsed = parseHandle(name);
      if (parsed.kind !== 'handle') return undefined;
      const holders = holdersOf(file, parsed.handle);
      const found = holders.find((one, index) =>
        jurisdiction === undefined ? index === 0 : one.jurisdiction === jurisdiction,
      );
      return found && { ...found, shownHandle: shownHandle(file, found) };
    },
    video: (video) => byId<PublicVideo | RemovedVideo>('video', video),
    videosOf: (account, page) => listed<PublicVideo>('video', account, page),
    comment: (comment) => byId<PublicComment>('comment', comment),
    commentsOf: (video, page) => listed<PublicComment>('comment', `video/${video}`, page),
    repliesOf: (comment, { after, itemsMax }) =>
      file.byOwnerUp('comment', `comment/${comment}`, {
        after,
        itemsMax: Math.min(itemsMax, PUBLIC_PAGE_MAX),
      }) as readonly Known<PublicComment>[],
    repliesCount: (comment) => file.countOf('comment', `comment/${comment}`),
    lostParentsOf: file.lostParentsOf,
    moderationOf: (kind, id) => {
      const decisions = file.byId('moderation', `${kind}/${id}`) as Known<PublicModeration>[];
      const home = (kind === 'person' ? profileOf(id) : byId(kind, id))?.jurisdiction;
      // MO20: what is of some cell is decided about there.
      const holds = ({ record, jurisdiction }: Known<PublicModeration>): boolean =>
        (record.untilMs === null || record.untilMs > nowMs()) &&
        (home === undefined || home === jurisdiction);
      return decisions.filter(holds).toSorted((a, b) => b.record.atMs - a.record.atMs)[0]?.record;
    },
    all: (type) => file.all(type),
  };
}

/** Cells that may have given one handle, at most one each. */
const HOLDERS_MAX = 50;

/** Who has a handle, whoever had it first before the others. */
function holdersOf(file: PublicCatalogFile, handle: string): readonly Known<PublicProfile>[] {
  const found = file.byOwner('profile', handle, { itemsMax: HOLDERS_MAX });
  return (found as Known<PublicProfile>[]).toReversed();
}

function shownHandle(file: PublicCatalogFile, { record, jurisdiction }: Known<PublicProfile>) {
  const [first] = holdersOf(file, record.handle);
  const isFirst = first === undefined || first.record.account === record.account;
  return isFirst ? record.handle : `${record.handle}@${jurisdiction}`;
}

type CellState = ReturnType<PublicCatalog['cell']>;

function tallyOf(file: PublicCatalogFile, cells: readonly CellState[], name: string): Count {
  const asOfs = cells.flatMap(({ asOfMs }) => asOfMs ?? []);
  if (asOfs.length === 0 || asOfs.length < cells.length) {
    return { value: null, state: 'unknown', asOf: null };
  }
  const held = file.byId('tally', name) as readonly Known<PublicTally>[];
  const value = held.reduce((sum, { record }) => sum + record.value, 0);
  const state = cells.every((cell) => cell.state === 'live') ? 'live' : 'stale';
  return { value, state, asOf: new Date(Math.min(...asOfs)).toISOString() };
}
