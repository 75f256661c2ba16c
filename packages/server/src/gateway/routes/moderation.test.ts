import { REPORT_REASONS } from '@holdfast/protocol/reports.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addVideos, ask, openWorld } from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';
import { personIn } from '../fakes/fake-person.ts';
import type { FakePerson } from '../fakes/fake-person.ts';

const AWAY = { kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 1_500 } as const;

let world: World;
/** The creator of v_1 and two moderators, at home in eu. */
let eve: FakePerson;
let una: FakePerson;
let ida: FakePerson;
/** Who reports, at home in us. */
let sam: FakePerson;

beforeEach(async () => {
  world = await openWorld();
  eve = await personIn(world, 'eve', 'eu');
  una = await personIn(world, 'una', 'eu');
  ida = await personIn(world, 'ida', 'eu');
  sam = await personIn(world, 'sam', 'us');
  for (const { account } of [una, ida]) world.cells.eu.moderators.add(account);
  await eve.publish('v_1');
});
afterEach(() => world.close());

type Kind = 'video' | 'comment' | 'person';
type Case = Readonly<{ id: string; target: { id: string }; state: string }>;

const report = (kind: Kind, id: string, by = sam, more: object = {}) =>
  by.ask('POST', '/v1/reports', { target: { kind, id }, reason: 'spam', note: 'look', ...more });
const queue = async (by = una, state = 'open') =>
  (await by.ask('GET', `/v1/moderation/cases?state=${state}`)).json<{ items: Case[] }>().items;
async function caseOf(kind: Kind, id: string): Promise<string> {
  const sent = await report(kind, id);
  if (sent.statusCode !== 201) throw new Error(sent.body);
  const found = (await queue()).find(({ target }) => target.id === id);
  return found?.id ?? '';
}
const HIDE = { action: 'hide', ground: 'rules', rule: 'spam', facts: 'forty times the same' };
const decide = (id: string, body: object = HIDE, by = una) =>
  by.ask('POST', `/v1/moderation/cases/${id}/decisions`, body);
const codeOf = (reply: { json: <T>() => T; statusCode: number }) => [
  reply.statusCode,
  reply.json<{ code: string }>().code,
];
const look = (url: string) => ask(world, 'GET', url);
const mine = async (by: FakePerson, what: 'reports' | 'notices') =>
  (await by.ask('GET', `/v1/me/${what}`)).json<{ items: Record<string, unknown>[] }>().items;

