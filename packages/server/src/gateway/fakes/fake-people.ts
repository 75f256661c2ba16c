// The writings of a fake cell: the real tables, in memory.

import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import type { Epoch } from '@holdfast/protocol/ids.ts';
import type { AccountId } from '../../accounts/account-store.ts';
import { createChangeLog } from '../../accounts/change-log.ts';
import { addRowFunctions } from '../../accounts/change-log-schema.ts';
import { ACCOUNT_TABLES } from '../../accounts/database.ts';
import type { Handle } from '../../accounts/handle.ts';
import { addSealFunctions } from '../../accounts/sealed-columns.ts';
import { PLAIN_VALUES } from '../../at-rest/plain-values.fixture.ts';
import type { SignInResult } from '../../accounts/account-results.ts';
import { addPasskey, passkeySignIn } from '../../cell/account-calls.ts';
import type { CellCalls } from '../../cell/cell-client.ts';
import { heldFor, judgeComment, settleComment } from '../../comments/creator-calls.ts';
import {
  appealNotice,
  caseAudit,
  cases,
  caseStates,
  moderate,
  openCase,
  rolesOf,
} from '../../moderation/case-calls.ts';
import type { Role } from '../../moderation/roles-file.ts';
import { ID_PREFIXES } from '../../people/kinds.ts';
import { ownAmong, ownWritings, write } from '../../people/own-writings.ts';
import { createPublished } from '../../people/published.ts';
import { createWritings } from '../../people/writings.ts';

type Owner = Readonly<{ account: string; handle: string }>;
type Name =
  | 'writings'
  | 'ownAmong'
  | 'write'
  | 'published'
  | 'addPasskey'
  | 'passkeySignIn'
  | 'judgeComment'
  | 'heldFor'
  | 'settleComment'
  | 'rolesOf'
  | 'openCase'
  | 'caseStates'
  | 'cases'
  | 'moderate'
  | 'appealNotice'
  | 'caseAudit';
type Calls = {
  [One in Name]: (
    ask: CellCalls[One]['ask'],
  ) => CellCalls[One]['reply'] | Promise<CellCalls[One]['reply']>;
};
/** Who of the people of a fake cell are moderators, by account. */
export type FakeModerators = Set<string>;

export function fakePeople(
  nowMs: () => number,
  ownerOf: (token: string) => Owner | undefined,
  enter: (account: string) => CellCalls['passkeySignIn']['reply'],
  moderators: FakeModerators,
): Calls {
  const db = new DatabaseSync(':memory:');
  addRowFunctions(db);
  addSealFunctions(db, PLAIN_VALUES);
  db.exec(ACCOUNT_TABLES);
  const { head } = createChangeLog(db);
  const writings = createWritings(db, {
    nowMs,
    newId: (kind) => `${ID_PREFIXES[kind]}_${randomBytes(8).toString('hex')}`,
  });
  const handles = new Map<string, string>();
  const authorOf = (account: string) => {
    const handle = handles.get(account);
    return handle === undefined ? undefined : { handle, sinceMs: nowMs() };
  };
  const published = createPublished(db, head, authorOf);
  const session: Parameters<typeof write>[0]['session'] = (token) => {
    const owner = ownerOf(token);
    if (owner === undefined) return { kind: 'no-session' };
    handles.set(owner.account, owner.handle);
    const accountId = owner.account as AccountId;
    const handle = owner.handle as Handle;
    return { kind: 'signed-in', accountId, handle, expiresAtMs: 0, renewed: false };
  };
  const epoch = 1 as Epoch;
  const accounts = { session, writings, authorOf };
  const roles = {
    of: (account: string): readonly Role[] => (moderators.has(account) ? ['moderator'] : []),
  };
  const context = { accounts, roles, nowMs };
  return {
    judgeComment: (ask) => judgeComment(accounts, ask),
    heldFor: (ask) => heldFor(accounts, ask),
    settleComment: (ask) => settleComment(accounts, ask),
    rolesOf: (ask) => rolesOf(context, ask),
    openCase: (ask) => openCase(context, ask),
    caseStates: (ask) => caseStates(context, ask),
    cases: (ask) => cases(context, ask),
    moderate: (ask) => moderate(context, ask),
    appealNotice: (ask) => appealNotice(context, ask),
    caseAudit: (ask) => caseAudit(context, ask),
    writings: (ask) => ownWritings({ session, writings }, ask),
    ownAmong: (ask) => ownAmong({ session, writings }, ask),
    write: (ask) => write({ session, writings }, ask),
    addPasskey: (ask) => addPasskey({ session, writings }, ask),
    passkeySignIn: async (ask) => {
      // Whose session it is is decided after all that is checked of the passkey.
      let entered: CellCalls['passkeySignIn']['reply'] = { kind: 'wrong-credentials' };
      const signInProven = (account: string): SignInResult => {
        entered = enter(account);
        return { kind: 'wrong-credentials' };
      };
      const passkeyRefusal = () => undefined;
      await passkeySignIn({ passkeyRefusal, signInProven, writings }, ask, nowMs());
      return entered;
    },
    published: ({ after }) => {
      const found = published(after);
      if (found.kind === 'anew') return { kind: 'anew', epoch };
      const { through, head: newest, rows } = found;
      return { kind: 'published', epoch, through, head: newest, atMs: nowMs(), rows };
    },
  };
}
