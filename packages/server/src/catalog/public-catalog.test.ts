import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Epoch, Jurisdiction, VideoId } from '@holdfast/protocol/ids.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeCell } from '../gateway/fakes/fake-cell.ts';
import type { FakeCell } from '../gateway/fakes/fake-cell.ts';
import { followersTally } from '../people/tally-names.ts';
import { PROFILE_BODY, publishedDraft } from '../people/people.fixture.ts';
import type { OwnPut } from '../people/writings.ts';
import { openCatalog } from './open-catalog.ts';
import { openPublicCatalog } from './open-public-catalog.ts';
import type { OpenPublicCatalog } from './open-public-catalog.ts';
import type { PublicCatalog, PublicChange } from './public-catalog.ts';
import { registerPublished } from './register-published.ts';

const us = 'us' as Jurisdiction;
const eu = 'eu' as Jurisdiction;
const AWAY = { kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 1 } as const;
/** Longer than any test, so that only what is woken is asked. */
const NEVER_MS = 3_600_000;

let folder: string;
let nowMs: number;
let cells: Readonly<Record<'us' | 'eu', FakeCell>>;
let known: PublicCatalog;
const opened: PublicCatalog[] = [];

function open(more: Partial<OpenPublicCatalog> = {}): PublicCatalog {
  const catalog = openPublicCatalog({
    file: join(folder, 'public.db'),
    cells: new Map([
      [us, cells.us.client],
      [eu, cells.eu.client],
    ]),
    nowMs: () => nowMs,
    onFailed: (cause) => {
      throw cause;
    },
    limits: { everyMs: NEVER_MS },
    ...more,
  });
  opened.push(catalog);
  return catalog;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'public-catalog-'));
  nowMs = 1_700_000_000_000;
  cells = { us: fakeCell(us, () => nowMs), eu: fakeCell(eu, () => nowMs) };
  known = open();
});
afterEach(async () => {
  for (const catalog of opened.splice(0)) await catalog.close();
  rmSync(folder, { recursive: true });
});

type Person = Readonly<{ account: string; write: (...puts: readonly OwnPut[]) => Promise<string> }>;

async function person(of: FakeCell, handle: string): Promise<Person> {
  const password = 'violet-kettle-9';
  const made = await of.client.call('signUp', { handle, password, remote: '' });
  if (made.kind !== 'signed-in') throw new Error(made.kind);
  const { token, account } = made;
  const write = async (...puts: readonly OwnPut[]): Promise<string> => {
    const written = await of.client.call('write', { token, puts, removes: [] });
    if (written.kind !== 'written') throw new Error(written.kind);
    return written.items[0]?.id ?? '';
  };
  return { account, write };
}

const profile = (displayName = 'Ann'): OwnPut => ({
  kind: 'profile',
  target: '',
  body: { ...PROFILE_BODY, displayName },
});
const video = (id: string, change = {}, of?: string): OwnPut => ({
  kind: 'draft',
  target: id,
  body: publishedDraft(id, change),
  id: of,
});

describe('the public catalog', () => {
  it('PE30: has what was written once the cell was asked for its news', async () => {
    const ann = await person(cells.us, 'ann');
    await ann.write(profile());
    expect(await known.wake(us)).toBe(true);
    expect(known.profileByHandle('Ann')).toMatchObject({
      jurisdiction: us,
      shownHandle: 'ann',
      record: { account: ann.account, displayName: 'Ann' },
    });
  });

  it('PE30: asks by itself again and again', async () => {
    const other = open({ file: join(folder, 'other.db'), limits: { everyMs: 5 } });
    const ann = await person(cells.us, 'ann');
    await ann.write(profile());
    await vi.waitFor(() => expect(other.profileOf(ann.account)).toBeDefined());
  });

  it('PE31: keeps what it has of a cell that is away, and says how old it is', async () => {
    const ann = await person(cells.us, 'ann');
    await ann.write(profile());
    await known.wake(us);
    const asOfMs = nowMs;
    cells.us.fail(AWAY);
    nowMs += 60_000;
    expect(await known.wake(us)).toBe(false);
    expect(known.profileOf(ann.account)).toBeDefined();
    expect(known.cell(us)).toEqual({ state: 'stale', asOfMs });
  });

  it('PE32: goes on after a restart where it was', async () => {
    const ann = await person(cells.us, 'ann');
    await ann.write(profile());
    await known.wake(us);
    await known.close();
    cells.us.fail(AWAY);
    const again = open();
    expect(again.profileOf(ann.account)).toBeDefined();
    expect(again.cell(us).state).toBe('stale');
  });

  it('PE33: asks another owner of the cell for everything, and forgets what that has not', async () => {
    const [ann, bob] = [await person(cells.us, 'ann'), await person(cells.us, 'bob')];
    await ann.write(profile());
    await bob.write(profile('Bob'));
    await known.wake(us);
    const { account } = ann;
    const record = known.profileOf(account)?.record;
    cells.us.answer('published', ({ after }) => ({
      ...{ kind: 'published', epoch: 2 as Epoch, through: 1, head: 1, atMs: nowMs },
      rows: after === 0 && record !== undefined ? [{ name: 'a-name', record }] : [],
    }));
    await known.wake(us);
    expect(known.profileOf(account)).toBeDefined();
    expect(known.profileOf(bob.account)).toBeUndefined();
  });

  it('PE33: goes on with what it has until everything was told again', async () => {
    const ann = await person(cells.us, 'ann');
    await ann.write(profile());
    await known.wake(us);
    let asked = 0;
    cells.us.answer('published', () => {
      asked += 1;
      // The second page never comes.
      return asked > 2
        ? (AWAY as never)
        : { kind: 'published', epoch: 2 as Epoch, through: 1, head: 9, atMs: nowMs, rows: [] };
    });
    expect(await known.wake(us)).toBe(false);
    expect(asked).toBeGreaterThan(2);
    expect(known.profileOf(ann.account)).toBeDefined();
  });

  it('PE34: asks anew when the cell says so', async () => {
    const ann = await person(cells.us, 'ann');
    await ann.write(profile());
    await known.wake(us);
    const wells: number[] = [];
    cells.us.answer('published', ({ after }) => {
      wells.push(after);
      if (after > 0) return { kind: 'anew', epoch: 1 as Epoch };
      return { kind: 'published', epoch: 1 as Epoch, through: 0, head: 0, atMs: nowMs, rows: [] };
    });
    await known.wake(us);
    expect(wells.at(-1)).toBe(0);
    expect(known.profileOf(ann.account)).toBeUndefined();
  });
});

