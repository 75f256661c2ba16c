import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Jurisdiction, VideoId } from '@holdfast/protocol/ids.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeCell } from '../gateway/fakes/fake-cell.ts';
import type { FakeCell } from '../gateway/fakes/fake-cell.ts';
import type { Catalog, NewVideo } from './catalog.ts';
import { creatorKeyOf, tenantRealm } from './creator-key.ts';
import { openCatalog } from './open-catalog.ts';

const us = 'us' as Jurisdiction;
const eu = 'eu' as Jurisdiction;
const id = (text: string): VideoId => text as VideoId;
const realm = tenantRealm('acme');
const away = { kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 1 } as const;

const clip = (video: string, change: Partial<NewVideo> = {}): NewVideo => ({
  video: id(video),
  durationMs: 15_000,
  creator: 'user-9',
  realm,
  title: 'A title',
  caption: '',
  tags: [],
  mediaUrl: undefined,
  posterUrl: undefined,
  ...change,
});

let folder: string;
let cells: Map<Jurisdiction, FakeCell>;
const opened: Catalog[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'catalog-'));
  cells = new Map([us, eu].map((name) => [name, fakeCell(name, () => 0)]));
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((catalog) => catalog.close()));
  rmSync(folder, { recursive: true });
});

function open(videosMax = 100, of: readonly Jurisdiction[] = [us, eu]): Catalog {
  const clients = of.map((name) => [name, cell(name).client] as const);
  const catalog = openCatalog({
    file: join(folder, 'catalog.db'),
    cells: new Map(clients),
    nowMs: () => 1_700_000_000_000,
    onDeliveryFailed: () => undefined,
    limits: { videosMax, deliveryWaitMs: 5_000, retryMsMin: 2, retryMsMax: 10 },
  });
  opened.push(catalog);
  return catalog;
}

function cell(name: Jurisdiction): FakeCell {
  const found = cells.get(name) ?? fakeCell(name, () => 0);
  cells.set(name, found);
  return found;
}

const registered = (name: Jurisdiction): readonly VideoId[] =>
  cell(name).asked.flatMap(({ name: call, ask }) =>
    call === 'registerVideo' ? [(ask as { video: VideoId }).video] : [],
  );

describe('a registration', () => {
  it('A43: is in the catalog and in every cell when put resolves', async () => {
    const catalog = open();
    const reply = await catalog.put(clip('a'));
    expect(reply).toMatchObject({ kind: 'registered', created: true });
    expect(catalog.has(id('a'))).toBe(true);
    expect(registered(us)).toEqual(['a']);
    expect(registered(eu)).toEqual(['a']);
    expect(catalog.undelivered(us) + catalog.undelivered(eu)).toBe(0);
  });

  it('A43: is durable, and sent again is known', async () => {
    await open().put(clip('a'));
    await opened.pop()?.close();
    const catalog = open();
    expect(catalog.entry(id('a'))).toEqual({ ...clip('a'), createdAtMs: 1_700_000_000_000 });
    expect(await catalog.put(clip('a'))).toMatchObject({ kind: 'registered', created: false });
    expect(catalog.size()).toBe(1);
  });

  it('A43: many at once, some the same, are each registered once', async () => {
    const catalog = open();
    const names = Array.from({ length: 300 }, (_, n) => `v${n % 100}`);
    const replies = await Promise.all(names.map((name) => catalog.put(clip(name))));
    const created = replies.filter((reply) => reply.kind === 'registered' && reply.created);
    expect(created).toHaveLength(100);
    expect(registered(us)).toHaveLength(100);
  });

  it('A43: reaches a cell that was away as soon as it is back', async () => {
    const catalog = open();
    cell(eu).fail(away);
    await catalog.put(clip('a'));
    expect(catalog.awaitsDelivery(eu, id('a'))).toBe(true);
    expect(catalog.awaitsDelivery(us, id('a'))).toBe(false);
    cell(eu).fail(undefined);
    await vi.waitFor(() => expect(catalog.undelivered(eu)).toBe(0));
    expect(registered(eu)).toContain('a');
  });

  it('A43: reaches a cell that was away also after a restart in between', async () => {
    const before = open();
    cell(eu).fail(away);
    await before.put(clip('a'));
    await before.close();
    cell(eu).fail(undefined);
    const after = open();
    await vi.waitFor(() => expect(after.undelivered(eu)).toBe(0));
    await after.close();
    expect(open().undelivered(eu)).toBe(0);
  });

  it('A43: from before reaches a cell that is new', async () => {
    const before = open();
    await before.put(clip('a'));
    await before.close();
    const row = 'row' as Jurisdiction;
    const after = open(100, [us, row]);
    await vi.waitFor(() => expect(after.undelivered(row)).toBe(0));
    expect(registered(row)).toEqual(['a']);
  });

  it('A43: is tried again when the port to a cell throws or refuses, until it is taken', async () => {
    const catalog = open();
    let tries = 0;
    cell(us).answer('registerVideo', () => {
      tries += 1;
      if (tries === 1) throw new Error('broken');
      if (tries === 2) return away as never;
      return { kind: 'registered', position: { epoch: 1, seq: 1 } as never };
    });
    await catalog.put(clip('a'));
    await vi.waitFor(() => expect(catalog.undelivered(us)).toBe(0));
    expect(tries).toBe(3);
  });

  it.each([
    ['durationMs', { durationMs: 15_001 }],
    ['creator', { creator: 'user-8' }],
  ])('A44: with another %s is a conflict and changes nothing', async (_, change) => {
    const catalog = open();
    await catalog.put(clip('a'));
    expect(await catalog.put(clip('a', { ...change, title: 'New' }))).toEqual({ kind: 'conflict' });
    expect(catalog.entry(id('a'))).toMatchObject(clip('a'));
  });

  it('A44: with another title changes the title, without one keeps it', async () => {
    const catalog = open();
    await catalog.put(clip('a'));
    await catalog.put(clip('a', { title: 'New' }));
    await catalog.put(clip('a', { title: undefined }));
    expect(catalog.entry(id('a'))?.title).toBe('New');
  });

  it('A45: of another tenant’s video is refused and changes nothing', async () => {
    const catalog = open();
    await catalog.put(clip('a'));
    const reply = await catalog.put(clip('a', { realm: tenantRealm('other'), title: 'Stolen' }));
    expect(reply).toEqual({ kind: 'foreign' });
    expect(catalog.entry(id('a'))?.title).toBe('A title');
  });

  it('A46: tells cells a hash in which the tenant is, and no name', async () => {
    await open().put(clip('a'));
    const creatorKey = creatorKeyOf(realm, 'user-9');
    expect(creatorKey).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(creatorKey).not.toBe(creatorKeyOf(tenantRealm('other'), 'user-9'));
    expect(creatorKey).not.toBe(creatorKeyOf('account', 'user-9'));
    expect(cell(us).asked).toEqual([
      { name: 'registerVideo', ask: { video: 'a', durationMs: 15_000, creatorKey } },
    ]);
  });

  it('A47: beyond the limit is refused, while known videos can still be put', async () => {
    const catalog = open(2);
    const replies = await Promise.all(['a', 'b', 'c', 'a'].map((name) => catalog.put(clip(name))));
    expect(replies.map(({ kind }) => kind)).toEqual([
      'registered',
      'registered',
      'catalog-full',
      'registered',
    ]);
    expect(catalog.has(id('c'))).toBe(false);
    expect(registered(us)).not.toContain('c');
  });
});

