// Charter, border and books in plain words.

import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import type { CharterAct } from '@holdfast/engine/handover/charter-rules.ts';
import type { CheckName } from '@holdfast/engine/charter/verify-certificate.ts';

/** Acts after which another party owns the cell. */
export const OWNERSHIP_ACTS: ReadonlySet<CharterAct> = new Set<CharterAct>([
  'found',
  'cede',
  'promote',
  'force',
]);

/** What an entry did, in a sentence. `before` is the entry of the same cell before it. */
export function sentenceOf(entry: CharterEntry, before: CharterEntry | undefined): string {
  const owner = nameOf(entry.owner);
  const last = before === undefined ? 'the owner before' : nameOf(before.owner);
  switch (entry.act) {
    case 'found':
      return `${owner} began to run the cell.`;
    case 'join': {
      const follower = entry.follower === undefined ? 'A follower' : nameOf(entry.follower);
      return `From here on nothing was acknowledged before it was on disk at ${owner} and at ${follower}.`;
    }
    case 'leave':
      return entry.cut === undefined
        ? `${owner} went on alone.`
        : `A hand-over was taken back at its last step; ${owner} went on alone.`;
    case 'cede':
      return `${last} gave the cell to ${owner}. Both signed, at the same point of the journal.`;
    case 'promote':
      return `${owner} took over from ${last}, which was lost. It held everything that had been acknowledged.`;
    case 'renew':
      return `${owner} changed its key or its address, and nothing else.`;
    case 'force':
      return `By a person’s order the cell moved to ${owner} without a second copy. Likes and views that were acknowledged just before may be lost.`;
    default:
      return entry.act satisfies never;
  }
}

function nameOf({ operator, site }: Readonly<{ operator: string; site: string }>): string {
  return `${operator}/${site}`;
}

/** Every type that may cross the border, and what it is; a closed list. */
const BORDER_WORDS: Readonly<Record<string, string>> = {
  subtotals: 'How many likes and views each video has from this country. Numbers only.',
  watermark: 'A sign of life each second, so that a stale number can be told from a live one.',
  books: 'The country’s books: how many likes and views ended in which class.',
  recountLikes: 'Likes counted anew from every row, and how many videos were wrong. Numbers only.',
  analytics: 'Counts of one video over time, for its creator. Numbers only.',
  corrections: 'Corrections of counts, each with its reason.',
  border: 'This very list.',
  about: 'Where the operator says that the data lies.',
  balances: 'Closing and opening balances of videos at a hand-over. Numbers only.',
  profile: 'A profile that a person made public: name, words about themselves, picture.',
  video: 'What a creator published about a video: title, caption, tags, files.',
  comment: 'A comment that its writer made public.',
  tally: 'How many people of this country like a comment or follow somebody. Numbers only.',
  moderation: 'A moderator’s decision about something public, while it holds.',
  published: 'The list of what has changed of the public records above.',
  studio: 'Counts of a creator’s videos, for the studio. Numbers only.',
  writings: 'What a person wrote, sent to that person.',
  write: 'A receipt for what a person wrote, sent to that person.',
  ownAmong: 'Whether a person likes or follows something, sent to that person.',
  rolesOf: 'Which roles a person has, sent to that person.',
  judgeComment: 'Whether a new comment has to wait for its creator; not which word it has.',
  heldFor: 'Comments that wait for a creator, sent to that creator.',
  settleComment: 'A receipt for a creator: a comment was released, deleted or put first.',
  openCase: 'A receipt: a report was taken. It says nothing of who made it.',
  cases: 'Reports and what moderators noted on them, for moderators.',
  caseStates: 'How far reports are, for those who made them.',
  caseAudit: 'What moderators did and when, for moderators.',
  moderate: 'A receipt for a moderator: a note or a decision was entered.',
  appealNotice: 'A receipt for an appeal, sent to the person who made it.',
  registerVideo: 'A receipt: a video is known to the cell.',
  checkWindow: 'An answer to a gateway: the next numbers of a device fit, or not.',
  correct: 'A receipt for the operator: a correction was entered.',
  notice: 'Messages of the program about its own health. No person’s data.',
  acks: 'Answers to people’s own likes and views, sent to those people.',
  openSession: 'The start of a session, sent to the person it is for.',
  erase: 'A receipt for an erasure, sent to whoever asked.',
  likesAmong: 'Whether a person likes a video, sent to that person.',
  likesPage: 'A person’s own list of likes, sent to that person.',
  publicLikes: 'The likes of a person who made them public.',
  signUp: 'The answer to signing up, sent to that person.',
  signIn: 'The answer to signing in, sent to that person.',
  passkeySignIn: 'The answer to signing in with a passkey, sent to that person.',
  changePassword: 'A receipt for a changed password, sent to that person.',
  addPasskey: 'A receipt for a passkey that was added, sent to that person.',
  signIns: 'A person’s own list of sign-ins, sent to that person.',
  endSignIn: 'A receipt for a sign-in that was ended, sent to that person.',
  exportAccount: 'A person’s own account, for the copy of their data that they asked for.',
  whoIs: 'Who is signed in, sent to that person.',
  signOut: 'A receipt for signing out, sent to that person.',
  deleteAccount: 'A receipt for a deleted account, sent to that person.',
};

export const BORDER_TYPES: readonly string[] = Object.keys(BORDER_WORDS);

export function borderWords(type: string): string {
  return BORDER_WORDS[type] ?? 'A type that this page has no words for yet.';
}

export const DESTINATIONS: Readonly<Record<string, string>> = {
  public: 'anybody',
  operator: 'the operator',
  own: 'the person it is about',
};

/** The classes in which an op ends, in plain words. */
export const CLASS_WORDS: Readonly<Record<string, string>> = {
  counted: 'counted',
  unchanged: 'already so',
  duplicate: 'sent twice, counted once',
  unqualified: 'watched too briefly',
  capped: 'over the daily limit of one viewer',
  own: 'the creator’s own views',
  held: 'held for review',
  late: 'too late',
  invalid: 'not valid',
};

/** The questions that are asked of a certificate. */
export const CHECK_NAMES: Partial<Readonly<Record<CheckName, string>>> = {
  form: 'The file',
  charter: 'The charter entries',
  decision: 'The decision',
  cut: 'The cut',
  totals: 'The sums',
  balances: 'The balances',
  pause: 'The pause',
  signatures: 'The operators’ signatures',
  witness: 'The registrar’s witness',
};
