import { beforeEach, describe, expect, it } from 'vitest';
import { signIn, signUp, useAccounts } from '../accounts/accounts.fixture.ts';
import type { CellCalls, ModeratorAct } from '../cell/cell-client.ts';
import { CASE_ENTRIES_MAX } from '../people/case.ts';
import { openPeople, publishedDraft } from '../people/people.fixture.ts';
import type { People } from '../people/people.fixture.ts';
import type { Reported } from '../people/report.ts';
import {
  appealNotice,
  caseAudit,
  cases,
  caseStates,
  moderate,
  openCase,
  rolesOf,
} from './case-calls.ts';
import type { CaseContext } from './case-calls.ts';

const fixture = useAccounts();
let people: People;
let context: CaseContext;
let first: { account: string; token: string };
let second: { account: string; token: string };
let bobToken: string;

beforeEach(async () => {
  people = await openPeople(fixture);
  const { accounts } = people;
  const made = [await signUp(accounts, 'mod_one'), await signUp(accounts, 'mod_two')];
  const [one, two] = made.map(({ accountId, session }) => ({
    account: accountId,
    token: session.token,
  }));
  if (one === undefined || two === undefined) throw new Error('two moderators were signed up');
  first = one;
  second = two;
  bobToken = (await signIn(accounts, 'bob')).session.token;
  const moderators: readonly string[] = [first.account, second.account];
  context = {
    accounts,
    roles: { of: (account) => (moderators.includes(account) ? ['moderator'] : []) },
    nowMs: () => fixture.nowMs,
  };
  people.put(
    { kind: 'draft', account: people.ann, target: 'v_1', body: publishedDraft('v_1') },
    {
      kind: 'comment',
      account: people.ann,
      target: 'v_1',
      body: { video: 'v_1', parent: null, text: 'an insult', creator: null, state: 'published' },
      id: 'cmt_1',
    },
  );
});

const VIDEO: Reported = { kind: 'video', id: 'v_1' };
const COMMENT: Reported = { kind: 'comment', id: 'cmt_1' };
let reports = 0;

function report(about: Reported, change: Partial<CellCalls['openCase']['ask']> = {}) {
  reports += 1;
  const account = about.kind === 'video' ? people.ann : null;
  const named = { report: `rpt_${reports}`, about, account };
  return openCase(context, { ...named, reason: 'spam', note: 'look', ...change });
}

function caseOf(about: Reported, change: Partial<CellCalls['openCase']['ask']> = {}): string {
  const opened = report(about, change);
  if (opened.kind !== 'opened') throw new Error(opened.kind);
  return opened.case;
}

const HIDE = {
  kind: 'decide',
  action: 'hide',
  ground: 'rules',
  rule: 'spam',
  facts: 'the same text forty times',
  hiddenMs: null,
} as const satisfies ModeratorAct;

const act = (id: string, what: ModeratorAct, token = first.token) =>
  moderate(context, { token, case: id, act: what });
const kindOf = (done: ReturnType<typeof act>) => (done.kind === 'refused' ? done.code : done.kind);
const publicModeration = (): readonly unknown[] => {
  const found = people.accounts.publicAfter(0);
  const rows = found.kind === 'changes' ? found.rows : [];
  return rows.flatMap(({ record }) => (record?.type === 'moderation' ? [record] : []));
};
const notices = () => people.accounts.writings.of(people.ann, 'notice', { itemsMax: 10 });
const lookAt = (id: string) => cases(context, { token: first.token, find: { by: 'id', id } });

describe('a report that arrives', () => {
  it('MO7: gathers with others in one open case, and opens a new one after the decision', () => {
    const id = caseOf(VIDEO);
    expect(caseOf(VIDEO, { reason: 'fraud' })).toBe(id);
    const seen = lookAt(id);
    expect(seen.kind === 'cases' && seen.items[0]?.body).toMatchObject({
      reports: 2,
      reasons: ['spam', 'fraud'],
      entries: 2,
    });
    act(id, { ...HIDE, action: 'none' });
    expect(caseOf(VIDEO)).not.toBe(id);
  });

  it('MO4: counts once when the same one arrives twice, also after the decision', () => {
    const id = caseOf(VIDEO, { report: 'rpt_same' });
    expect(caseOf(VIDEO, { report: 'rpt_same' })).toBe(id);
    act(id, HIDE);
    expect(caseOf(VIDEO, { report: 'rpt_same' })).toBe(id);
    const seen = lookAt(id);
    expect(seen.kind === 'cases' && seen.items[0]?.body.reports).toBe(1);
  });

  it('MO2: has no reporter in it, nor has anything of the case', () => {
    const id = caseOf(VIDEO);
    const seen = lookAt(id);
    expect(seen.kind === 'cases' && seen.entries.map(({ entry }) => entry)).toEqual([
      { what: 'report', report: `rpt_${reports}`, reason: 'spam', note: 'look' },
    ]);
    expect(JSON.stringify(seen)).not.toContain(people.bob);
  });

  it.each<[string, Reported, string | null]>([
    ['a comment that is not there', { kind: 'comment', id: 'cmt_9' }, null],
    ['a person who is not there', { kind: 'person', id: 'acc_nobody' }, null],
    ['a video of somebody who is not there', VIDEO, 'acc_nobody'],
  ])('MO2: about %s is refused', (_what, about, account) => {
    expect(report(about, { account })).toEqual({ kind: 'unknown-target' });
  });

  it('MO2: about a video of nobody is taken, and nobody gets a notice', () => {
    const id = caseOf({ kind: 'video', id: 'sample' }, { account: null });
    expect(kindOf(act(id, HIDE))).toBe('moderated');
    expect(notices()).toEqual([]);
    expect(publicModeration()).toHaveLength(1);
  });

  it('MO17: adds nothing to a case that is full', () => {
    const id = caseOf(VIDEO);
    const { writings } = people.accounts;
    const known = writings.get(id);
    if (known?.kind !== 'case') throw new Error('the case is there');
    const body = { ...known.body, entries: CASE_ENTRIES_MAX };
    people.put({ ...known, body, expected: known.updatedAtMs });
    expect(caseOf(VIDEO)).toBe(id);
    expect(kindOf(act(id, { kind: 'note', text: 'more' }))).toBe('case-full');
    expect(kindOf(act(id, HIDE))).toBe('moderated');
  });
});

