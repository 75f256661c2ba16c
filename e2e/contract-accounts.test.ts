// Accounts, their cookies, and what keeps other sites out.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf, bodyOf } from './harness/api.ts';
import type { Api, SessionBody } from './harness/api.ts';
import { contractOf } from './harness/contract-check.ts';
import type { Answer } from './harness/http.ts';
import { openInstallation } from './harness/installation.ts';
import { aNumber } from './harness/matchers.ts';

const place = openInstallation();
let api: Api;

beforeAll(async () => {
  const { url } = await place.start();
  api = apiOf(url, await contractOf(url));
});
afterAll(place.close);

const PASSWORD = 'four unlikely words here';
const SAME_SITE = { 'sec-fetch-site': 'same-origin' };

/** What a browser would send back. */
function cookiesOf({ headers }: Answer): string {
  const pairs = (headers['set-cookie'] ?? []).map((cookie) => cookie.split(';', 1)[0] ?? '');
  return pairs.filter((pair) => !pair.endsWith('=')).join('; ');
}

function post(path: string, body: unknown, headers: Readonly<Record<string, string>> = SAME_SITE) {
  return api.send('POST', path, { body, headers });
}

async function signUp(handle: string, jurisdiction = 'us'): Promise<string> {
  const answer = await post('/v1/accounts', { handle, password: PASSWORD, jurisdiction });
  expect(answer.status, answer.text).toBe(201);
  return cookiesOf(answer);
}

async function grantOf(cookie: string): Promise<string> {
  const answer = await post('/v1/sessions', {}, { ...SAME_SITE, cookie });
  return bodyOf<SessionBody>(answer, 201).grant;
}

const me = (cookie: string) => api.send('GET', '/v1/me', { headers: { cookie } });

describe('an account', () => {
  it('is made with a handle and a password, and signed in at once', async () => {
    const cookie = await signUp('Ada', 'eu');
    const answer = await me(cookie);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ handle: 'ada', jurisdiction: 'eu' });
    expect(answer.text).not.toContain(PASSWORD);
  });

  it('has a cookie that no script reads and no other site sends', async () => {
    const body = { handle: 'brian', password: PASSWORD, jurisdiction: 'us' };
    const answer = await post('/v1/accounts', body);
    const cookie = (answer.headers['set-cookie'] ?? []).find((text) =>
      text.startsWith('holdfast='),
    );
    expect(cookie).toMatch(/; Path=\/(;|$)/);
    expect(cookie).toMatch(/; HttpOnly(;|$)/);
    expect(cookie).toMatch(/; SameSite=Lax(;|$)/);
  });

  it('has its sessions in its home cell, whatever the body says', async () => {
    const cookie = await signUp('carol', 'eu');
    const headers = { ...SAME_SITE, cookie };
    const answer = await post('/v1/sessions', { jurisdiction: 'us' }, headers);
    expect(bodyOf<SessionBody>(answer, 201).jurisdiction).toBe('eu');
  });

  it('likes as one person on every device', async () => {
    await api.video('liked-at-home');
    const first = await grantOf(await signUp('dora'));
    const like = { n: 1, kind: 'like', video: 'liked-at-home' };
    expect(await api.outcomes(first, [like])).toEqual(['counted']);
    const body = { handle: 'dora', password: PASSWORD, jurisdiction: 'us' };
    const again = await post('/v1/sign-in', body);
    expect(again.status).toBe(200);
    const second = await grantOf(cookiesOf(again));
    expect(await api.outcomes(second, [like])).toEqual(['unchanged']);
    const headers = { cookie: cookiesOf(again) };
    const read = await api.send('GET', '/v1/me/likes?video=liked-at-home', { headers });
    expect(read.body).toEqual({ likes: { 'liked-at-home': true } });
  });

  it('is signed out by signing out, also twice', async () => {
    const cookie = await signUp('erin');
    expect((await post('/v1/sign-out', {}, { ...SAME_SITE, cookie })).status).toBe(204);
    const answer = await me(cookie);
    expect([answer.status, answer.body]).toMatchObject([401, { code: 'sign-in-required' }]);
    expect((await post('/v1/sign-out', {}, { ...SAME_SITE, cookie })).status).toBe(204);
  });

  it('is gone when it is deleted: its likes leave with the reason erasure', async () => {
    await api.video('left-behind');
    const cookie = await signUp('frank');
    const grant = await grantOf(cookie);
    await api.outcomes(grant, [{ n: 1, kind: 'like', video: 'left-behind' }]);
    expect((await api.settled('left-behind')).likes.value).toBe(1);
    const headers = { ...SAME_SITE, cookie };
    const answer = await api.send('DELETE', '/v1/me', { headers });
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ cell: 'us', epoch: 1, seq: aNumber });
    expect((await api.settled('left-behind')).likes.value).toBe(0);
    const listed = await api.send('GET', '/v1/videos/left-behind/corrections');
    expect(listed.body).toMatchObject({ items: [{ delta: -1, reason: 'erasure' }] });
    expect((await me(cookie)).status).toBe(401);
    const body = { handle: 'frank', password: PASSWORD, jurisdiction: 'us' };
    expect((await post('/v1/sign-in', body)).status).toBe(401);
    const late = await api.ops(grant, [{ n: 2, kind: 'like', video: 'left-behind' }]);
    expect(late.body).toMatchObject({ results: [{ outcome: 'invalid', code: 'erased-person' }] });
    await signUp('frank');
  });

  it('has a handle of its own', async () => {
    await signUp('grace');
    const body = { handle: 'GRACE', password: PASSWORD, jurisdiction: 'us' };
    const answer = await post('/v1/accounts', body);
    expect([answer.status, answer.body]).toMatchObject([409, { code: 'handle-taken' }]);
  });

  it.each([
    ['a short password', { password: 'seven77' }, 'password-refused'],
    ['a common password', { password: 'password123' }, 'password-refused'],
    ['its handle as password', { handle: 'heidi_1', password: 'heidi_1x' }, 'password-refused'],
    ['a short handle', { handle: 'ab' }, 'handle-refused'],
    ['an odd handle', { handle: 'a b c' }, 'handle-refused'],
    ['a handle that is no text', { handle: 7 }, 'invalid-request'],
    ['no password', { password: undefined }, 'invalid-request'],
  ])('is refused for %s', async (_what, fields: Readonly<Record<string, unknown>>, code) => {
    const body = { handle: 'heidi', password: PASSWORD, jurisdiction: 'us', ...fields };
    const answer = await post('/v1/accounts', body);
    expect([answer.status, answer.body]).toMatchObject([400, { code }]);
    expect(answer.headers['set-cookie']).toBeUndefined();
    const { password = PASSWORD } = fields;
    expect(answer.text).not.toContain(password);
  });

  it('tells a stranger nothing about which handles there are', async () => {
    await signUp('ivan');
    const wrong = await post('/v1/sign-in', {
      handle: 'ivan',
      password: 'not this one',
      jurisdiction: 'us',
    });
    const nobody = await post('/v1/sign-in', {
      handle: 'ivanka',
      password: 'not this one',
      jurisdiction: 'us',
    });
    expect([wrong.status, wrong.body]).toMatchObject([401, { code: 'wrong-credentials' }]);
    expect(nobody.body).toEqual(wrong.body);
  });

  it('is guarded against guessing, with the time to wait', async () => {
    await signUp('judy');
    const guess = () =>
      post('/v1/sign-in', { handle: 'judy', password: 'a wrong guess', jurisdiction: 'us' });
    const answers: Answer[] = [];
    for (let tries = 0; tries < 8; tries += 1) answers.push(await guess());
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body).toMatchObject({ code: 'rate-limited', retryable: true });
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThanOrEqual(1);
  });
});

