// Why a step of a case was refused, in words.

import type { CaseRefusal } from '../../moderation/case-machine.ts';
import { refusal } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';

const WORDS: Readonly<Record<CaseRefusal | 'case-full' | 'no-duration', string>> = {
  'new-case': 'The case was decided already; a new report opens a new one.',
  'already-decided': 'The case was decided already. Load it anew to see how.',
  'not-decided': 'The case has not been decided yet.',
  'nothing-to-appeal': 'Nothing was done, so there is nothing to appeal against.',
  'already-appealed': 'There was an appeal already; there can be one.',
  'not-appealed': 'Nobody has appealed.',
  'same-moderator': 'Who decided does not decide on the appeal: another moderator has to.',
  'own-case': 'The case is about something of your own: another moderator has to decide.',
  'case-full': 'The case has as many entries as it may.',
  'no-duration': 'A comment is hidden without an end: leave the duration out.',
};

export function caseConflict(code: keyof typeof WORDS): Refusal {
  return refusal('case-conflict', `${WORDS[code]} Nothing was changed.`, { reason: code });
}
