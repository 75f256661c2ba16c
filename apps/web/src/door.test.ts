import { describe, expect, test } from 'vitest';
import { missingField, troubleOf } from './door.ts';

function problem(code: string, detail = '', retryAfterMs?: number) {
  const document = { status: 400, code, title: 'Refused', detail, retryable: false };
  return { kind: 'problem', problem: document, retryAfterMs } as const;
}

describe('trouble at the door', () => {
  test.each([
    ['handle-taken', 'handle'],
    ['handle-refused', 'handle'],
    ['password-refused', 'password'],
    ['unknown-jurisdiction', 'country'],
    ['wrong-credentials', 'form'],
  ])('%s is said at the field: %s', (code, field) => {
    expect(troubleOf(problem(code), 'sign-up').field).toBe(field);
  });

  test('the server’s own words are used, as a sentence', () => {
    const trouble = troubleOf(problem('password-refused', 'too common; choose another'), 'sign-up');
    expect(trouble.text).toBe('Too common; choose another.');
  });

  test('a rate limit says how long to wait', () => {
    const trouble = troubleOf(problem('rate-limited', '', 12_000), 'sign-in');
    expect(trouble.text).toContain('in 12 seconds');
  });

  test('no answer to a sign-up does not claim that nothing happened', () => {
    const { text } = troubleOf({ kind: 'no-answer' }, 'sign-up');
    expect(text).toContain('may or may not exist');
  });

  test('a country must be chosen to sign up, not to sign in', () => {
    const entry = { handle: 'ada', password: 'long enough', jurisdiction: undefined };
    expect(missingField('sign-up', entry)?.field).toBe('country');
    expect(missingField('sign-in', entry)).toBeUndefined();
  });
});
