// People as the public sees them, checked.

import { parseCount } from '../numbers/count.ts';
import type { Count } from '../numbers/count.ts';
import { fieldsOf, textOf, timeOf, wholeOf } from '../app/parse.ts';

export type Person = Readonly<{
  account: string;
  handle: string;
  displayName: string;
  bio: string;
  avatar: string | undefined;
  since: string | undefined;
  likesPublic: boolean;
  totals: Readonly<{ videos: number | undefined; likes: Count; views: Count; followers: Count }>;
}>;

/** Checks a person, with as much as there is: lists have less than the profile. */
export function parsePerson(value: unknown): Person | undefined {
  const fields = fieldsOf(value);
  const account = textOf(fields['account']);
  const handle = textOf(fields['handle']);
  if (account === undefined || handle === undefined) return undefined;
  const totals = fieldsOf(fields['totals']);
  const displayName = textOf(fields['displayName']) ?? '';
  return {
    account,
    handle,
    displayName: displayName === '' ? handle : displayName,
    bio: textOf(fields['bio']) ?? '',
    avatar: textOf(fields['avatar']),
    since: timeOf(fields['since']),
    likesPublic: fields['likesPublic'] === true,
    totals: {
      videos: wholeOf(totals['videos']),
      likes: parseCount(totals['likes']),
      views: parseCount(totals['views']),
      followers: parseCount(totals['followers']),
    },
  };
}

export const pathOfPerson = (handle: string): string => `/v1/people/${encodeURIComponent(handle)}`;
