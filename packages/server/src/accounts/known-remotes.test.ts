import { describe, expect, test } from 'vitest';
import type { AccountId } from './account-store.ts';
import { createKnownRemotes } from './known-remotes.ts';
import { remoteOf } from './remote.ts';

// Ids are made by the store alone; here any will do.
const idOf = (text: string): AccountId => text as AccountId;
const ann = idOf('ann');
const addresses = Array.from({ length: 7 }, (_, n) => remoteOf(`203.0.113.${n}`));
const [home = remoteOf(''), work = remoteOf('')] = addresses;

describe('known addresses of accounts', () => {
  test('AC22: an address is known after a sign-in, for that account alone', () => {
    const known = createKnownRemotes({ accountsMax: 10 });
    known.signedIn(ann, home);
    expect(known.failures(ann, home)).toMatchObject({ count: 0 });
    expect(known.failures(ann, work)).toBeUndefined();
    expect(known.failures(idOf('bob'), home)).toBeUndefined();
  });

  test('AC22: each known address counts its own failures, and a sign-in forgets them', () => {
    const known = createKnownRemotes({ accountsMax: 10 });
    known.signedIn(ann, home);
    known.signedIn(ann, work);
    known.countFailure(ann, home, 1_000);
    known.countFailure(ann, home, 2_000);
    expect(known.failures(ann, home)).toEqual({ count: 2, lastAtMs: 2_000 });
    expect(known.failures(ann, work)).toMatchObject({ count: 0 });
    known.signedIn(ann, home);
    expect(known.failures(ann, home)).toMatchObject({ count: 0 });
  });

  test('AC22: a failure does not make an address known', () => {
    const known = createKnownRemotes({ accountsMax: 10 });
    known.countFailure(ann, home, 1_000);
    expect(known.failures(ann, home)).toBeUndefined();
  });

  test('AC26: an account has five known addresses, the latest', () => {
    const known = createKnownRemotes({ accountsMax: 10 });
    for (const address of addresses) known.signedIn(ann, address);
    const isKnown = addresses.map((address) => known.failures(ann, address) !== undefined);
    expect(isKnown).toEqual([false, false, true, true, true, true, true]);
  });

  test('AC26: the account that signed in longest ago goes first', () => {
    const known = createKnownRemotes({ accountsMax: 2 });
    for (const name of ['ann', 'bob', 'ann', 'cid']) known.signedIn(idOf(name), home);
    expect(known.failures(idOf('bob'), home)).toBeUndefined();
    expect(known.failures(idOf('ann'), home)).toBeDefined();
  });

  test('AC35: a deleted account has no known address', () => {
    const known = createKnownRemotes({ accountsMax: 10 });
    known.signedIn(ann, home);
    known.forget(ann);
    expect(known.failures(ann, home)).toBeUndefined();
  });
});
