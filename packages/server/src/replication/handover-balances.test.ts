import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HandoverBalance, ProvenBalance } from '@holdfast/engine/charter/balances.ts';
import { readCertificate } from '@holdfast/engine/charter/certificate.ts';
import type { CertificateBody } from '@holdfast/engine/charter/certificate.ts';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import { verifyBalances } from '../balances/verify-balances.ts';
import { certificateOf, like, openControlledParties, until, V1 } from './control.fixture.ts';
import type { ControlledParties, ControlledParty } from './control.fixture.ts';

const TEST_MS_MAX = 60_000;
const AUTO = { mode: 'auto', dryRun: false } as const;
const LATE = 'late' as VideoId;

let parties: ControlledParties;
let north: ControlledParty;
let south: ControlledParty;

beforeEach(async () => {
  parties = await openControlledParties();
  north = await parties.run('north');
  south = await parties.run('south');
  await north.client().call('registerVideo', { video: V1, durationMs: 9_000, creatorKey: 'c' });
  for (let person = 0; person < 20; person += 1) await like(north.client(), `person-${person}`);
});
afterEach(() => parties.close());

async function certified(handover: string): Promise<void> {
  await until('both have the certificate', () =>
    [north, south].every((side) => certificateOf(side, handover) !== undefined),
  );
}

function bodyOf(handover: string): CertificateBody {
  const read = readCertificate(certificateOf(south, handover) ?? '');
  if (read.kind !== 'certificate') throw new Error(read.detail);
  return read.certificate.body;
}

async function handedOver(): Promise<string> {
  const started = await north.control.controller.start({ url: south.me.url, ...AUTO });
  if (started.kind !== 'started') throw new Error(JSON.stringify(started));
  await certified(started.handover);
  return started.handover;
}

/** What the owner answers to a gateway. */
async function balancesOf(
  owner: ControlledParty,
  video: VideoId,
): Promise<readonly HandoverBalance[]> {
  const reply = await owner.client().call('balances', { video });
  if (reply.kind !== 'balances') throw new Error(reply.kind);
  return reply.items;
}

/** What a party answers to everybody. */
async function published(by: ControlledParty, video: string): Promise<Response> {
  return fetch(`${by.me.url}/v1/videos/${video}/balances`);
}

const likesOf = (balance: ProvenBalance | null | undefined): number | undefined => balance?.likes;

test(
  'BL3, BL6, BL8: both sides sign one balance, and both answer with it',
  { timeout: TEST_MS_MAX },
  async () => {
    const handover = await handedOver();
    await like(south.client(), 'later');
    const [one, ...others] = await balancesOf(south, V1);
    expect(others).toEqual([]);
    expect(one).toMatchObject({
      cell: 'us',
      handover,
      closing: { operator: 'north', likes: 20, index: 0, size: 1, statement: { side: 'closing' } },
      opening: { operator: 'south', likes: 20, index: 0, size: 1, statement: { side: 'opening' } },
    });
    const { from, to } = bodyOf(handover);
    expect(from.balances).toMatchObject({ videos: 1, likesTotal: 20 });
    expect(to.balances).toEqual(from.balances);
    const [ofNorth, ofSouth] = await Promise.all([published(north, V1), published(south, V1)]);
    const text = await ofNorth.text();
    expect(await ofSouth.text()).toBe(text);
    expect(verifyBalances(text, bodyOf(handover)).filter(({ holds }) => !holds)).toEqual([]);
  },
);

test(
  'BL8, BL9: the way back has balances of its own, and a younger video none before it',
  { timeout: TEST_MS_MAX },
  async () => {
    await handedOver();
    const late = { video: LATE, durationMs: 9_000, creatorKey: 'c' };
    await south.client().call('registerVideo', late);
    await like(south.client(), 'later');
    const back = await south.control.controller.rollback(AUTO);
    if (back.kind !== 'started') throw new Error(JSON.stringify(back));
    await certified(back.handover);
    await until('the north serves', () => north.role.serving() !== undefined);
    const balances = await balancesOf(north, V1);
    expect(balances.map(({ closing }) => closing?.operator)).toEqual(['south', 'north']);
    expect(balances.map(({ opening }) => likesOf(opening))).toEqual([21, 20]);
    const young = await balancesOf(north, LATE);
    expect(young.map(({ handover }) => handover)).toEqual([back.handover]);
    expect(await north.client().call('balances', { video: 'none' as VideoId })).toEqual({
      kind: 'unknown-video',
    });
    expect((await published(south, 'none')).status).toBe(404);
    expect([...north.faults, ...south.faults]).toEqual([]);
  },
);

test(
  'BL12: a party that takes the cell later answers for the hand-overs before it',
  { timeout: TEST_MS_MAX },
  async () => {
    const first = await handedOver();
    const west = await parties.run('west');
    await until('a copy is kept', () => south.control.controller.newest()?.mode === 'follow');
    const started = await south.control.controller.start({ url: west.me.url, ...AUTO });
    if (started.kind !== 'started') throw new Error(JSON.stringify(started));
    await until('west has its certificate', () => {
      return certificateOf(west, started.handover) !== undefined;
    });
    const folder = join(west.dataDir, 'balances');
    await until('west has both', () => existsSync(join(folder, `${first}.json`)));
    const balances = await balancesOf(west, V1);
    expect(balances.map(({ handover }) => handover)).toEqual([started.handover, first]);
    const text = await (await published(west, V1)).text();
    expect(verifyBalances(text, bodyOf(first)).filter(({ holds }) => !holds)).toEqual([]);
    expect(balances[1]).toMatchObject({
      closing: { operator: 'north' },
      opening: { operator: 'south' },
    });
  },
);
