import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LightMyRequestResponse } from 'fastify';
import { softwareDevice } from '../../passkeys/software-authenticator.fixture.ts';
import type {
  Answer,
  CreateOptions,
  Device,
  GetOptions,
} from '../../passkeys/software-authenticator.fixture.ts';
import { ask, cookieHeader, cookieOf, openWorld } from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';

const ORIGIN = 'http://localhost:7400';
const HERE = { host: 'localhost:7400', 'sec-fetch-site': 'same-origin' };

let world: World;
let cookie: string;
let device: Device;
beforeEach(async () => {
  world = await openWorld();
  cookie = await cookieOf(world, 'alice', 'eu');
  device = softwareDevice();
});
afterEach(() => world.close());

type Headers = Record<string, string>;
const post = (path: string, body: unknown, headers: Headers = {}) =>
  ask(world, 'POST', path, { headers: { ...HERE, ...headers }, body });

async function created(): Promise<Answer> {
  const options = await post('/v1/me/passkeys/options', {}, { cookie });
  return device.create(options.json<CreateOptions>(), ORIGIN);
}
const addPasskey = async (name = 'Phone'): Promise<LightMyRequestResponse> =>
  post('/v1/me/passkeys', { name, response: await created() }, { cookie });
async function used(headers: Headers = {}): Promise<Answer> {
  const options = await post('/v1/sign-in/passkey/options', {}, headers);
  return device.get(options.json<GetOptions>(), ORIGIN);
}
const enter = (response: unknown, headers: Headers = {}) =>
  post('/v1/sign-in/passkey', { response }, headers);
const listed = async () =>
  (await ask(world, 'GET', '/v1/me/passkeys', { headers: { ...HERE, cookie } })).json<{
    items: { id: string; name: string; lastUsedAt: string | null }[];
  }>().items;

describe('a passkey', () => {
  it('AC63: signs in without a handle, at the cell that it was made for', async () => {
    expect((await addPasskey()).statusCode).toBe(201);
    const entered = await enter(await used());
    expect(entered.json()).toMatchObject({ handle: 'alice', jurisdiction: 'eu' });
    const me = await ask(world, 'GET', '/v1/me', { headers: { cookie: cookieHeader(entered) } });
    expect(me.json()).toMatchObject({ handle: 'alice', jurisdiction: 'eu' });
  });

  it('AC60: is listed with its name, its age and its last use', async () => {
    await addPasskey('Old phone');
    expect(await listed()).toMatchObject([{ name: 'Old phone', lastUsedAt: null }]);
    await enter(await used());
    expect((await listed())[0]?.lastUsedAt).toBe(new Date(world.clock.nowMs).toISOString());
  });

  it('AC66: that was removed signs nobody in', async () => {
    await addPasskey();
    const [{ id } = { id: '' }] = await listed();
    const removed = await ask(world, 'DELETE', `/v1/me/passkeys/${id}`, {
      headers: { ...HERE, cookie },
    });
    expect(removed.statusCode).toBe(204);
    const entered = await enter(await used());
    expect(entered.json()).toMatchObject({ status: 401, code: 'passkey-unknown' });
  });

  it('AC66: of somebody else cannot be removed, nor anything else by this path', async () => {
    await addPasskey();
    const [{ id } = { id: '' }] = await listed();
    const bob = { ...HERE, cookie: await cookieOf(world, 'bob', 'eu') };
    for (const headers of [bob, { ...HERE, cookie }]) {
      const path = headers === bob ? id : 'drf_other';
      const reply = await ask(world, 'DELETE', `/v1/me/passkeys/${path}`, { headers });
      expect(reply.json()).toMatchObject({ status: 404, code: 'not-found' });
    }
    expect((await listed()).length).toBe(1);
  });
});

