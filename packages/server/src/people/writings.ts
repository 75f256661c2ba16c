// The writings of a cell's people, and the tallies that are kept with them. Synchronous.
//
// Rules: docs/spec/people.md (PE2 to PE10).
//
// Why a tally is right: it moves in the transaction that writes what it counts, by the difference
// between what the writing counted in before and what it counts in now. Why nothing is lost: the
// rows are in `accounts.db`, whose triggers number every change and whose commits are synced.

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { fits } from '@holdfast/protocol/shape.ts';
import { transaction } from '@holdfast/engine/sqlite/transaction.ts';
import { AccountsError } from '../accounts/accounts-error.ts';
import { TALLY_NAME_PATTERN, WRITING_BYTES_MAX } from '../accounts/replicated-rows.ts';
import { createTallyHistories } from './tally-history.ts';
import type { TallyHistories, TallyHistory } from './tally-history.ts';
import { followersTally } from './tally-names.ts';
import { isKind, KINDS, ruleOf } from './kinds.ts';
import type { AnyWriting, Bodies, Kind, WritingOf } from './kinds.ts';

/** Writings that one change may put or remove. */
export const CHANGE_ITEMS_MAX = 50;
/** Writings in one answer. */
export const WRITINGS_PAGE_MAX = 200;

/** A writing to be put; its kind says what its body is. */
export type Put = {
  [Name in Kind]: Readonly<{
    kind: Name;
    account: string;
    target: string;
    body: Bodies[Name];
    /** Absent: a new one, or the one about its target where a kind has one for each. */
    id?: string | undefined;
    /** Only when the one that is there is of this version; `null`: only when there is none. */
    expected?: number | null | undefined;
  }>;
}[Kind];

/** A put of whoever asks for it. */
export type OwnPut = { [Name in Kind]: Omit<Extract<Put, { kind: Name }>, 'account'> }[Kind];

export type Remove = Readonly<{ id: string; account: string }>;

export type Change = Readonly<{ puts?: readonly Put[]; removes?: readonly Remove[] }>;

export type Written = Readonly<
  | { kind: 'written'; items: readonly AnyWriting[] }
  /** Another change came first, or the id is somebody else's; nothing was changed. */
  | { kind: 'conflict' }
  /** There are as many as there may be; nothing was changed. */
  | { kind: 'too-many'; of: Kind; itemsMax: number }
>;

/** From which writing on, and how many; newest first. */
export type Page = Readonly<{ before?: PageEdge | undefined; itemsMax: number }>;
export type PageEdge = Readonly<{ createdAtMs: number; id: string }>;

/** Whatever changes something is durable on return. */
export type Writings = Readonly<{
  get: (id: string) => AnyWriting | undefined;
  /** An account's one writing of a kind about a target; the newest where there are more. */
  find: <Name extends Kind>(
    account: string,
    kind: Name,
    target: string,
  ) => WritingOf<Name> | undefined;
  /** An account's writings of a kind. */
  of: <Name extends Kind>(account: string, kind: Name, page: Page) => readonly WritingOf<Name>[];
  /** Everybody's writings of a kind about a target. */
  about: <Name extends Kind>(kind: Name, target: string, page: Page) => readonly WritingOf<Name>[];
  /** Everybody's writings of a kind. */
  all: <Name extends Kind>(kind: Name, page: Page) => readonly WritingOf<Name>[];
  /** All of it or nothing, with its tallies. */
  change: (change: Change) => Written;
  tally: (name: string) => number;
  /** What a tally was since a time. */
  history: (tally: string, fromMs: number) => TallyHistory;
  /** All that an account wrote, and what counts it; a part of the caller's transaction. */
  removeAllOf: (account: string) => void;
}>;

export type WritingsParts = Readonly<{
  nowMs: () => number;
  /** A new id for a writing of a kind. */
  newId: (kind: Kind) => string;
}>;

