import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  charterFolder,
  decided,
  found,
  newParty,
  north,
  south,
} from '../../registrar/charter.fixture.ts';
import type { CharterFolder } from '../../registrar/charter.fixture.ts';
import type { Registrar } from '../../registrar/registrar.ts';
import { ask, openWorld } from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';

let folder: CharterFolder;
let registrar: Registrar;
let world: World;
const certificates = new Map<string, string>();
const inventories = new Map<string, string>();
const west = { ...newParty('south', 'west'), key: south.key };
const southWest = { ...west, party: { ...west.party, publicKey: south.party.publicKey } };

beforeEach(async () => {
  let nowMs = Date.parse('2026-11-22T14:00:00Z');
  folder = charterFolder();
  registrar = folder.open({ nowMs: () => (nowMs += 1_000) });
  const { charter, watch } = registrar;
  certificates.clear();
  inventories.clear();
  world = await openWorld({
    charter: { view: charter, watch, registrarKey: charter.registrarKey, head: () => undefined },
    certificates: { has: (id) => certificates.has(id), text: (id) => certificates.get(id) },
    inventories: { text: (id) => inventories.get(id) },
  });
  const join = { owner: north, follower: south, by: [north, south] };
  registrar.append(found(charter, north));
  registrar.append(decided(charter, 'join', join, { handover: 'us-1-a' }));
  const cede = { owner: south, by: [north, south] };
  registrar.append(decided(charter, 'cede', cede, { handover: 'us-1-a' }));
  const standby = { owner: south, follower: southWest, by: [south] };
  registrar.append(decided(charter, 'join', standby, { handover: 'standby-west' }));
});
afterEach(async () => {
  await world.close();
  folder.remove();
});

const get = async (path: string): Promise<unknown> => (await ask(world, 'GET', path)).json();

describe('A80: the public record of a cell', () => {
  it('A80: says who owns it, since when and by which entry; a standby changes none of it', async () => {
    const [, , cede] = folder.entries();
    expect(await get('/v1/trust/us')).toMatchObject({
      jurisdiction: 'us',
      operator: 'south',
      site: 'main',
      publicKey: south.party.publicKey,
      epoch: 4,
      since: '2026-11-22T14:00:03.000Z',
      act: 'cede',
      entry: { n: 3, hash: cede?.hash },
      standby: { operator: 'south', site: 'west' },
      registrarKey: registrar.charter.registrarKey(),
      retirements: [],
    });
  });

  it('A81: says where data lies and what crossed, as the cell says it', async () => {
    expect(await get('/v1/trust/us')).toMatchObject({
      dataAt: 'Dallas, Texas, US',
      border: {
        since: '2023-11-14T22:13:20.000Z',
        types: [{ type: 'subtotals', records: 3, bytes: 120 }],
        days: [{ day: '2026-11-22' }],
      },
    });
  });

  it('A81: says null, never 0, of a cell that has not answered, and the last word of one that has', async () => {
    world.cells.us.fail({ kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 1 });
    const silent = { dataAt: null, border: { since: null, asOf: null, types: [], days: [] } };
    expect(await get('/v1/trust/us')).toMatchObject(silent);
    world.cells.us.fail(undefined);
    await get('/v1/trust/us');
    world.clock.nowMs += 60_000;
    world.cells.us.fail({ kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 1 });
    expect(await get('/v1/trust/us')).toMatchObject({
      dataAt: 'Dallas, Texas, US',
      border: { asOf: '2026-11-22T14:00:00.000Z' },
    });
  });

  it('A81: does not say of a new owner what the one before it said', async () => {
    await get('/v1/trust/us');
    world.cells.us.fail({ kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 1 });
    const promote = { owner: southWest, by: [south] };
    registrar.append(decided(registrar.charter, 'promote', promote));
    expect(await get('/v1/trust/us')).toMatchObject({ site: 'west', dataAt: null });
  });

  it('A82: lists every change of owner, and a certificate as soon as it is there', async () => {
    const handover = {
      id: 'us-1-a',
      act: 'cede',
      epoch: 3,
      from: 'north',
      to: 'south',
      decidedAt: '2026-11-22T14:00:03.000Z',
    };
    const before = { cell: 'us', handovers: [{ ...handover, certificate: null }] };
    expect(await get('/v1/cells/us/handovers')).toMatchObject(before);
    certificates.set('us-1-a', '{"body":{}}\n');
    const path = '/v1/handovers/us-1-a/certificate';
    const after = { handovers: [{ ...handover, certificate: path }] };
    expect(await get('/v1/trust/us')).toMatchObject(after);
    expect((await ask(world, 'GET', path)).body).toBe('{"body":{}}\n');
  });

  it('A85: gives the inventory of a copy that was destroyed, byte for byte, once it is there', async () => {
    const path = '/v1/retirements/us-1-a';
    expect((await ask(world, 'GET', path)).json()).toMatchObject({ status: 404 });
    inventories.set('us-1-a', '{"body": {}}\n');
    expect((await ask(world, 'GET', path)).body).toBe('{"body": {}}\n');
  });

  it('A80: is not there for a cell that the charter does not have', async () => {
    for (const path of ['/v1/trust/eu', '/v1/cells/eu/handovers', '/v1/trust/..%2f']) {
      expect((await ask(world, 'GET', path)).json()).toMatchObject({ status: 404 });
    }
  });
});

describe('A83: the charter at a gateway', () => {
  it('A83: is the charter, entry by entry, for pages of any site', async () => {
    const reply = await ask(world, 'GET', '/v1/charter?after=2', {
      headers: { origin: 'https://elsewhere.example' },
    });
    expect(reply.json()).toMatchObject({ newest: 4, entries: folder.entries().slice(2) });
    expect(reply.headers['access-control-allow-origin']).toBe('*');
    expect(await get('/v1/charter/cells/us')).toEqual(folder.entries().at(-1));
  });

  it('A83: refuses as the gateway refuses', async () => {
    const cell = await get('/v1/charter/cells/mars');
    expect(cell).toMatchObject({ status: 404, code: 'not-found', retryable: false });
    expect(await get('/v1/charter?after=-1')).toMatchObject({ code: 'invalid-request' });
  });
});