describe('an answer of a browser', () => {
  it('AC62: is good once', async () => {
    await addPasskey();
    const answer = await used();
    expect((await enter(answer)).statusCode).toBe(200);
    expect((await enter(answer)).json()).toMatchObject({ status: 400, code: 'passkey-refused' });
  });

  it('AC62: to a question of more than five minutes ago is refused', async () => {
    await addPasskey();
    const answer = await used();
    world.clock.nowMs += 300_000;
    expect((await enter(answer)).json()).toMatchObject({ status: 400, code: 'passkey-refused' });
  });

  it('AC62: to somebody else’s question adds nothing', async () => {
    const response = await created();
    const bob = await cookieOf(world, 'bob', 'eu');
    const reply = await post('/v1/me/passkeys', { name: 'A', response }, { cookie: bob });
    expect(reply.json()).toMatchObject({ status: 400, code: 'passkey-refused' });
  });

  it('AC62: is good again when the cell could not look at it', async () => {
    await addPasskey();
    const answer = await used();
    world.cells.eu.fail({ kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 10 });
    expect((await enter(answer)).statusCode).toBe(503);
    world.cells.eu.fail(undefined);
    expect((await enter(answer)).statusCode).toBe(200);
  });

  it('AC67: of a page of another site is refused', async () => {
    await addPasskey();
    const options = (await post('/v1/sign-in/passkey/options', {})).json<GetOptions>();
    const answer = device.get(options, 'http://evil.example');
    expect((await enter(answer)).json()).toMatchObject({ status: 401, code: 'passkey-unknown' });
  });

  it('AC67: is refused where the same passkey is shown to another host', async () => {
    await addPasskey();
    const headers = { host: 'evil.example' };
    const options = (await post('/v1/sign-in/passkey/options', {}, headers)).json<GetOptions>();
    const answer = device.get({ ...options, rpId: 'localhost' }, 'http://evil.example', {
      rpId: 'evil.example',
    });
    expect((await enter(answer, headers)).statusCode).toBe(401);
  });

  it.each([undefined, null, 'text', [], {}, { id: 'a', response: {} }, { id: 'x'.repeat(13_000) }])(
    'AC60: is not %j',
    async (response) => {
      for (const [path, headers] of [
        ['/v1/sign-in/passkey', {}],
        ['/v1/me/passkeys', { cookie }],
      ] as const) {
        const reply = await post(path, { name: 'A', response }, headers);
        expect(reply.json()).toMatchObject({ status: 400, code: 'invalid-request' });
      }
    },
  );
});

describe('the question', () => {
  it('AC61: asks for a passkey that names its account, and for no statement', async () => {
    await addPasskey();
    const options = (await post('/v1/me/passkeys/options', {}, { cookie })).json<object>();
    expect(options).toMatchObject({
      rp: { id: 'localhost' },
      user: { name: 'alice' },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      excludeCredentials: [{ type: 'public-key' }],
    });
  });

  it.each(['127.0.0.1:7400', '[::1]:7400'])(
    'AC67: is not asked at %s, which has no name',
    async (host) => {
      const reply = await post('/v1/sign-in/passkey/options', {}, { host });
      expect(reply.json()).toMatchObject({ status: 400, code: 'passkey-refused' });
    },
  );

  it('AC65: is not asked any more once there are 20 passkeys', async () => {
    for (let n = 0; n < 20; n += 1) await addPasskey(`${n}`);
    const reply = await post('/v1/me/passkeys/options', {}, { cookie });
    expect(reply.json()).toMatchObject({ status: 409, code: 'too-many' });
  });
});

it.each(['', ' ', 'two\nlines', 'x'.repeat(51), 7, null])(
  'AC60: a passkey cannot be called %j',
  async (name) => {
    const reply = await post('/v1/me/passkeys', { name, response: await created() }, { cookie });
    expect(reply.json()).toMatchObject({ status: 400, code: 'invalid-request' });
    expect(await listed()).toEqual([]);
  },
);

it.each([
  ['POST', '/v1/me/passkeys/options'],
  ['POST', '/v1/me/passkeys'],
  ['DELETE', '/v1/me/passkeys/psk_1'],
  ['POST', '/v1/sign-in/passkey/options'],
  ['POST', '/v1/sign-in/passkey'],
] as const)('A15: %s %s is refused to a page of another site', async (method, path) => {
  const headers = { ...HERE, cookie, 'sec-fetch-site': 'cross-site' };
  const reply = await ask(world, method, path, { headers, body: {} });
  expect(reply.json()).toMatchObject({ status: 403, code: 'cross-site' });
});