describe('a report', () => {
  it('MO1: is for a reason of a closed list', async () => {
    const reasons = (await look('/v1/report-reasons')).json<{ items: { code: string }[] }>().items;
    expect(reasons.map(({ code }) => code)).toEqual(Object.keys(REPORT_REASONS));
    expect(reasons.length).toBeGreaterThanOrEqual(8);
  });

  it.each([
    ['no target', { target: undefined }],
    ['a target of another kind', { target: { kind: 'shop', id: 'v_1' } }],
    ['a reason that is none', { reason: 'constructor' }],
    ['a note that is too long', { note: 'a'.repeat(1_001) }],
    ['a note with control characters', { note: 'a\u0000' }],
  ])('MO1: with %s is refused', async (_what, change) => {
    expect(codeOf(await report('video', 'v_1', sam, change))).toEqual([400, 'invalid-request']);
    expect(await mine(sam, 'reports')).toEqual([]);
  });

  it('MO1: is for who is signed in, and not for pages of other sites', async () => {
    const body = { target: { kind: 'video', id: 'v_1' }, reason: 'spam' };
    const nobody = await ask(world, 'POST', '/v1/reports', { body });
    expect(codeOf(nobody)).toEqual([401, 'sign-in-required']);
    const cross = await sam.ask('POST', '/v1/reports', body, { 'sec-fetch-site': 'cross-site' });
    expect(codeOf(cross)).toEqual([403, 'cross-site']);
  });

  it.each<[Kind, string, string]>([
    ['video', 'v_none', 'unknown-video'],
    ['comment', 'cmt_none', 'unknown-comment'],
    ['person', 'acc_none', 'not-found'],
  ])('MO2: about a %s that is not there is 404', async (kind, id, code) => {
    expect(codeOf(await report(kind, id))).toEqual([404, code]);
  });

  it('MO2: goes to the cell of what is reported without who reported it', async () => {
    await caseOf('video', 'v_1');
    const toldEu = world.cells.eu.asked.filter(({ name }) => name === 'openCase');
    expect(toldEu).toHaveLength(1);
    const asked = world.cells.eu.asked.map((one) => JSON.stringify(one));
    expect(asked.filter((one) => one.includes(sam.account))).toEqual([]);
    expect(world.cells.us.asked.filter(({ name }) => name === 'openCase')).toEqual([]);
  });

  it('MO2: about a video of no account goes to the reporter’s own cell', async () => {
    await addVideos(world, 'a');
    await report('video', 'a');
    expect(world.cells.us.asked.filter(({ name }) => name === 'openCase')).toHaveLength(1);
  });

  it('MO3: is kept while the other cell is silent, and sent on when the reporter looks', async () => {
    world.cells.eu.fail(AWAY);
    const sent = await report('video', 'v_1');
    expect([sent.statusCode, sent.json()]).toMatchObject([202, { state: 'waiting' }]);
    expect(await mine(sam, 'reports')).toMatchObject([{ state: 'waiting', action: null }]);
    world.cells.eu.fail(undefined);
    expect(await mine(sam, 'reports')).toMatchObject([{ state: 'open', reason: 'spam' }]);
    expect(await queue()).toHaveLength(1);
  });

  it('MO4: once more is the same while its case is open, and a new one after that', async () => {
    const first = await report('video', 'v_1');
    const again = await report('video', 'v_1');
    expect([first.statusCode, again.statusCode]).toEqual([201, 200]);
    expect(again.json()).toEqual(first.json());
    const [open] = await queue();
    await decide(open?.id ?? '', { ...HIDE, action: 'none' });
    const later = await report('video', 'v_1');
    expect(later.statusCode).toBe(201);
    expect(later.json()).not.toMatchObject({ id: first.json<{ id: string }>().id });
  });

  it('MO5: tells the reporter what became of it, and never who decided', async () => {
    const id = await caseOf('video', 'v_1');
    expect(await mine(sam, 'reports')).toMatchObject([{ state: 'open', action: null }]);
    await decide(id);
    const [told] = await mine(sam, 'reports');
    expect(told).toMatchObject({ state: 'decided', action: 'hide' });
    expect(JSON.stringify(told)).not.toMatch(/una|forty/);
    world.cells.eu.fail(AWAY);
    expect(await mine(sam, 'reports')).toMatchObject([{ state: 'unknown', action: null }]);
  });

  it('MO6: comes at most so often from one account', async () => {
    for (let n = 0; n < 10; n += 1)
      expect((await report('video', 'v_1')).statusCode).toBeLessThan(300);
    const reply = await report('video', 'v_1');
    expect(codeOf(reply)).toEqual([429, 'rate-limited']);
    expect(reply.headers['retry-after']).toBe('60');
  });
});

