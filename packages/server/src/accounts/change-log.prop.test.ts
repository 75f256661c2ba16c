import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  accountOf,
  handleOf,
  idOf,
  openFile,
  rowsIn,
  START_MS,
  tokenOf,
} from './change-log.fixture.ts';
import type { AccountFile } from './change-log.fixture.ts';
import { movedHash, NO_ROWS_HASH } from './change-log-schema.ts';
import { REPLICATED_TABLES } from './replicated-rows.ts';
import type { AccountChanges } from './replicated-rows.ts';
import { plainOf } from './sealed-columns.ts';

const PEOPLE = 5;
const TOKENS = 12;
const DAY_MS = 86_400_000;

const person = fc.integer({ min: 1, max: PEOPLE });
const token = fc.integer({ min: 1, max: TOKENS });
const step = fc.oneof(
  fc.record({ kind: fc.constant('sign-up' as const), person, token }),
  fc.record({ kind: fc.constant('sign-in' as const), person, token }),
  fc.record({ kind: fc.constant('renew' as const), token, day: fc.integer({ min: 0, max: 60 }) }),
  fc.record({ kind: fc.constant('sign-out' as const), token }),
  fc.record({ kind: fc.constant('sign-out-all' as const), person }),
  fc.record({ kind: fc.constant('delete' as const), person }),
  fc.record({ kind: fc.constant('finish' as const), person }),
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

function take({ store, db }: AccountFile, one: Step): void {
  const isTaken = (n: number): boolean => store.sessionByToken(tokenOf(n)) !== undefined;
  switch (one.kind) {
    case 'sign-up':
      // A deleted account's id never comes again, in life as here.
      if (isTaken(one.token) || store.pendingDeletion(idOf(one.person)) !== undefined) return;
      if (store.accountByHandle(handleOf(one.person)) !== undefined) return;
      store.addAccount(accountOf(one.person), tokenOf(one.token));
      return;
    case 'sign-in':
      if (isTaken(one.token)) return;
      store.addSession(accountOf(one.person), tokenOf(one.token), START_MS, () => undefined);
      return;
    case 'renew':
      store.renewSession(tokenOf(one.token), START_MS + one.day * DAY_MS);
      return;
    case 'sign-out':
      store.endSession(tokenOf(one.token));
      return;
    case 'sign-out-all':
      store.endSessions(idOf(one.person));
      return;
    case 'delete':
      if (store.accountById(idOf(one.person)) !== undefined) {
        store.deleteAccount(accountOf(one.person));
      }
      return;
    case 'finish':
      db.prepare('DELETE FROM deletions WHERE account_id = ?').run(idOf(one.person));
  }
}

/** The hash of all rows, from nothing. */
function countedHash({ db }: AccountFile): string {
  let sum = NO_ROWS_HASH;
  for (const [table, replicated] of REPLICATED_TABLES.entries()) {
    const { name, key, others } = replicated;
    const columns = [key, ...others].map((column) => plainOf(replicated, column)).join(', ');
    for (const row of db.prepare(`SELECT ${columns} FROM ${name}`).all()) {
      sum = movedHash(sum, 1, [table, ...Object.values(row)]);
    }
  }
  return Buffer.from(sum).toString('hex');
}

test('AC44 AC46: what changed since a number is what differs, and the hash is that of all rows', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const file = openFile();
      try {
        for (const one of steps) {
          const before = rowsIn(file);
          const { changeNo } = file.log.head();
          take(file, one);
          const after = rowsIn(file);
          const names = [...new Set([...before.keys(), ...after.keys()])];
          const differing = names.filter((name) => before.get(name) !== after.get(name));
          const { rows, head } = file.log.changesAfter(changeNo);
          const present = rows.filter(({ kind }) => kind === 'row').length;
          expect(present).toBeGreaterThanOrEqual(
            differing.filter((name) => after.has(name)).length,
          );
          expect(rows.length).toBeGreaterThanOrEqual(differing.length);
          const numbers = rows.map((row) => row.changeNo);
          expect(numbers).toEqual([...new Set(numbers)].toSorted((left, right) => left - right));
          expect(numbers.every((no) => no > changeNo && no <= head.changeNo)).toBe(true);
          expect(head.rowsHash).toBe(countedHash(file));
        }
        expect(file.log.changesAfter(0).rows.filter(({ kind }) => kind === 'row').length).toBe(
          rowsIn(file).size,
        );
      } finally {
        file.close();
      }
    }),
    { numRuns: 40 },
  );
});

/** What may happen to the delivery that the owner makes after a change. */
const fate = fc.constantFrom('arrives', 'arrives', 'is lost', 'is repeated', 'is late');

test('AC47 AC48: a follower is equal to the owner whatever is lost, late or repeated', () => {
  const run = fc.array(fc.record({ step, fate }), { maxLength: 40 });
  fc.assert(
    fc.property(run, (turns) => {
      const [owner, follower] = [openFile(), openFile()];
      const sent: AccountChanges[] = [];
      const deliver = (changes: AccountChanges): void => {
        const took = follower.log.take(changes);
        expect(took).not.toBe('differs');
        const isNow = changes.head.changeNo === owner.log.head().changeNo;
        if (took === 'equal' && isNow) expect(rowsIn(follower)).toEqual(rowsIn(owner));
      };
      try {
        for (const turn of turns) {
          take(owner, turn.step);
          const changes = owner.log.changesAfter(follower.log.head().changeNo);
          sent.push(changes);
          if (turn.fate === 'arrives' || turn.fate === 'is repeated') deliver(changes);
          if (turn.fate === 'is repeated') deliver(changes);
          if (turn.fate === 'is late') for (const old of sent.slice(0, -1)) deliver(old);
        }
        deliver(owner.log.changesAfter(follower.log.head().changeNo));
        expect(rowsIn(follower)).toEqual(rowsIn(owner));
        expect(follower.log.head()).toEqual(owner.log.head());
        expect(follower.log.changesAfter(0)).toEqual(owner.log.changesAfter(0));
      } finally {
        owner.close();
        follower.close();
      }
    }),
    { numRuns: 40 },
  );
});
