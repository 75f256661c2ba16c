// How people come into the console, and who does not.

import { statSync } from 'node:fs';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Browser, openWorld, OWN_URL, person } from './console.fixture.ts';
import type { World } from './console.fixture.ts';
import { SESSION_MS_MAX } from './sign-ins.ts';
import { CODE_MS_MAX, KEYS_MAX } from './staff.ts';

let world: World;

beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
});

const problem = (status: number, code: string): object => ({ status, code });
const seen = (answer: { statusCode: number; json: () => unknown }): object => {
  const { code } = answer.json() as { code?: string };
  return { status: answer.statusCode, ...(code === undefined ? {} : { code }) };
};

describe('the console', () => {
  it('CO2: is off until somebody was added, and again when all were revoked', async () => {
    const nobody = new Browser();
    expect(seen(await nobody.get(world, 'live'))).toEqual(problem(404, 'console-off'));
    expect((await world.app.inject('/console')).statusCode).toBe(404);
    world.add('alice');
    expect(seen(await nobody.get(world, 'live'))).toEqual(problem(401, 'console-signed-out'));
    expect((await world.app.inject('/console')).body).toBe('the console');
    world.revoke('alice');
    expect(seen(await nobody.get(world, 'live'))).toEqual(problem(404, 'console-off'));
  });

  it('CO1: keeps its people in a file for its owner alone, and lets nobody in by one that is not', async () => {
    const alice = await person(world, 'alice');
    const file = join(world.dataDir, 'console', 'staff.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    chmodSync(file, 0o644);
    expect(seen(await alice.get(world, 'live'))).toEqual(problem(503, 'console-staff'));
  });
});

describe('enrolment', () => {
  it('CO4: lets a browser in by its code, once, however it is typed', async () => {
    const code = world.add('alice');
    const alice = new Browser();
    expect(
      (await alice.enrol(world, 'alice', code.toLowerCase().replaceAll('-', ' '))).json(),
    ).toEqual({ name: 'alice', role: 'operator', keyId: alice.keyId });
    const again = await new Browser().enrol(world, 'alice', code);
    expect(seen(again)).toEqual(problem(401, 'console-code'));
  });

  it('CO4: refuses a wrong code, a name that is not there and a key that did not sign', async () => {
    const code = world.add('alice');
    const wrong = await new Browser().enrol(world, 'alice', 'AAAA-BBBB-CCCC-DDDD');
    expect(seen(wrong)).toEqual(problem(401, 'console-code'));
    const other = await new Browser().enrol(world, 'mallory', code);
    expect(seen(other)).toEqual(problem(401, 'console-code'));
    const { publicKey } = new Browser();
    const signature = new Browser().sign('anything');
    const body = { name: 'alice', code, publicKey, signature };
    const forged = await new Browser().post(world, 'enrol', body);
    expect(seen(forged)).toEqual(problem(401, 'console-signature'));
    expect((await new Browser().enrol(world, 'alice', code)).statusCode).toBe(200);
  });

  it('CO3: refuses a code after its time', async () => {
    const code = world.add('alice');
    world.clock.nowMs += CODE_MS_MAX;
    const late = await new Browser().enrol(world, 'alice', code);
    expect(seen(late)).toEqual(problem(401, 'console-code'));
    expect(late.json<{ detail: string }>().detail).toContain('expired');
  });

  it('CO5: refuses a key that is enrolled already, also for another person', async () => {
    const alice = await person(world, 'alice');
    const answer = await alice.enrol(world, 'bob', world.add('bob'));
    expect(seen(answer)).toEqual(problem(409, 'console-key-known'));
  });

  it('CO6: takes several browsers of one person, up to a limit', async () => {
    for (let n = 0; n < KEYS_MAX; n += 1) {
      const answer = await new Browser().enrol(world, 'alice', world.add('alice'));
      expect(answer.statusCode).toBe(200);
    }
    const more = await new Browser().enrol(world, 'alice', world.add('alice'));
    expect(seen(more)).toEqual(problem(401, 'console-code'));
  });

  it('CO13: refuses too many attempts, with the time to wait', async () => {
    world.add('alice');
    const guesser = new Browser();
    let answer = await guesser.enrol(world, 'alice', 'x');
    for (let n = 0; n < 30; n += 1) answer = await guesser.enrol(world, 'alice', 'x');
    expect(seen(answer)).toEqual(problem(429, 'console-rate'));
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('signing in', () => {
  it('CO10: gives a cookie that scripts and other sites do not get, for 8 hours at most', async () => {
    const alice = await person(world, 'alice');
    expect(alice.setCookie).toMatch(/^holdfast-console-us-north-main=/);
    for (const part of ['HttpOnly', 'SameSite=Strict', 'Path=/console', 'Secure']) {
      expect(alice.setCookie).toContain(part);
    }
    expect((await alice.live(world)).session).toMatchObject({ name: 'alice', role: 'operator' });
    world.clock.nowMs += SESSION_MS_MAX;
    expect(seen(await alice.get(world, 'live'))).toEqual(problem(401, 'console-signed-out'));
  });

  it('CO9: takes a challenge once, in its time, and from whom it was given to', async () => {
    const alice = await person(world, 'alice');
    const used = await alice.challenge(world, 'alice');
    expect((await alice.signIn(world, 'alice', used)).statusCode).toBe(200);
    expect(seen(await alice.signIn(world, 'alice', used))).toEqual(
      problem(401, 'console-challenge'),
    );
    const others = await alice.challenge(world, 'bob');
    expect(seen(await alice.signIn(world, 'alice', others))).toEqual(
      problem(401, 'console-challenge'),
    );
    const old = await alice.challenge(world, 'alice');
    world.clock.nowMs += 60_000;
    expect(seen(await alice.signIn(world, 'alice', old))).toEqual(
      problem(401, 'console-challenge'),
    );
  });

  it('CO9: refuses a signature by another key', async () => {
    const alice = await person(world, 'alice');
    const challenge = await alice.challenge(world, 'alice');
    const signature = new Browser().sign(challenge);
    const body = { name: 'alice', keyId: alice.keyId, challenge, signature };
    const answer = await new Browser().post(world, 'sign-in', body);
    expect(seen(answer)).toEqual(problem(401, 'console-signature'));
  });

  it('CO8: ends the sessions of a revoked person at once, and lets them in no more', async () => {
    const alice = await person(world, 'alice');
    await person(world, 'bob');
    world.revoke('alice');
    expect(seen(await alice.get(world, 'live'))).toEqual(problem(401, 'console-signed-out'));
    expect(seen(await alice.signIn(world, 'alice'))).toEqual(problem(401, 'console-signature'));
  });

  it('CO11: ends a session that is signed out', async () => {
    const alice = await person(world, 'alice');
    expect((await alice.post(world, 'sign-out', {})).statusCode).toBe(200);
    expect(seen(await alice.get(world, 'live'))).toEqual(problem(401, 'console-signed-out'));
  });
});

describe('a request', () => {
  it.each(['https://evil.example', 'null', 'http://us.north.example'])(
    'CO15: is refused from the origin %s',
    async (origin) => {
      const alice = await person(world, 'alice');
      const answer = await alice.post(world, 'abort', { handover: 'x', reason: '' }, { origin });
      expect(seen(answer)).toEqual(problem(403, 'console-cross-site'));
      expect(world.controller.asked).toEqual([]);
    },
  );

  it('CO15: is taken from the machine itself, and only by its own name', async () => {
    world.add('alice');
    const ask = async (host: string, origin: string) =>
      seen(await new Browser().post(world, 'challenge', { name: 'alice' }, { host, origin }));
    expect(await ask('127.0.0.1:7420', 'http://127.0.0.1:7420')).toEqual({ status: 200 });
    const refused = problem(403, 'console-cross-site');
    expect(await ask('127.0.0.1:7420', 'http://127.0.0.1:9999')).toEqual(refused);
    expect(await ask('evil.example', 'http://evil.example')).toEqual(refused);
  });

  it('CO16: is refused when it is no JSON, too large, or of another form', async () => {
    const alice = await person(world, 'alice');
    const plain = { 'content-type': 'text/plain' };
    const ask = async (body: unknown, headers?: Record<string, string>) =>
      seen(await alice.post(world, 'start', body, headers));
    expect(await ask('{}', plain)).toEqual(problem(415, 'console-media-type'));
    expect(await ask('{')).toEqual(problem(400, 'console-malformed'));
    expect(await ask({ url: OWN_URL, dryRun: true, more: 1 })).toEqual(
      problem(400, 'console-malformed'),
    );
    expect(await ask({ url: 'x'.repeat(5_000), dryRun: true })).toEqual(
      problem(413, 'console-too-large'),
    );
    expect(world.controller.asked).toEqual([]);
    expect(world.faults).toEqual([]);
  });
});