describe('who may moderate', () => {
  it('MO8: is a moderator, and only in their own home cell', async () => {
    const id = await caseOf('video', 'v_1');
    world.cells.us.moderators.add(sam.account);
    const elsewhere = await personIn(world, 'ulf', 'us');
    world.cells.us.moderators.add(elsewhere.account);
    expect(await queue(elsewhere)).toEqual([]);
    expect(codeOf(await decide(id, HIDE, elsewhere))).toEqual([404, 'not-found']);
    const paths = ['cases', `cases/${id}`, 'cases/cas_none', 'audit'];
    for (const path of paths) {
      const reply = await eve.ask('GET', `/v1/moderation/${path}`);
      expect([path, ...codeOf(reply)]).toEqual([path, 403, 'forbidden']);
    }
    expect(codeOf(await decide(id, HIDE, eve))).toEqual([403, 'forbidden']);
    expect(codeOf(await look('/v1/moderation/cases'))).toEqual([401, 'sign-in-required']);
    expect((await una.ask('GET', '/v1/me')).json()).toMatchObject({ roles: ['moderator'] });
    expect((await eve.ask('GET', '/v1/me')).json()).toMatchObject({ roles: [] });
  });

  it('MO11: decides in a form that is checked', async () => {
    const id = await caseOf('video', 'v_1');
    const wrong = [
      { ...HIDE, action: 'burn' },
      { ...HIDE, ground: 'taste' },
      { ...HIDE, rule: 'because' },
      { ...HIDE, facts: ' ' },
      { ...HIDE, durationDays: 0 },
      { ...HIDE, action: 'remove', durationDays: 3 },
    ];
    for (const body of wrong) expect(codeOf(await decide(id, body))[0]).toBe(400);
    const cross = { 'sec-fetch-site': 'cross-site' };
    const forged = await una.ask('POST', `/v1/moderation/cases/${id}/decisions`, HIDE, cross);
    expect(codeOf(forged)).toEqual([403, 'cross-site']);
    expect(await queue()).toMatchObject([{ id, state: 'open' }]);
  });
});

describe('a decision', () => {
  it('MO21 MO22: hides a video everywhere, for as long as it says', async () => {
    const id = await caseOf('video', 'v_1');
    await decide(id, { ...HIDE, durationDays: 2 });
    const page = await look('/v1/videos/v_1');
    expect(page.statusCode).toBe(410);
    expect(page.json()).toMatchObject({ code: 'video-hidden', reason: 'spam', ground: 'rules' });
    const listed = async () => [
      (await look('/v1/feed')).body.includes('v_1'),
      (await look('/v1/people/eve/videos')).body.includes('v_1'),
      (await look('/v1/videos/v_1/comments')).statusCode,
    ];
    expect(await listed()).toEqual([false, false, 410]);
    expect((await look('/v1/counts?video=v_1')).json()).toMatchObject({ counts: { v_1: {} } });
    const comment = await sam.ask('POST', '/v1/videos/v_1/comments', { text: 'x' });
    expect(codeOf(comment)).toEqual([410, 'video-hidden']);
    world.clock.nowMs += 2 * 86_400_000 + 1;
    expect(await listed()).toEqual([true, true, 200]);
  });

  it('MO21: hides a person with what is theirs', async () => {
    await sam.publish('v_2');
    const { id } = (await eve.ask('POST', '/v1/videos/v_2/comments', { text: 'hi' })).json<Case>();
    expect(id).toMatch(/^cmt_/);
    await decide(await caseOf('person', eve.account), { ...HIDE, action: 'remove' });
    expect((await look('/v1/people/eve')).statusCode).toBe(404);
    expect((await look('/v1/videos/v_1')).statusCode).toBe(410);
    expect((await look('/v1/videos/v_2/comments')).json()).toMatchObject({ items: [] });
  });

  it('MO20: of another cell does not bind what is of this one', async () => {
    await decide(await caseOf('video', 'v_1'));
    const ulf = await personIn(world, 'ulf', 'us');
    world.cells.us.moderators.add(ulf.account);
    await sam.publish('v_2');
    const forged = { report: 'rpt_x', about: { kind: 'video', id: 'v_2' }, account: null } as const;
    await world.cells.eu.client.call('openCase', { ...forged, reason: 'spam', note: '' });
    const found = (await queue()).find(({ target }) => target.id === 'v_2');
    expect((await decide(found?.id ?? '')).statusCode).toBe(200);
    expect((await look('/v1/videos/v_2')).statusCode).toBe(200);
    await addVideos(world, 'a');
    await report('video', 'a');
    const [open] = await queue(ulf);
    await decide(open?.id ?? '', HIDE, ulf);
    expect((await look('/v1/videos/a')).statusCode).toBe(410);
  });

  it('MO10: that does not fit is 409 with why', async () => {
    const id = await caseOf('video', 'v_1');
    await decide(id);
    const again = await decide(id);
    expect(again.json()).toMatchObject({ code: 'case-conflict', reason: 'already-decided' });
  });
});