describe('the feed', () => {
  it('A48: pages through playable videos, newest first', async () => {
    const catalog = open();
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      const mediaUrl = name === 'c' ? undefined : `/media/clips/${name}.mp4`;
      await catalog.put(clip(name, { mediaUrl, realm: 'account' }));
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = catalog.feed(cursor, 2);
      if (page === 'bad-cursor') throw new Error('the cursor was given by the feed itself');
      seen.push(...page.items.map(({ video }) => video));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(seen).toEqual(['e', 'd', 'b', 'a']);
  });

  it('A48: refuses a cursor that it did not give', () => {
    const catalog = open();
    for (const cursor of ['', 'A', '../..', 'zzzzzzzzzzzz', 'zzzzzzzzzzz']) {
      expect(catalog.feed(cursor, 2)).toBe('bad-cursor');
    }
  });
});

describe('the list of a realm', () => {
  it('A70: is there in a file from before it was', async () => {
    await open().put(clip('a'));
    await opened.pop()?.close();
    const db = new DatabaseSync(join(folder, 'catalog.db'));
    db.exec('DROP INDEX of_realm');
    db.close();
    const page = open().registered(realm, undefined, 10);
    expect(page).toMatchObject({ items: [{ video: 'a' }], next: undefined });
    await opened.pop()?.close();
    const after = new DatabaseSync(join(folder, 'catalog.db'));
    const index = after.prepare("SELECT name FROM sqlite_schema WHERE name = 'of_realm'").get();
    after.close();
    expect(index).toBeDefined();
  });
});

describe('the file', () => {
  it('of another program is refused and left as it is', () => {
    const db = new DatabaseSync(join(folder, 'catalog.db'));
    db.exec('CREATE TABLE theirs (a)');
    db.close();
    expect(() => open()).toThrow(expect.objectContaining({ code: 'catalog-foreign-file' }));
  });

  it('that is no database is refused', () => {
    writeFileSync(join(folder, 'catalog.db'), 'not a database, but long enough to be looked at');
    expect(() => open()).toThrow(expect.objectContaining({ code: 'catalog-io' }));
  });

  it('when it fails, refuses the registration, and nothing is registered', async () => {
    const catalog = open();
    const db = new DatabaseSync(join(folder, 'catalog.db'));
    db.exec('ALTER TABLE videos RENAME TO elsewhere');
    await expect(catalog.put(clip('a'))).rejects.toMatchObject({ code: 'catalog-io' });
    expect(catalog.has(id('a'))).toBe(false);
    expect(registered(us)).toEqual([]);
    db.close();
  });
});
