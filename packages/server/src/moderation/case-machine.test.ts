import { APPEAL_OUTCOMES, CASE_STATES } from '@holdfast/protocol/reports.ts';
import { describe, expect, it } from 'vitest';
import { inForce, stepCase } from './case-machine.ts';
import type { AppealDecision, CaseEvent, CaseState, Decision } from './case-machine.ts';

const decision: Decision = {
  by: 'acc_first',
  atMs: 10,
  action: 'hide',
  ground: 'rules',
  rule: 'spam',
  facts: 'the same text forty times',
  untilMs: null,
};
const appeal = { atMs: 20, text: 'it was not me' };
const appealDecision: AppealDecision = {
  by: 'acc_second',
  atMs: 30,
  outcome: 'upheld',
  facts: 'it was',
};

const STATES: Readonly<Record<CaseState['kind'], CaseState>> = {
  open: { kind: 'open' },
  decided: { kind: 'decided', decision },
  appealed: { kind: 'appealed', decision, appeal },
  closed: { kind: 'closed', decision, appeal, appealDecision },
};
const EVENTS: Readonly<Record<CaseEvent['kind'], CaseEvent>> = {
  report: { kind: 'report' },
  note: { kind: 'note' },
  decide: { kind: 'decide', decision },
  appeal: { kind: 'appeal', appeal },
  'decide-appeal': { kind: 'decide-appeal', appealDecision },
};

/** The whole table of the rule; a step is named by the state or the refusal that it ends in. */
const EXPECTED: Readonly<Record<CaseState['kind'], Readonly<Record<CaseEvent['kind'], string>>>> = {
  open: {
    report: 'open',
    note: 'open',
    decide: 'decided',
    appeal: 'not-decided',
    'decide-appeal': 'not-appealed',
  },
  decided: {
    report: 'new-case',
    note: 'decided',
    decide: 'already-decided',
    appeal: 'appealed',
    'decide-appeal': 'not-appealed',
  },
  appealed: {
    report: 'new-case',
    note: 'appealed',
    decide: 'already-decided',
    appeal: 'already-appealed',
    'decide-appeal': 'closed',
  },
  closed: {
    report: 'new-case',
    note: 'closed',
    decide: 'already-decided',
    appeal: 'already-appealed',
    'decide-appeal': 'not-appealed',
  },
};

const endOf = (state: CaseState, event: CaseEvent, author: string | null = 'acc_author') => {
  const step = stepCase({ author, state }, event);
  return step.kind === 'next' ? step.state.kind : step.code;
};

describe('a case', () => {
  const cells = CASE_STATES.flatMap((state) =>
    Object.entries(EXPECTED[state]).map(
      ([event, end]) => [state, event as CaseEvent['kind'], end] as const,
    ),
  );

  it.each(cells)('MO10 MO12: %s with %s is %s', (state, event, end) => {
    expect(endOf(STATES[state], EVENTS[event])).toBe(end);
  });

  it('MO14: has nothing to appeal against when nothing was done', () => {
    const none: CaseState = { kind: 'decided', decision: { ...decision, action: 'none' } };
    expect(endOf(none, EVENTS.appeal)).toBe('nothing-to-appeal');
  });

  it('MO15: is not decided a second time by who decided first', () => {
    const again = { ...appealDecision, by: decision.by };
    const event: CaseEvent = { kind: 'decide-appeal', appealDecision: again };
    expect(endOf(STATES.appealed, event)).toBe('same-moderator');
  });

  it('MO15: is decided by nobody whose own it is, at neither time', () => {
    expect(endOf(STATES.open, EVENTS.decide, decision.by)).toBe('own-case');
    expect(endOf(STATES.appealed, EVENTS['decide-appeal'], appealDecision.by)).toBe('own-case');
    expect(endOf(STATES.open, EVENTS.decide, null)).toBe('decided');
  });
});

describe('what is in force', () => {
  it('MO21: is nothing while a case is open, and nothing after "none"', () => {
    expect(inForce(STATES.open, 0)).toBeUndefined();
    const none: CaseState = { kind: 'decided', decision: { ...decision, action: 'none' } };
    expect(inForce(none, 0)).toBeUndefined();
  });

  it('MO16: stays during an appeal and when it is upheld, and ends when it is reversed', () => {
    expect(inForce(STATES.decided, 0)).toEqual(decision);
    expect(inForce(STATES.appealed, 0)).toEqual(decision);
    const ends = APPEAL_OUTCOMES.map((outcome) => {
      const closed: CaseState = {
        kind: 'closed',
        decision,
        appeal,
        appealDecision: { ...appealDecision, outcome },
      };
      return inForce(closed, 0)?.action;
    });
    expect(ends).toEqual(['hide', undefined]);
  });

  it('MO22: ends by itself when it has a duration', () => {
    const hidden: CaseState = { kind: 'decided', decision: { ...decision, untilMs: 100 } };
    expect(inForce(hidden, 99)?.action).toBe('hide');
    expect(inForce(hidden, 100)).toBeUndefined();
  });
});
