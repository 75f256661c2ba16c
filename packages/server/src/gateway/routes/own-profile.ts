// A person's profile as they themselves see it, also before there is one.

import type { ProfileBody } from '../../people/profile.ts';
import { pictureAddress } from '../picture-address.ts';
import type { Account } from '../signed-in.ts';

export function ownProfile(
  { account, handle, jurisdiction }: Pick<Account, 'account' | 'handle' | 'jurisdiction'>,
  body: ProfileBody | undefined,
) {
  return {
    account,
    handle,
    jurisdiction,
    profile: body !== undefined,
    displayName: body?.displayName ?? handle,
    bio: body?.bio ?? '',
    avatar: body?.avatar == null ? null : pictureAddress(account, body.avatar),
    likesPublic: body?.likesPublic ?? false,
    timeZone: body?.timeZone ?? 'UTC',
  };
}