describe('the whole way of a case', () => {
  it('MO13 MO14 MO15 MO16: reported, decided, told, appealed, reversed by another moderator', async () => {
    const { id: comment } = (
      await sam.ask('POST', '/v1/videos/v_1/comments', { text: 'a quotation' })
    ).json<Case>();
    const vic = await personIn(world, 'vic', 'us');
    const wes = await personIn(world, 'wes', 'us');
    for (const { account } of [vic, wes]) world.cells.us.moderators.add(account);
    const texts = async () =>
      (await look('/v1/videos/v_1/comments'))
        .json<{ items: { text: string }[] }>()
        .items.map(({ text }) => text);

    expect((await report('comment', comment, eve)).statusCode).toBe(201);
    const [open] = await queue(vic);
    const id = open?.id ?? '';
    expect(open).toMatchObject({
      author: { account: sam.account, handle: 'sam' },
      subject: { video: 'v_1', text: 'a quotation' },
      reports: 1,
      reasons: ['spam'],
    });
    world.clock.nowMs += 1_000;
    const noted = { text: 'looks like spam' };
    await vic.ask('POST', `/v1/moderation/cases/${id}/notes`, noted);
    world.clock.nowMs += 1_000;
    expect((await decide(id, HIDE, vic)).json()).toMatchObject({
      state: 'decided',
      decision: { by: 'vic', action: 'hide', facts: 'forty times the same' },
    });
    expect(await texts()).toEqual([]);

    const [notice] = await mine(sam, 'notices');
    expect(notice).toMatchObject({
      target: { kind: 'comment', id: comment },
      decision: { action: 'hide', ground: 'rules', rule: 'spam', facts: 'forty times the same' },
      appealedAt: null,
      ended: null,
    });
    expect(JSON.stringify(notice)).not.toMatch(/vic|eve|looks like/);
    const path = `/v1/me/notices/${String(notice?.['id'])}/appeal`;
    expect(codeOf(await eve.ask('POST', path, { text: 'x' }))).toEqual([404, 'not-found']);
    expect(codeOf(await sam.ask('POST', path, { text: ' ' }))).toEqual([400, 'invalid-request']);
    world.clock.nowMs += 1_000;
    expect((await sam.ask('POST', path, { text: 'it was a quotation' })).statusCode).toBe(200);
    const twice = await sam.ask('POST', path, { text: 'again' });
    expect(twice.json()).toMatchObject({ code: 'case-conflict', reason: 'already-appealed' });

    world.clock.nowMs += 1_000;
    const end = { outcome: 'reversed', facts: 'it was' };
    const ends = `/v1/moderation/cases/${id}/appeal-decisions`;
    const same = await vic.ask('POST', ends, end);
    expect(same.json()).toMatchObject({ code: 'case-conflict', reason: 'same-moderator' });
    expect((await wes.ask('POST', ends, end)).json()).toMatchObject({ state: 'closed' });
    expect(await texts()).toEqual(['a quotation']);
    expect(await mine(sam, 'notices')).toMatchObject([{ ended: { outcome: 'reversed' } }]);

    const whole = await wes.ask('GET', `/v1/moderation/cases/${id}`);
    const { entries } = whole.json<{ entries: { what: string; by: string | null }[] }>();
    expect(entries.map(({ what, by }) => [what, by])).toEqual([
      ['report', null],
      ['note', 'vic'],
      ['decision', 'vic'],
      ['appeal', null],
      ['appeal-decision', 'wes'],
    ]);
    const audit = (await wes.ask('GET', '/v1/moderation/audit')).json<{ items: object[] }>();
    expect(audit.items).toHaveLength(5);
  });
});