describe('a moderator', () => {
  it('MO8: alone sees cases, decides, and reads the audit', () => {
    const id = caseOf(VIDEO);
    const token = people.annToken;
    const find = { by: 'state', state: 'open', before: undefined, itemsMax: 10 } as const;
    expect(cases(context, { token, find })).toEqual({ kind: 'forbidden' });
    expect(act(id, HIDE, token)).toEqual({ kind: 'forbidden' });
    expect(act('cas_none', HIDE, token)).toEqual({ kind: 'forbidden' });
    expect(caseAudit(context, { token, before: undefined, itemsMax: 9 }).kind).toBe('forbidden');
    expect(cases(context, { token: 'hft_nobody', find })).toEqual({ kind: 'nobody' });
    expect(rolesOf(context, { token })).toEqual({ kind: 'roles', roles: [] });
    expect(rolesOf(context, { token: first.token })).toMatchObject({ roles: ['moderator'] });
    expect(cases(context, { token: first.token, find })).toMatchObject({ items: [{ id }] });
  });

  it('MO10: finds cases by their state, newest first and page by page', () => {
    const ids = ['v_1', 'v_2', 'v_3'].map((id) => {
      fixture.nowMs += 1;
      return caseOf({ kind: 'video', id });
    });
    act(ids[1] ?? '', HIDE);
    const found = (state: 'open' | 'decided', before?: string) => {
      const reply = cases(context, {
        token: first.token,
        find: { by: 'state', state, before, itemsMax: 1 },
      });
      return reply.kind === 'cases' ? reply : undefined;
    };
    expect(found('decided')?.items.map(({ id }) => id)).toEqual([ids[1]]);
    const page = found('open');
    expect(page?.items.map(({ id }) => id)).toEqual([ids[2]]);
    expect(found('open', page?.next)?.items.map(({ id }) => id)).toEqual([ids[0]]);
  });

  it('MO10: is told why a step does not fit, and nothing is changed by it', () => {
    const id = caseOf(VIDEO);
    expect(kindOf(act(id, { kind: 'decide-appeal', outcome: 'upheld', facts: 'x' }))).toBe(
      'not-appealed',
    );
    act(id, HIDE);
    expect(kindOf(act(id, { ...HIDE, action: 'remove' }))).toBe('already-decided');
    expect(kindOf(act('cas_none', HIDE))).toBe('unknown-case');
    expect(publicModeration()).toMatchObject([{ action: 'hide' }]);
  });

  it('MO17 MO18: adds to a case, and everything stands in the audit without its words', () => {
    const id = caseOf(VIDEO);
    fixture.nowMs += 1;
    act(id, { kind: 'note', text: 'seen before' });
    fixture.nowMs += 1;
    act(id, HIDE);
    const seen = lookAt(id);
    const said = seen.kind === 'cases' ? seen.entries : [];
    expect(said.map(({ entry }) => entry.what)).toEqual(['report', 'note', 'decision']);
    const audit = caseAudit(context, { token: second.token, before: undefined, itemsMax: 10 });
    expect(audit).toMatchObject({
      items: [
        { what: 'decision', case: id, by: first.account, handle: 'mod_one', action: 'hide' },
        { what: 'note', by: first.account, action: null },
        { what: 'report', by: null },
      ],
    });
    expect(JSON.stringify(audit)).not.toMatch(/seen before|forty times|look/);
  });
});

