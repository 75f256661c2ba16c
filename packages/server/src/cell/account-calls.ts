// The calls about an account itself: signing up and in, its password, passkeys and sign-ins. What
// the account store says, in the words of the port.
//
// Rules: docs/spec/accounts.md.

import type { PasswordFault, SignInResult, SignUpResult } from '../accounts/account-results.ts';
import type { TryLater } from '../accounts/account-results.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { HandleFault } from '../accounts/handle.ts';
import { credentialName, newPasskeyOf, usedPasskey } from '../passkeys/passkey.ts';
import type { AccountRefusal, CellCalls, SignedIn } from './cell-client.ts';

type Calls = CellCalls;
type Answered<Name extends keyof Calls> = Promise<Calls[Name]['reply']>;

const NOBODY = { kind: 'nobody' } as const;
const WRONG = { kind: 'wrong-credentials' } as const;

export async function signUp(accounts: Accounts, ask: Calls['signUp']['ask']): Answered<'signUp'> {
  const result = await accounts.signUp(ask);
  switch (result.kind) {
    case 'signed-up':
      return signedIn(result);
    case 'handle-taken':
      return { kind: 'handle-taken' };
    case 'handle-invalid':
      return { kind: 'handle-refused', detail: HANDLE_FAULT[result.reason] };
    default:
      return refusalOf(result);
  }
}

export async function signIn(accounts: Accounts, ask: Calls['signIn']['ask']): Answered<'signIn'> {
  return signInReply(await accounts.signIn(ask));
}

export async function changePassword(
  accounts: Accounts,
  ask: Calls['changePassword']['ask'],
): Answered<'changePassword'> {
  const result = await accounts.changePassword(ask);
  switch (result.kind) {
    case 'changed':
      return { kind: 'password-changed', signInsEnded: result.sessionsEnded };
    case 'no-session':
      return NOBODY;
    case 'wrong-credentials':
      return WRONG;
    default:
      return refusalOf(result);
  }
}

export async function addPasskey(
  accounts: Pick<Accounts, 'session' | 'writings'>,
  { token, answer, name, ...asked }: Calls['addPasskey']['ask'],
): Answered<'addPasskey'> {
  const session = accounts.session(token);
  if (session.kind === 'no-session') return NOBODY;
  const passkey = await newPasskeyOf(answer, asked);
  if (passkey === undefined) return { kind: 'passkey-refused' };
  const { accountId: account } = session;
  const target = credentialName(passkey.credential);
  const body = { ...passkey, name, lastUsedAtMs: null };
  // A credential that is there already keeps its key, whoever says otherwise.
  const puts = [{ kind: 'passkey', account, target, body, expected: null }] as const;
  // The session may have ended while the answer was looked at.
  if (accounts.session(token).kind === 'no-session') return NOBODY;
  const written = accounts.writings.change({ puts });
  if (written.kind === 'too-many') return { kind: 'too-many-passkeys', itemsMax: written.itemsMax };
  const [added] = written.kind === 'written' ? written.items : [];
  if (added?.kind !== 'passkey') return { kind: 'passkey-refused' };
  return { kind: 'passkey-added', passkey: added };
}

export async function passkeySignIn(
  accounts: Pick<Accounts, 'passkeyRefusal' | 'signInProven' | 'writings'>,
  { account, credential, answer, remote, ...asked }: Calls['passkeySignIn']['ask'],
  nowMs: number,
): Answered<'passkeySignIn'> {
  const later = accounts.passkeyRefusal(remote);
  if (later !== undefined) return refusalOf(later);
  const passkey = accounts.writings.find(account, 'passkey', credentialName(credential));
  if (passkey === undefined) return WRONG;
  const counter = await usedPasskey(answer, asked, passkey.body);
  if (counter === undefined) return WRONG;
  const { id, target, updatedAtMs: expected } = passkey;
  const body = { ...passkey.body, counter, lastUsedAtMs: nowMs };
  // It may have been removed, or used elsewhere, while the answer was looked at.
  const puts = [{ kind: 'passkey', id, account, target, body, expected }] as const;
  if (accounts.writings.change({ puts }).kind !== 'written') return WRONG;
  return signInReply(accounts.signInProven(account, remote));
}

export function signIns(
  accounts: Accounts,
  { token }: Calls['signIns']['ask'],
): Calls['signIns']['reply'] {
  const items = accounts.sessions(token);
  return items === undefined ? NOBODY : { kind: 'sign-ins', items };
}

export function exportAccount(
  accounts: Accounts,
  { token }: Calls['exportAccount']['ask'],
): Calls['exportAccount']['reply'] {
  const session = accounts.session(token);
  if (session.kind === 'no-session') return NOBODY;
  const found = accounts.exportOf(session.accountId);
  if (found.kind === 'unknown') return NOBODY;
  const { accountId: account, handle, createdAtMs, failedSignIns } = found;
  return { kind: 'account-export', account, handle, createdAtMs, failedSignIns };
}

export function endSignIn(
  accounts: Accounts,
  { token, id }: Calls['endSignIn']['ask'],
): Calls['endSignIn']['reply'] {
  const { kind } = accounts.endSession(token, id);
  return kind === 'no-session' ? NOBODY : { kind };
}

function signedIn(
  result: Extract<SignUpResult | SignInResult, { kind: 'signed-up' | 'signed-in' }>,
): SignedIn {
  const { accountId, handle, session } = result;
  const { token, expiresAtMs } = session;
  return { kind: 'signed-in', account: accountId, handle, token, expiresAtMs };
}

function signInReply(result: SignInResult): SignedIn | AccountRefusal {
  if (result.kind === 'signed-in') return signedIn(result);
  if (result.kind === 'wrong-credentials') return result;
  return refusalOf(result);
}

const HANDLE_FAULT: Readonly<Record<HandleFault, string>> = {
  length: 'A handle has 3 to 30 characters.',
  characters: 'A handle has the letters a to z, digits, dots and underscores only.',
  'first-character': 'A handle begins with a letter.',
  'last-character': 'A handle does not end with a dot.',
  reserved: 'This handle is kept for the platform itself. Choose another.',
};

function refusalOf(
  result: PasswordFault | TryLater,
): Extract<AccountRefusal, { kind: 'password-refused' | 'rate-limited' }> {
  switch (result.kind) {
    case 'password-too-short':
      return { kind: 'password-refused', detail: `Use at least ${result.charsMin} characters.` };
    case 'password-too-long':
      return { kind: 'password-refused', detail: `Use at most ${result.charsMax} characters.` };
    case 'password-too-common': {
      const detail = 'This password is easy to guess. Choose another.';
      return { kind: 'password-refused', detail };
    }
    case 'rate-limited':
    case 'busy':
      return { kind: 'rate-limited', retryAfterMs: result.retryAfterMs };
  }
}