export function createWritings(db: DatabaseSync, parts: WritingsParts): Writings {
  const sql = prepareStatements(db);
  const histories = createTallyHistories(db);

  const get = (id: string): AnyWriting | undefined => writingOf(sql.get.get(id));

  const find: Writings['find'] = (account, kind, target) =>
    // Asked by kind.
    writingOf(sql.find.get(account, kind, target)) as never;

  const count = tallyMover(sql, histories, parts.nowMs);

  const remove = (writing: AnyWriting): void => {
    sql.remove.run(writing.id);
    count(tallyOf(writing), -1);
  };

  const add = (wanted: Put, json: string, nowMs: number): Written | AnyWriting => {
    const made = insert(sql, parts, wanted, json, nowMs);
    if ('id' in made) count(tallyOf(made), 1);
    return made;
  };

  const put = (wanted: Put): Written | AnyWriting => {
    const { kind, account, target, body, expected } = wanted;
    const rule = ruleOf(kind);
    const json = jsonOf(wanted);
    const known =
      (wanted.id === undefined ? undefined : get(wanted.id)) ??
      (rule.onePerTarget === true ? writingOf(sql.find.get(account, kind, target)) : undefined);
    if (known !== undefined && (known.account !== account || known.kind !== kind)) {
      return { kind: 'conflict' };
    }
    const version = known?.updatedAtMs ?? null;
    if (expected !== undefined && expected !== version) return { kind: 'conflict' };
    const nowMs = parts.nowMs();
    if (known === undefined) return add(wanted, json, nowMs);
    const updatedAtMs = Math.max(nowMs, known.updatedAtMs + 1);
    sql.update.run(known.id, target, json, updatedAtMs);
    const changed = { ...known, target, body, updatedAtMs } as AnyWriting;
    const [before, after] = [tallyOf(known), tallyOf(changed)];
    if (before !== after) {
      count(before, -1);
      count(after, 1);
    }
    return changed;
  };

  const changeAll = ({ puts = [], removes = [] }: Change): Written =>
    allOrNothing(db, () => {
      for (const { id, account } of removes) {
        const known = get(id);
        if (known === undefined) continue;
        if (known.account !== account) throw new Refused({ kind: 'conflict' });
        remove(known);
      }
      const items = puts.map((wanted) => {
        const done = put(wanted);
        if ('id' in done) return done;
        throw new Refused(done);
      });
      return { kind: 'written', items };
    });

  return {
    get,
    find,
    ...lists(sql),
    tally: (name) => Number(sql.tally.get(name)?.['value'] ?? 0),
    history: (tally, fromMs) => histories.of(tally, fromMs, parts.nowMs()),
    change: changeAll,
    removeAllOf: (account) => removeAll(sql, histories, account, remove),
  };
}

type Statements = ReturnType<typeof prepareStatements>;

/** Moves a tally and its history; a part of the caller's transaction. */
function tallyMover(
  sql: Statements,
  histories: TallyHistories,
  nowMs: () => number,
): (name: string | undefined, by: 1 | -1) => void {
  return (name, by) => {
    if (name === undefined) return;
    if (!TALLY_NAME_PATTERN.test(name)) throw new Error('a tally has a name that it may not have');
    const value = Number(sql.tally.get(name)?.['value'] ?? 0);
    sql.count.run(name, by);
    sql.dropZero.run(name);
    // A tally that did not fall has lost nothing (PE8).
    if (value + by >= 0) histories.note(name, by, nowMs());
  };
}

function removeAll(
  sql: Statements,
  histories: TallyHistories,
  account: string,
  remove: (writing: AnyWriting) => void,
): void {
  for (;;) {
    const some = sql.some.all(account, CHANGE_ITEMS_MAX).flatMap((row) => writingOf(row) ?? []);
    if (some.length === 0) break;
    for (const writing of some) remove(writing);
  }
  // What a newer version wrote, in a tally that is not known here.
  sql.removeRest.run(account);
  // Whom nobody can follow any more nobody follows.
  sql.removeAbout.run('follow', account);
  sql.dropTally.run(followersTally(account));
  histories.drop(followersTally(account));
}

function insert(
  sql: Statements,
  { newId }: WritingsParts,
  { kind, account, target, body, id: asked }: Put,
  json: string,
  nowMs: number,
): Written | AnyWriting {
  const { n } = sql.countOf.get(account, kind) ?? {};
  const itemsMax = ruleOf(kind).perAccountMax;
  if (Number(n) >= itemsMax) return { kind: 'too-many', of: kind, itemsMax };
  const id = asked ?? newId(kind);
  sql.insert.run(id, kind, account, target, json, nowMs, nowMs);
  // The pairing of kind and body is that of what was asked.
  return { id, kind, account, target, body, createdAtMs: nowMs, updatedAtMs: nowMs } as AnyWriting;
}

function lists(sql: Statements): Pick<Writings, 'of' | 'about' | 'all'> {
  const page = (rows: readonly Row[]): never =>
    // Each row is of the kind that was asked for.
    rows.flatMap((row) => writingOf(row) ?? []) as never;
  const edge = ({ before }: Page) => [before?.createdAtMs ?? LAST, before?.id ?? ''] as const;

  return {
    of: (account, kind, at) => page(sql.of.all(account, kind, ...edge(at), at.itemsMax)),
    about: (kind, target, at) => page(sql.about.all(kind, target, ...edge(at), at.itemsMax)),
    all: (kind, at) => page(sql.all.all(kind, ...edge(at), at.itemsMax)),
  };
}

