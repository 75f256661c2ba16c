import { describe, expect, test } from 'vitest';
import { written } from '../app/i18n.ts';
import type { Trouble } from '../app/ask.ts';
import { faultOf, missingField, placeAfter } from './door.ts';
import type { DoorWords } from './door.ts';
import { en } from './messages.en.ts';

const t: DoorWords = (key, params = {}) => written(en[key], params, 'en');

function problem(code: string, detail = '', retryAfterMs?: number): Trouble {
  const rest = { status: 400, title: 'Refused', retryable: false, members: {} };
  return { kind: 'problem', problem: { ...rest, code, detail, retryAfterMs } };
}

describe('WB15: trouble at the door', () => {
  test.each([
    ['handle-taken', 'handle'],
    ['handle-refused', 'handle'],
    ['password-refused', 'password'],
    ['unknown-jurisdiction', 'where'],
    ['wrong-credentials', 'form'],
    ['something-new', 'form'],
  ])('%s is said at: %s', (code, field) => {
    expect(faultOf(problem(code), 'sign-up', t).field).toBe(field);
  });

  test('the server’s own words are used, as a sentence', () => {
    const fault = faultOf(problem('password-refused', 'too common; choose another'), 'sign-up', t);
    expect(fault.text).toBe('Too common; choose another.');
  });

  test('a rate limit says how long to wait', () => {
    expect(faultOf(problem('rate-limited', '', 12_000), 'sign-in', t).text).toContain('12 seconds');
  });

  test('no answer to a sign-up does not claim that nothing happened', () => {
    expect(faultOf({ kind: 'no-answer' }, 'sign-up', t).text).toContain('may or may not exist');
  });

  test('a country must be chosen to sign up, not to sign in', () => {
    const entry = { handle: 'ada', password: 'long enough', jurisdiction: undefined };
    expect(missingField('sign-up', entry, t)?.field).toBe('where');
    expect(missingField('sign-in', entry, t)).toBeUndefined();
  });
});

test.each([
  ['/v/abc?x=1', '/v/abc?x=1'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['https://evil.example', '/'],
  [undefined, '/'],
])('WB14: after the door with %s one goes to %s, which is here', (to, place) => {
  expect(placeAfter(to)).toBe(place);
});