describe('a handle that two cells gave', () => {
  it('PE36: is shown with its jurisdiction where it is the younger', async () => {
    const older = await person(cells.us, 'ann');
    await older.write(profile());
    await known.wake(us);
    nowMs += 1_000;
    const younger = await person(cells.eu, 'ann');
    await younger.write(profile());
    await known.wake(eu);
    expect(known.profileByHandle('ann')?.record.account).toBe(older.account);
    expect(known.profileByHandle('ann@eu')?.record.account).toBe(younger.account);
    expect(known.profileOf(younger.account)?.shownHandle).toBe('ann@eu');
    expect(known.profileOf(older.account)?.shownHandle).toBe('ann');
  });
});

describe('videos', () => {
  it('PE37: are listed when they are public, and found when they are unlisted', async () => {
    const ann = await person(cells.us, 'ann');
    await ann.write(video('v_1', { publishedAtMs: 1 }), video('v_2', { publishedAtMs: 2 }));
    await ann.write(video('v_hidden', { visibility: 'unlisted' }));
    await known.wake(us);
    const listed = known.videosOf(ann.account, { itemsMax: 10 });
    expect(listed.map(({ record }) => record.video)).toEqual(['v_2', 'v_1']);
    expect(known.video('v_hidden')?.record).toMatchObject({ visibility: 'unlisted' });
  });

  it('PE35: are known to the counter before they can be read, and leave its feed when removed', async () => {
    const catalog = openCatalog({
      file: join(folder, 'catalog.db'),
      cells: new Map(),
      nowMs: () => nowMs,
      onDeliveryFailed: () => undefined,
    });
    const seen: PublicChange[] = [];
    const register = registerPublished(catalog, (kind) => {
      throw new Error(kind);
    });
    const other = open({
      file: join(folder, 'other.db'),
      beforehand: async (changes) => {
        await register(changes);
        for (const { record } of changes) {
          if (record?.type === 'video') expect(catalog.has(record.video as VideoId)).toBe(true);
        }
      },
    });
    other.subscribe((changes) => seen.push(...changes));
    const ann = await person(cells.us, 'ann');
    const id = await ann.write(video('v_1'));
    await other.wake(us);
    const feed = () => {
      const page = catalog.feed(undefined, 9);
      return page === 'bad-cursor' ? [] : page.items.map((item) => item.video);
    };
    expect(feed()).toEqual(['v_1']);
    await ann.write(video('v_1', { state: 'removed' }, id));
    await other.wake(us);
    expect(feed()).toEqual([]);
    expect(catalog.has('v_1' as VideoId)).toBe(true);
    expect(seen.map(({ record }) => record?.type)).toEqual(['video', 'video']);
    await catalog.close();
  });
});

describe('a tally', () => {
  it('PE38: is the sum over all cells, and unknown before each has told', async () => {
    const ann = await person(cells.us, 'ann');
    const bob = await person(cells.eu, 'bob');
    const carla = await person(cells.us, 'carla');
    const follow: OwnPut = { kind: 'follow', target: ann.account, body: {} };
    cells.eu.fail(AWAY);
    const other = open({ file: join(folder, 'other.db') });
    await bob.write(follow).catch(() => undefined);
    await carla.write(follow);
    await other.wake(us);
    const name = followersTally(ann.account);
    expect(other.tally(name)).toEqual({ value: null, state: 'unknown', asOf: null });
    cells.eu.fail(undefined);
    await bob.write(follow);
    await other.wake(eu);
    expect(other.tally(name)).toMatchObject({ value: 2, state: 'live' });
    nowMs += 60_000;
    expect(other.tally(name)).toMatchObject({ value: 2, state: 'stale' });
  });

  it('PE38: that nothing counts in is a known 0', async () => {
    await Promise.all([known.wake(us), known.wake(eu)]);
    expect(known.tally('followers/nobody')).toMatchObject({ value: 0, state: 'live' });
  });
});
