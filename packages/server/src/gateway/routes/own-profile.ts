// A person's profile as they themselves see it, also before there is one.

import type { ProfileBody } from '../../people/profile.ts';
import { pictureAddress } from '../picture-address.ts';
import type { Account } from '../signed-in.ts';

export type OwnProfile = Pick<Account, 'account' | 'handle' | 'jurisdiction'> &
  ProfileBody &
  Readonly<{ profile: boolean }>;

export function ownProfile(
  { account, handle, jurisdiction }: Pick<Account, 'account' | 'handle' | 'jurisdiction'>,
  body: ProfileBody | undefined,
): OwnProfile {
  const avatar = body?.avatar ?? null;
  return {
    account,
    handle,
    jurisdiction,
    profile: body !== undefined,
    displayName: body?.displayName ?? handle,
    bio: body?.bio ?? '',
    avatar: avatar === null ? null : pictureAddress(account, avatar),
    likesPublic: body?.likesPublic ?? false,
    timeZone: body?.timeZone ?? 'UTC',
  };
}
