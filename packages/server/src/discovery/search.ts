// Keeps the search index in step with the public catalog: filled in small steps after the start, and
// changed with every publication from then on.
//
// Rules: docs/spec/discovery.md (DI20, DI28, DI29).

import type { PublicRecord } from '../border/public-records.ts';
import type { Catalog, Video } from '../catalog/catalog.ts';
import { FEED_PAGE_MAX } from '../catalog/catalog.ts';
import { PUBLIC_PAGE_MAX } from '../catalog/public-catalog.ts';
import type { PublicCatalog, PublicChange } from '../catalog/public-catalog.ts';
import { isShown } from '../gateway/public-video.ts';
import type { ShowVideo } from '../gateway/public-video.ts';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import type { SearchIndex } from './search-index.ts';

/** Records that one step of the filling takes, between which requests are answered. */
const STEP_RECORDS = 200;
/** Videos of one person that are looked at again when their name changes. */
const RENAMED_VIDEOS_MAX = 5_000;
/** How often the newest of the catalog are looked at, for those that nobody publishes. */
const CATALOG_LOOK_MS = 2_000;

export type SearchParts = Readonly<{
  index: SearchIndex;
  catalog: Pick<Catalog, 'entry' | 'feed'>;
  known: Pick<PublicCatalog, 'all' | 'profileOf' | 'moderationOf' | 'videosOf' | 'subscribe'>;
  show: ShowVideo;
  nowMs: () => number;
  onFailed: (cause: unknown) => void;
}>;

export type Search = Readonly<{
  videos: SearchIndex['videos'];
  people: SearchIndex['people'];
  tags: SearchIndex['tags'];
  /** Resolves when everything that was known at the start can be found. */
  filled: Promise<void>;
  close: () => void;
}>;

export function openSearch(parts: SearchParts): Search {
  const { index, nowMs, known } = parts;
  let isClosed = false;
  let lookedAtMs = -Infinity;
  const guarded = (change: () => void): void => {
    try {
      if (!isClosed) index.together(change);
    } catch (cause) {
      parts.onFailed(cause);
    }
  };

  const end = known.subscribe((changes) =>
    guarded(() => {
      for (const change of changes) takeChange(parts, change);
    }),
  );
  const fill = async (): Promise<void> => {
    for (const type of ['profile', 'video'] as const) {
      for (const ids of steps(known.all(type))) {
        guarded(() => {
          for (const id of ids) refresh(parts, type, id);
        });
        await new Promise(setImmediate);
        if (isClosed) return;
      }
    }
  };
  /** The samples are in the catalog and published by nobody. */
  const lookAtCatalog = (): void => {
    if (Math.abs(nowMs() - lookedAtMs) < CATALOG_LOOK_MS) return;
    lookedAtMs = nowMs();
    guarded(() => addUnpublished(parts));
  };

  return {
    videos: (typed, atMs) => {
      lookAtCatalog();
      return index.videos(typed, atMs);
    },
    people: index.people,
    tags: (typed) => {
      lookAtCatalog();
      return index.tags(typed);
    },
    filled: fill().catch(parts.onFailed),
    close: () => {
      isClosed = true;
      end();
      index.close();
    },
  };
}

/** What a record is about, a few at a time: what it says may have changed when its turn comes. */
function* steps(records: Iterable<{ record: PublicRecord }>): Iterable<readonly string[]> {
  // All at first, because a file that is read and changed at once can give a row twice or never.
  const ids = [...records].flatMap(({ record }) => subjectOf(record) ?? []);
  for (let at = 0; at < ids.length; at += STEP_RECORDS) yield ids.slice(at, at + STEP_RECORDS);
}

function subjectOf(record: PublicRecord): string | undefined {
  if (record.type === 'video') return record.video;
  return record.type === 'profile' ? record.account : undefined;
}

function takeChange(parts: SearchParts, { record, was }: PublicChange): void {
  const changed = record ?? was;
  if (changed === undefined) return;
  if (changed.type === 'video') refresh(parts, 'video', changed.video);
  if (changed.type === 'profile') refreshPerson(parts, changed.account);
  if (changed.type !== 'moderation') return;
  const { kind, id } = changed.target;
  if (kind === 'video') refresh(parts, 'video', id);
  if (kind === 'person') refreshPerson(parts, id);
}

/** A person, and their videos, which are found by their name too. */
function refreshPerson(parts: SearchParts, account: string): void {
  refresh(parts, 'profile', account);
  let before: Parameters<PublicCatalog['videosOf']>[1]['before'];
  for (let looked = 0; looked < RENAMED_VIDEOS_MAX; looked += PUBLIC_PAGE_MAX) {
    const page = parts.known.videosOf(account, { before, itemsMax: PUBLIC_PAGE_MAX });
    for (const { record } of page) refresh(parts, 'video', record.video);
    const last = page.at(-1)?.record;
    if (last === undefined || page.length < PUBLIC_PAGE_MAX) break;
    before = { atMs: last.publishedAtMs, id: last.video };
  }
}

function refresh(parts: SearchParts, type: 'profile' | 'video', id: string): void {
  const { index, known, catalog } = parts;
  if (type === 'profile') {
    const profile = known.profileOf(id);
    const isHidden = known.moderationOf('person', id) !== undefined;
    if (profile === undefined || isHidden) index.removePerson(id);
    else {
      const { displayName, bio } = profile.record;
      index.putPerson({ id, names: [profile.shownHandle, displayName], bio });
    }
    return;
  }
  // A video of ours has an id that the catalog takes.
  const entry = catalog.entry(id as VideoId);
  if (entry === undefined || !put(parts, entry)) index.removeVideo(id);
}

/** Puts a video that anybody may find; false when nobody may. */
function put({ index, show }: SearchParts, entry: Video): boolean {
  const shown = show(entry);
  if (!isShown(shown) || shown.visibility !== 'public' || shown.media === null) return false;
  const { id, title, caption, tags, handle, displayName } = shown;
  const names = [handle, displayName].filter((name) => name !== null);
  const atMs = Date.parse(shown.publishedAt ?? shown.createdAt);
  index.putVideo({ id, title, caption, tags, names, atMs });
  return true;
}

/** What the feed lists and nothing has told of, from the newest on to one that is known. */
function addUnpublished(parts: SearchParts): void {
  let cursor: string | undefined;
  do {
    const page = parts.catalog.feed(cursor, FEED_PAGE_MAX);
    if (page === 'bad-cursor') return;
    const added = page.items.filter(({ video }) => !parts.index.hasVideo(video));
    for (const entry of added) put(parts, entry);
    if (added.length < page.items.length) return;
    cursor = page.next;
  } while (cursor !== undefined);
}
