// A person as lists show them.

import type { KnownProfile } from '../catalog/public-catalog.ts';
import { pictureAddress } from './picture-address.ts';

export type PersonView = Readonly<{
  account: string;
  handle: string;
  displayName: string;
  avatar: string | null;
}>;

export function personView({ record, shownHandle }: KnownProfile): PersonView {
  const { account, displayName, avatar } = record;
  return {
    account,
    handle: shownHandle,
    displayName: displayName === '' ? shownHandle : displayName,
    avatar: avatar === null ? null : pictureAddress(account, avatar),
  };
}
