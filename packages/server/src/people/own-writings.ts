// What a person reads and writes of their own, as calls of their cell. Synchronous.
//
// Rules: docs/spec/people.md (PE4, PE7).

import type { Accounts } from '../accounts/accounts.ts';
import type { CellCalls } from '../cell/cell-client.ts';
import type { AnyWriting } from './kinds.ts';
import { ruleOf } from './kinds.ts';
import { edgeOf, pageOf } from './page-edge.ts';
import type { Put } from './writings.ts';

type Calls = CellCalls;
type OwnAccounts = Pick<Accounts, 'session' | 'writings'>;

/** Answers with writings of whoever has the token, and of nobody else. */
export function ownWritings(
  accounts: OwnAccounts,
  { token, find }: Calls['writings']['ask'],
): Calls['writings']['reply'] {
  const session = accounts.session(token);
  if (session.kind === 'no-session') return { kind: 'nobody' };
  const { accountId } = session;
  const { writings } = accounts;
  const one = (writing: AnyWriting | undefined): Calls['writings']['reply'] => {
    const isOwn = writing?.account === accountId;
    return { kind: 'writings', items: isOwn ? [writing] : [], next: undefined };
  };
  if (find.by === 'id') return one(writings.get(find.id));
  if (find.by === 'target') return one(writings.find(accountId, find.of, find.target));
  const before = edgeOf(find.before);
  const { itemsMax } = find;
  // One more than is asked for, to know whether there is more.
  const found = writings.of(accountId, find.of, { before, itemsMax: itemsMax + 1 });
  return { kind: 'writings', ...pageOf(found, itemsMax) };
}

/** Tells about which targets whoever has the token has a writing of a kind. */
export function ownAmong(
  accounts: OwnAccounts,
  { token, of, targets }: Calls['ownAmong']['ask'],
): Calls['ownAmong']['reply'] {
  const session = accounts.session(token);
  if (session.kind === 'no-session') return { kind: 'nobody' };
  const { accountId } = session;
  const found = targets.map((target) => {
    return accounts.writings.find(accountId, of, target) !== undefined;
  });
  return { kind: 'among', found };
}

/** Changes writings of whoever has the token. */
export function write(
  accounts: OwnAccounts,
  { token, puts, removes }: Calls['write']['ask'],
): Calls['write']['reply'] {
  const session = accounts.session(token);
  if (session.kind === 'no-session') return { kind: 'nobody' };
  const account = session.accountId;
  if (puts.some(({ kind }) => ruleOf(kind).writtenBy !== 'person')) return { kind: 'conflict' };
  return accounts.writings.change({
    // The pairing of kind and body is that of what was asked.
    puts: puts.map((put) => ({ ...put, account }) as Put),
    removes: removes.map((id) => ({ id, account })),
  });
}