describe('a decision', () => {
  it('MO13: is told to the author with all that it rests on', () => {
    act(caseOf(VIDEO), { ...HIDE, hiddenMs: 86_400_000 });
    expect(notices().map(({ body }) => body)).toEqual([
      {
        about: VIDEO,
        decision: {
          atMs: fixture.nowMs,
          action: 'hide',
          ground: 'rules',
          rule: 'spam',
          facts: 'the same text forty times',
          untilMs: fixture.nowMs + 86_400_000,
        },
        ended: null,
        appealedAtMs: null,
      },
    ]);
  });

  it('MO11 MO13: "none" changes nothing and is told to nobody', () => {
    act(caseOf(COMMENT), { ...HIDE, action: 'none' });
    expect([notices(), publicModeration()]).toEqual([[], []]);
  });

  it('MO19: is public without facts, notes and moderators', () => {
    act(caseOf(VIDEO), HIDE);
    expect(publicModeration()).toEqual([
      {
        type: 'moderation',
        target: VIDEO,
        action: 'hide',
        ground: 'rules',
        rule: 'spam',
        atMs: fixture.nowMs,
        untilMs: null,
      },
    ]);
  });

  it('MO21: takes a comment back out of what is public, and out of its tally', () => {
    const { accounts } = people;
    act(caseOf(COMMENT), { ...HIDE, action: 'remove' });
    const found = accounts.publicAfter(0);
    const types = found.kind === 'changes' ? found.rows.map(({ record }) => record?.type) : [];
    expect(types).not.toContain('comment');
    expect(accounts.writings.tally('comments/v_1')).toBe(0);
  });

  it('MO11: hides a comment for no set time', () => {
    expect(kindOf(act(caseOf(COMMENT), { ...HIDE, hiddenMs: 1 }))).toBe('no-duration');
  });

  it('MO5: is what the reporter is told of', () => {
    const id = caseOf(VIDEO);
    const state = () => caseStates(context, { cases: [id, 'cas_none'] }).items;
    expect(state()).toEqual([{ case: id, state: 'open', action: null }]);
    act(id, HIDE);
    expect(state()).toEqual([{ case: id, state: 'decided', action: 'hide' }]);
  });
});

describe('an appeal', () => {
  const appeal = (notice: string, token = people.annToken) =>
    appealNotice(context, { token, notice, text: 'it was a quotation' });
  const end = (id: string, outcome: 'upheld' | 'reversed', token = second.token) =>
    act(id, { kind: 'decide-appeal', outcome, facts: 'looked again' }, token);

  it('MO14: is made once, by whoever the notice is for', () => {
    const id = caseOf(COMMENT);
    act(id, HIDE);
    const notice = notices()[0]?.id ?? '';
    expect(appeal(notice, bobToken)).toEqual({ kind: 'unknown-notice' });
    expect(appeal('ntc_none')).toEqual({ kind: 'unknown-notice' });
    expect(appeal(notice)).toEqual({ kind: 'appealed' });
    expect(appeal(notice)).toEqual({ kind: 'refused', code: 'already-appealed' });
    expect(notices()).toMatchObject([{ body: { appealedAtMs: fixture.nowMs } }]);
  });

  it('MO15: is decided by another moderator', () => {
    const id = caseOf(COMMENT);
    act(id, HIDE);
    appeal(notices()[0]?.id ?? '');
    expect(kindOf(end(id, 'upheld', first.token))).toBe('same-moderator');
    expect(kindOf(end(id, 'upheld'))).toBe('moderated');
  });

  it('MO16: that is reversed brings a comment back at once, and is told to the author', () => {
    const id = caseOf(COMMENT);
    act(id, HIDE);
    appeal(notices()[0]?.id ?? '');
    end(id, 'reversed');
    const { accounts } = people;
    expect(accounts.writings.tally('comments/v_1')).toBe(1);
    expect(publicModeration()).toEqual([]);
    expect(notices()).toMatchObject([
      { body: { ended: { outcome: 'reversed', facts: 'looked again' } } },
    ]);
  });

  it('MO5: that is reversed is told to the reporter as nothing done', () => {
    const id = caseOf(VIDEO);
    act(id, HIDE);
    appeal(notices()[0]?.id ?? '');
    end(id, 'reversed');
    const { items } = caseStates(context, { cases: [id] });
    expect(items).toEqual([{ case: id, state: 'closed', action: 'none' }]);
  });

  it('MO16: that is upheld changes nothing of what is in force', () => {
    const id = caseOf(VIDEO);
    act(id, HIDE);
    appeal(notices()[0]?.id ?? '');
    end(id, 'upheld');
    expect(publicModeration()).toMatchObject([{ target: VIDEO, action: 'hide' }]);
  });
});

describe('deleting the account that a case is about', () => {
  it('MO18 MO23: takes the case, its words and its record along, and leaves the audit', () => {
    const id = caseOf(VIDEO);
    act(id, { kind: 'note', text: 'seen before' });
    act(id, HIDE);
    people.accounts.delete(people.ann);
    expect(lookAt(id)).toMatchObject({ items: [], entries: [] });
    expect([publicModeration(), notices()]).toEqual([[], []]);
    const audit = caseAudit(context, { token: second.token, before: undefined, itemsMax: 10 });
    expect(audit.kind === 'audit' && audit.items.map(({ what }) => what).toSorted()).toEqual([
      'decision',
      'note',
      'report',
    ]);
  });
});
