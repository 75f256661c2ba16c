// The door without its looks: what is missing, what an answer means, and where to say it.

import type { Trouble } from '../app/ask.ts';
import type { Words } from '../app/i18n.ts';
import type { doorArea } from './words.ts';

export type DoorMode = 'sign-up' | 'sign-in';
export type DoorWords = Words<keyof typeof doorArea.en>;
export type Field = 'handle' | 'password' | 'where' | 'form';
/** What is wrong, and at which field it is said. */
export type Fault = Readonly<{ field: Field; text: string }>;
export type Entry = Readonly<{
  handle: string;
  password: string;
  jurisdiction: string | undefined;
}>;

const PASSWORD_CHARS_MIN = 8;
const WAIT_MS = 60_000;

/** What is plainly missing; everything else is the server's to judge. */
export function missingField(mode: DoorMode, entry: Entry, t: DoorWords): Fault | undefined {
  if (entry.handle === '') return { field: 'handle', text: t('missing.handle') };
  if (entry.password === '') return { field: 'password', text: t('missing.password') };
  if (mode === 'sign-in') return undefined;
  if (entry.password.length < PASSWORD_CHARS_MIN) {
    return { field: 'password', text: t('missing.short', { n: PASSWORD_CHARS_MIN }) };
  }
  return entry.jurisdiction === undefined
    ? { field: 'where', text: t('missing.where') }
    : undefined;
}

/** What an answer means for the person at the door. */
export function faultOf(trouble: Trouble, mode: DoorMode, t: DoorWords): Fault {
  if (trouble.kind === 'no-answer') return { field: 'form', text: t(`noAnswer.${mode}`) };
  const { code, detail, title, retryAfterMs } = trouble.problem;
  const text = sentence(detail === '' ? title : detail);
  switch (code) {
    case 'handle-taken':
      return { field: 'handle', text: t('problem.handle-taken') };
    case 'handle-refused':
      return { field: 'handle', text };
    case 'password-refused':
      return { field: 'password', text };
    case 'unknown-jurisdiction':
      return { field: 'where', text };
    case 'wrong-credentials':
      return { field: 'form', text: t('problem.wrong-credentials') };
    case 'rate-limited': {
      const n = Math.ceil((retryAfterMs ?? WAIT_MS) / 1_000);
      return { field: 'form', text: t('problem.rate-limited', { n }) };
    }
    default:
      return { field: 'form', text };
  }
}

/** A detail may be a part of a sentence; here it stands alone. */
function sentence(text: string): string {
  const whole = /[.!?؟]$/.test(text) ? text : `${text}.`;
  return whole.charAt(0).toUpperCase() + whole.slice(1);
}

/** Where to go after the door: a page of this app, or the feed. */
export function placeAfter(to: unknown): string {
  return typeof to === 'string' && /^\/(?![/\\])/.test(to) ? to : '/';
}