describe('another site', () => {
  it.each([
    ['a fetch of another site', { 'sec-fetch-site': 'cross-site' }],
    ['a fetch of a sister site', { 'sec-fetch-site': 'same-site' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['an origin that hides', { origin: 'null' }],
  ])('cannot act for a person: %s', async (_what, headers: Record<string, string>) => {
    const handle = `victim_${Object.values(headers)[0]?.replaceAll(/[^a-z]/g, '') ?? ''}`.slice(
      0,
      30,
    );
    const cookie = await signUp(handle);
    const all = { ...headers, cookie };
    const attempts = [
      await post('/v1/sessions', {}, all),
      await post('/v1/sign-out', {}, all),
      await api.send('DELETE', '/v1/me', { headers: all }),
      await post('/v1/sign-in', { handle, password: PASSWORD, jurisdiction: 'us' }, all),
      await post('/v1/accounts', { handle: `${handle}x`.slice(-30), password: PASSWORD }, all),
    ];
    for (const { status, body } of attempts) {
      expect([status, body]).toMatchObject([403, { code: 'cross-site' }]);
    }
    expect((await me(cookie)).status).toBe(200);
  });

  it('may read counts and send ops with a grant', async () => {
    await api.video('shared-around');
    const headers = { origin: 'https://blog.example' };
    const read = await api.send('GET', '/v1/counts?video=shared-around', { headers });
    expect(read.headers['access-control-allow-origin']).toBe('*');
    expect(read.headers['access-control-allow-credentials']).toBeUndefined();
    const bearer = await api.grant('us', 'blog-reader');
    const body = { ops: [{ n: 1, kind: 'like', video: 'shared-around' }] };
    const sent = await api.send('POST', '/v1/ops', { body, bearer, headers });
    expect(sent.status).toBe(200);
    expect(sent.headers['access-control-allow-origin']).toBe('*');
  });

  it('is not let in to what works with the cookie alone', async () => {
    const headers = { origin: 'https://blog.example' };
    const answer = await api.send('GET', '/v1/me', { headers });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('over HTTPS', () => {
  it('the cookie is for this host and HTTPS alone', async () => {
    const secure = openInstallation();
    try {
      const { url } = await secure.start({ env: { HOLDFAST_SECURE_COOKIES: '1' } });
      const body = { handle: 'kate', password: PASSWORD, jurisdiction: 'us' };
      const answer = await apiOf(url).send('POST', '/v1/accounts', { body, headers: SAME_SITE });
      const cookie = (answer.headers['set-cookie'] ?? []).find((text) =>
        text.startsWith('__Host-holdfast='),
      );
      expect(cookie).toMatch(/; Secure(;|$)/);
      expect(cookie).toMatch(/; HttpOnly(;|$)/);
      expect(cookie).toMatch(/; Path=\/(;|$)/);
      expect(cookie).not.toMatch(/; Domain=/);
    } finally {
      await secure.close();
    }
  });
});
