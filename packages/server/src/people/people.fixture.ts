// Accounts with two people in them, for tests of what people write.

import { signUp } from '../accounts/accounts.fixture.ts';
import type { AccountsFixture } from '../accounts/accounts.fixture.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { DraftBody } from './draft.ts';
import { emptyDraft } from './draft.ts';
import type { ProfileBody } from './profile.ts';
import type { Put, Written } from './writings.ts';

export const PROFILE_BODY: ProfileBody = {
  displayName: 'Ann',
  bio: 'waves and tea',
  likesPublic: false,
  timeZone: 'Europe/Berlin',
  avatar: null,
};

export const publishedDraft = (video: string, change: Partial<DraftBody> = {}): DraftBody => ({
  ...emptyDraft(video),
  state: 'published',
  title: 'A wave',
  durationMs: 9_000,
  width: 720,
  height: 1_280,
  upload: { state: 'ready', id: 'upl', total: 1, problem: null },
  media: { file: 'video-1.mp4', type: 'video/mp4', bytes: 1 },
  publishedAtMs: 1_000,
  ...change,
});

export type People = Readonly<{
  accounts: Accounts;
  ann: string;
  bob: string;
  annToken: string;
  put: (...puts: readonly Put[]) => Written;
}>;

export async function openPeople(fixture: AccountsFixture): Promise<People> {
  const accounts = fixture.open();
  const ann = await signUp(accounts, 'ann');
  const bob = await signUp(accounts, 'bob');
  return {
    accounts,
    ann: ann.accountId,
    bob: bob.accountId,
    annToken: ann.session.token,
    put: (...puts) => accounts.writings.change({ puts }),
  };
}
