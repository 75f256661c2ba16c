import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SubmitReply } from '../../cell/cell-client.ts';
import { ENTRIES_PAGE_MAX } from '../../cell/remote/cell-wire.ts';
import type { EntriesResult } from '../../cell/remote/remote-cell.ts';
import { granted, like, listenCell } from '../../cell/remote/remote.fixture.ts';
import type { ListeningCell } from '../../cell/remote/remote.fixture.ts';
import { systemTimers } from '../../exchange/timers.ts';
import { append, charterFolder, EU, found, newParty, US } from '../../registrar/charter.fixture.ts';
import type { KeyedParty } from '../../registrar/charter.fixture.ts';
import { openCharterCopy } from '../../registrar/charter-copy.ts';
import type { CharterCopy } from '../../registrar/charter-copy.ts';
import type { Registrar } from '../../registrar/registrar.ts';
import { charterGap, GAP_PAUSE_MS } from './charter-gap.ts';
import type { CharterGap } from './charter-gap.ts';
import { openCellRoute } from './open-cell-route.ts';
import { settled } from './ops-route.fixture.ts';

const north = newParty('north', 'main', 7501);
const south = newParty('south', 'main', 7502);

let closing: (() => unknown)[] = [];

beforeEach(() => {
  closing = [];
});

afterEach(async () => {
  for (const close of closing.toReversed()) await close();
});

function openRegistrar(): Registrar {
  const folder = charterFolder();
  closing.push(folder.remove);
  return folder.open();
}

/** A charter of `us` in which the two change places again and again; and of another cell. */
function charterOf(one: KeyedParty, other: KeyedParty, handovers: number): Registrar {
  const registrar = openRegistrar();
  registrar.append(found(registrar.charter, one));
  registrar.append(found(registrar.charter, one, EU));
  for (let done = 0; done < handovers; done += 1) {
    const [owner, follower] = done % 2 === 0 ? [one, other] : [other, one];
    append(registrar, 'join', { owner, follower, by: [follower, owner] });
    append(registrar, 'cede', { owner: follower, by: [owner, follower] });
  }
  return registrar;
}

const entriesOf = ({ charter }: Registrar): readonly CharterEntry[] => charter.after(0, 1_000);

/** A gateway's copy that has the first entries of a charter and hears of no more. */
function copyOf(entries: readonly CharterEntry[]): CharterCopy {
  const folder = charterFolder();
  closing.push(folder.remove);
  const copy = openCharterCopy({
    file: join(folder.dir, 'copy.jsonl'),
    onTornTail: () => undefined,
    registrarKey: undefined,
  });
  closing.push(copy.close);
  for (const entry of entries) copy.take(entry);
  return copy;
}

const bookOf = ({ charter, take, watch }: CharterCopy) => ({
  newest: charter.newest,
  entryOf: charter.entryOf,
  size: charter.size,
  watch,
  offer: take,
});

describe('a gateway whose registrar is away', () => {
  const keyed = ({ identity, party }: ListeningCell): KeyedParty => ({
    party,
    key: { operator: identity.operator, privateKey: identity.privateKey },
  });

  it.each([
    ['a hand-over', 1],
    ['five hand-overs', 5],
    ['more of them than a page has', ENTRIES_PAGE_MAX + 1],
  ])('W128: that missed %s finds the owner through the one before', async (_what, handovers) => {
    const old = await listenCell();
    const now = await listenCell(undefined, { operator: 'south', gateway: old.gateway });
    closing.push(old.close, now.close);
    const registrar = charterOf(keyed(old), keyed(now), handovers);
    old.role.admission = 'not-owner';
    old.role.entries = entriesOf(registrar);
    old.role.entry = registrar.charter.newest(US);
    const refused: string[] = [];
    const route = openCellRoute({
      jurisdiction: US,
      identity: old.gateway,
      book: bookOf(copyOf(entriesOf(registrar).slice(0, 1))),
      timers: systemTimers,
      monotonicMs: () => performance.now(),
      nowMs: () => Date.now(),
      random: Math.random,
      randomBytes,
      onReach: () => undefined,
      onRefused: (detail) => refused.push(detail),
    });
    closing.push(route.close);
    const submitted = (): Promise<SubmitReply> =>
      new Promise((resolve) => route.client.submit(granted('one', like(1)), resolve));
    // A device sends again what a slow machine had no time for.
    await expect.poll(async () => (await submitted()).kind, { timeout: 20_000 }).toBe('durable');
    expect(now.cell.submitted).not.toEqual([]);
    expect(refused).toEqual([]);
  });
});

