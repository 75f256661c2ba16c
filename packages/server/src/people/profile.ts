// What a person says of themselves. Rules: docs/spec/people.md (PE1, PE45).

import { bool, text } from '@holdfast/protocol/shape.ts';
import {
  BIO_CHARS_MAX,
  chars,
  DISPLAY_NAME_CHARS_MAX,
  fileName,
  orNull,
} from '../border/public-records.ts';
import type { KindRule } from './writing.ts';

export type ProfileBody = Readonly<{
  displayName: string;
  bio: string;
  likesPublic: boolean;
  /** Stays in the cell. */
  timeZone: string;
  avatar: string | null;
}>;

export const TIME_ZONE_CHARS_MAX = 64;

export const PROFILE: KindRule<ProfileBody> = {
  body: {
    displayName: chars(DISPLAY_NAME_CHARS_MAX),
    bio: chars(BIO_CHARS_MAX),
    likesPublic: bool,
    timeZone: text(TIME_ZONE_CHARS_MAX),
    avatar: orNull(fileName),
  },
  writtenBy: 'person',
  perAccountMax: 1,
  onePerTarget: true,
  publish: ({ account, body }, person) => {
    const { displayName, bio, likesPublic, avatar } = body;
    const { handle, sinceMs } = person;
    return { type: 'profile', account, handle, displayName, bio, avatar, sinceMs, likesPublic };
  },
};