/** One transaction, undone when something in it is refused. */
function allOrNothing(db: DatabaseSync, work: () => Written): Written {
  try {
    return transaction(db, work);
  } catch (cause) {
    if (cause instanceof Refused) return cause.why;
    throw cause;
  }
}

/** Undoes the transaction that it is thrown in. */
class Refused extends Error {
  readonly why: Written;
  constructor(why: Written) {
    super('a change was refused');
    this.why = why;
  }
}

/** The newest there can be. */
const LAST = Number.MAX_SAFE_INTEGER;

function tallyOf(writing: AnyWriting): string | undefined {
  return ruleOf(writing.kind).tally?.(writing);
}

function jsonOf({ kind, body }: Put): string {
  if (!fits(KINDS[kind].body, body)) throw new Error(`a ${kind} of another form was to be written`);
  const json = JSON.stringify(body);
  if (Buffer.byteLength(json) > WRITING_BYTES_MAX) throw new Error(`a ${kind} is too long`);
  return json;
}

function prepareStatements(db: DatabaseSync) {
  const writing = `SELECT id, kind, account_id, open_value('target', id, target) AS target,
    open_value('body', id, body) AS body, created_at_ms, updated_at_ms FROM writings`;
  // Newest first, from an edge on.
  const after = '(created_at_ms, id) < (?, ?) ORDER BY created_at_ms DESC, id DESC LIMIT ?';
  const byTarget = 'kind = ? AND target_index = index_value(?)';
  return {
    get: db.prepare(`${writing} WHERE id = ?`),
    find: db.prepare(
      `${writing} WHERE account_id = ? AND ${byTarget} ORDER BY created_at_ms DESC LIMIT 1`,
    ),
    of: db.prepare(`${writing} WHERE account_id = ? AND kind = ? AND ${after}`),
    about: db.prepare(`${writing} WHERE ${byTarget} AND ${after}`),
    all: db.prepare(`${writing} WHERE kind = ? AND ${after}`),
    some: db.prepare(`${writing} WHERE account_id = ? LIMIT ?`),
    countOf: db.prepare('SELECT count(*) AS n FROM writings WHERE account_id = ? AND kind = ?'),
    insert: db.prepare(
      `INSERT INTO writings (id, kind, account_id, target, target_index, body, created_at_ms,
         updated_at_ms)
       VALUES (?1, ?2, ?3, seal_value('target', ?1, ?4), index_value(?4),
         seal_value('body', ?1, ?5), ?6, ?7)`,
    ),
    update: db.prepare(
      `UPDATE writings SET target = seal_value('target', ?1, ?2), target_index = index_value(?2),
         body = seal_value('body', ?1, ?3), updated_at_ms = ?4 WHERE id = ?1`,
    ),
    remove: db.prepare('DELETE FROM writings WHERE id = ?'),
    removeAbout: db.prepare(`DELETE FROM writings WHERE ${byTarget}`),
    removeRest: db.prepare('DELETE FROM writings WHERE account_id = ?'),
    tally: db.prepare('SELECT value FROM tallies WHERE name = ?'),
    count: db.prepare(
      `INSERT INTO tallies (name, value) VALUES (?1, max(0, ?2))
       ON CONFLICT (name) DO UPDATE SET value = max(0, value + ?2)`,
    ),
    dropZero: db.prepare('DELETE FROM tallies WHERE name = ? AND value = 0'),
    dropTally: db.prepare('DELETE FROM tallies WHERE name = ?'),
  };
}

type Row = Record<string, SQLOutputValue>;

/** `undefined` also for a kind that a newer version wrote. */
export function writingOf(row: Row | undefined): AnyWriting | undefined {
  if (row === undefined || !isKind(row['kind'])) return undefined;
  const { kind } = row;
  const body: unknown = JSON.parse(textOf(row, 'body'));
  // Written by `jsonOf` alone, or taken from another party that did so.
  if (!fits(KINDS[kind].body, body)) throw new AccountsError('accounts-corrupt');
  return {
    id: textOf(row, 'id'),
    kind,
    account: textOf(row, 'account_id'),
    target: textOf(row, 'target'),
    body,
    createdAtMs: Number(row['created_at_ms']),
    updatedAtMs: Number(row['updated_at_ms']),
  } as AnyWriting;
}

function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new AccountsError('accounts-corrupt');
  return value;
}