describe('a party that is asked for what is missing', () => {
  let all: readonly CharterEntry[];
  let copy: CharterCopy;
  let gap: CharterGap;
  let nowMs: number;
  let refused: string[];
  let asked: string[];

  beforeEach(() => {
    all = entriesOf(charterOf(north, south, 3));
    copy = copyOf(all.slice(0, 1));
    nowMs = 5_000;
    refused = [];
    asked = [];
    gap = charterGap({
      book: bookOf(copy),
      monotonicMs: () => nowMs,
      onRefused: (detail) => refused.push(detail),
    });
  });

  /** The party says that it knows the newest entry, and gives these when it is asked. */
  async function learn(
    answer: EntriesResult | Promise<EntriesResult>,
    { party }: KeyedParty = north,
  ): Promise<void> {
    const line = {
      entriesAfter: async (n: number) => {
        asked.push(`${party.operator} after ${n}`);
        return answer;
      },
    };
    gap.learn(party, line, all.at(-1) as CharterEntry);
    await settled();
  }

  const page = (entries: readonly CharterEntry[]): EntriesResult => ({ kind: 'entries', entries });

  it('W128: brings a gateway to the entry that it told of', async () => {
    await learn(page(all.slice(1)));
    expect(copy.charter.newestHash()).toBe(all.at(-1)?.hash);
    expect(refused).toEqual([]);
  });

  it('W128: is not asked when nothing is missing', async () => {
    for (const entry of all.slice(1, -1)) copy.take(entry);
    await learn(page([]));
    expect(asked).toEqual([]);
    expect(copy.charter.newestHash()).toBe(all.at(-1)?.hash);
  });

  it.each([
    ['names itself as the owner', (entry: CharterEntry) => ({ ...entry, owner: north.party })],
    ['moves an address', (entry: CharterEntry) => withUrl(entry, 'http://elsewhere.example')],
    ['moves the cut', (entry: CharterEntry) => ({ ...entry, cut: undefined })],
    ['leaves out who signed', (entry: CharterEntry) => ({ ...entry, signatures: [] })],
  ])(
    'HF18, W128, R21: that %s is not believed, and what was sound is kept',
    async (_what, change) => {
      const forged = all.map((entry) => (entry.n === 4 ? (change(entry) as CharterEntry) : entry));
      await learn(page(forged.slice(1)));
      expect(copy.charter.size()).toBe(3);
      expect(refused).toHaveLength(1);
      expect(refused[0]).toContain('north at main');
    },
  );

  it('HF18, W128, R21: with a charter of another registrar is not believed', async () => {
    await learn(page(entriesOf(charterOf(north, south, 3)).slice(1)));
    expect(copy.charter.size()).toBe(1);
    expect(refused).toHaveLength(1);
  });

  it('HF18, W128: that leaves entries out moves the gateway no further', async () => {
    await learn(page(all.slice(3)));
    expect(copy.charter.size()).toBe(1);
  });

  it('W128: and brings nothing is asked again only after a while', async () => {
    await learn(page([]));
    nowMs += GAP_PAUSE_MS - 1;
    await learn(page(all.slice(1)));
    expect(asked).toEqual(['north after 1']);
    nowMs += 1;
    await learn(page(all.slice(1)));
    expect(copy.charter.size()).toBe(all.length);
  });

  it('W128: and brings nothing keeps no other from being asked', async () => {
    await learn({ kind: 'lost', effect: 'unknown', detail: 'silent' });
    await learn(page(all.slice(1)), south);
    expect(asked).toEqual(['north after 1', 'south after 1']);
    expect(copy.charter.size()).toBe(all.length);
  });

  it('HF18, W128: that tells of a forged entry again and again is heard once in a while', async () => {
    for (const entry of all.slice(1, -1)) copy.take(entry);
    const forged = withUrl(all.at(-1) as CharterEntry, 'http://elsewhere.example');
    for (let times = 0; times < 3; times += 1) gap.learn(north.party, undefined, forged);
    expect(refused).toHaveLength(1);
    nowMs += GAP_PAUSE_MS;
    gap.learn(north.party, undefined, forged);
    expect(refused).toHaveLength(2);
    expect(copy.charter.size()).toBe(all.length - 1);
  });

  it('W128: has one question at a time', async () => {
    let answer = (_result: EntriesResult): void => undefined;
    await learn(new Promise((resolve) => (answer = resolve)));
    await learn(page(all.slice(1)));
    expect(asked).toEqual(['north after 1']);
    answer(page(all.slice(1)));
    await settled();
    expect(copy.charter.size()).toBe(all.length);
  });

  it('W128: is not blamed, nor the gateway stopped, when the copy has no room', async () => {
    const book = bookOf(copy);
    const full = charterGap({
      book: {
        ...book,
        offer: () => {
          throw new Error('no space left on device');
        },
      },
      monotonicMs: () => nowMs,
      onRefused: (detail) => refused.push(detail),
    });
    const line = { entriesAfter: async () => page(all.slice(1)) };
    full.learn(north.party, line, all.at(-1) as CharterEntry);
    await settled();
    expect(refused).toEqual([expect.stringContaining('no space left on device')]);
  });
});

function withUrl(entry: CharterEntry, url: string): CharterEntry {
  return { ...entry, owner: { ...entry.owner, url } };
}
