// The page's own file: what was seen, minutes, hours, incidents, places and subscribers.
//
// Rules: docs/spec/status.md (ST25 to ST28). Raw results stay 7 days, minutes 90 days, hours and
// incidents for ever. Nothing of the platform's own data is here, so this file cannot share its fate.

import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { DatabaseSync } from 'node:sqlite';
import { transaction } from '@holdfast/engine/sqlite/transaction.ts';
import { openOwnDatabase } from '../../sqlite/open-own-database.ts';
import type { Unfit } from '../../sqlite/open-own-database.ts';
import type { Incident } from '../rules/incident.ts';
import type { Maintenance, Order, Override } from '../rules/orders.ts';
import type { Report } from '../rules/observation.ts';
import { readTallies, writeTallies } from '../rules/tally.ts';
import type { Tallies } from '../rules/tally.ts';

export const RAW_DAYS = 7;
export const MINUTES_DAYS = 90;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const BUSY_MS = 2_000;
const APPLICATION_ID = 0x48_46_53_50;
/** Rows that one clean-up removes, so that it never holds the page up. */
const PRUNE_ROWS_MAX = 2_000;

const SCHEMA = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE raw (
    id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, place TEXT NOT NULL, body BLOB NOT NULL
  ) STRICT;
  CREATE INDEX raw_by_time ON raw (at_ms);
  CREATE TABLE minutes (minute INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
  CREATE TABLE hours (hour INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
  CREATE TABLE days (day INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
  CREATE TABLE incidents (
    id TEXT PRIMARY KEY, opened_at_ms INTEGER NOT NULL, is_open INTEGER NOT NULL, body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX incidents_by_time ON incidents (opened_at_ms);
  CREATE TABLE overrides (name TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE override_log (
    id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, by TEXT NOT NULL, what TEXT NOT NULL
  ) STRICT;
  CREATE TABLE maintenances (
    id TEXT PRIMARY KEY, from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, body TEXT NOT NULL
  ) STRICT;
  CREATE TABLE places (
    name TEXT PRIMARY KEY, public_key TEXT NOT NULL, added_at_ms INTEGER NOT NULL, last_n INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE orders (
    id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, by TEXT NOT NULL, body TEXT NOT NULL, result TEXT
  ) STRICT;
  CREATE INDEX orders_to_do ON orders (id) WHERE result IS NULL;
  CREATE TABLE subscribers (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, target TEXT NOT NULL, token TEXT NOT NULL,
    secret TEXT NOT NULL, made_at_ms INTEGER NOT NULL, confirmed INTEGER NOT NULL,
    failures INTEGER NOT NULL, UNIQUE (kind, target)
  ) STRICT;
  CREATE INDEX subscribers_by_token ON subscribers (token);
  CREATE TABLE events (
    id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, body TEXT NOT NULL, reached INTEGER NOT NULL,
    is_done INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX events_to_do ON events (id) WHERE is_done = 0;
`;

/** The file cannot be read or written; what the page knows in memory is not on disk. */
export class StatusStoreError extends Error {
  override readonly name = 'StatusStoreError';
  readonly code = 'status-store';
  /** Trying again may help: a full disk can be emptied. */
  readonly retryable: boolean;

  constructor(message: string, retryable: boolean, cause?: unknown) {
    super(message, { cause });
    this.retryable = retryable;
  }
}

export type KnownPlace = Readonly<{
  name: string;
  publicKey: string;
  addedAtMs: number;
  lastN: number;
}>;
export type KeptOrder = Readonly<{ id: number; atMs: number; by: string; order: Order }>;
export type OverrideEntry = Readonly<{ atMs: number; by: string; what: string }>;

/** The file: every call is done on disk when it returns, and throws `StatusStoreError`. */
export type StatusStore = ReturnType<typeof resultTables> &
  ReturnType<typeof metaTable> &
  ReturnType<typeof incidentTables> &
  ReturnType<typeof placeTables> &
  Readonly<{
    db: DatabaseSync;
    /** Runs several writes as one: all or none are on disk on return. */
    together: <Value>(write: () => Value) => Value;
    close: () => void;
  }>;

const UNFIT: Readonly<Record<Unfit, string>> = {
  'foreign-file': 'status.db is a file of another program and was left as it is',
  'newer-version': 'status.db was written by a newer Holdfast and was left as it is',
  'unsafe-settings': 'status.db does not take the settings that keep it safe',
};

/** Opens the file, and makes it where there is none. Throws `StatusStoreError`. */
export function openStatusStore(file: string): StatusStore {
  const db = guarded(() =>
    openOwnDatabase({
      file,
      applicationId: APPLICATION_ID,
      schema: SCHEMA,
      busyTimeoutMs: BUSY_MS,
      unfit: (why) => new StatusStoreError(UNFIT[why], false),
    }),
  );
  return {
    db,
    ...resultTables(db),
    ...metaTable(db),
    ...incidentTables(db),
    ...placeTables(db),
    together: <Value>(write: () => Value): Value => guarded(() => transaction(db, write)),
    close: (): void => {
      if (db.isOpen) db.close();
    },
  };
}

/** Errors of SQLite as ours. */
export function guarded<Value>(work: () => Value): Value {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof StatusStoreError) throw cause;
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new StatusStoreError(`the file of the status page: ${words}`, true, cause);
  }
}

// Texts and numbers below come out of columns that are STRICT and were written by this file.
const textOf = (value: unknown): string => value as string;
const numberOf = (value: unknown): number => value as number;
const parsed = <Value>(value: unknown): Value => JSON.parse(textOf(value)) as Value;

type Rows = readonly Readonly<Record<string, unknown>>[];

function talliesIn(rows: Rows, name: string): ReadonlyMap<number, Tallies> {
  return new Map(rows.map((row) => [numberOf(row[name]), readTallies(textOf(row['body']))]));
}

function resultTables(db: DatabaseSync) {
  const addRaw = db.prepare('INSERT INTO raw (at_ms, place, body) VALUES (?, ?, ?)');
  const rawBetween = db.prepare(
    'SELECT body FROM raw WHERE at_ms >= ? AND at_ms < ? ORDER BY id LIMIT ?',
  );
  const putMinute = db.prepare('INSERT OR REPLACE INTO minutes VALUES (?, ?)');
  const putHour = db.prepare('INSERT OR REPLACE INTO hours VALUES (?, ?)');
  const putDay = db.prepare('INSERT OR REPLACE INTO days VALUES (?, ?)');
  const daysFrom = db.prepare('SELECT day, body FROM days WHERE day >= ? ORDER BY day');
  const minutesFrom = db.prepare(
    'SELECT minute, body FROM minutes WHERE minute >= ? ORDER BY minute',
  );
  const hoursFrom = db.prepare('SELECT hour, body FROM hours WHERE hour >= ? ORDER BY hour');
  const pruneRaw = db.prepare(
    'DELETE FROM raw WHERE id IN (SELECT id FROM raw WHERE at_ms < ? ORDER BY at_ms LIMIT ?)',
  );
  const pruneMinutes = db.prepare(
    'DELETE FROM minutes WHERE minute IN (SELECT minute FROM minutes WHERE minute < ? LIMIT ?)',
  );
  return {
    addRaw: (atMs: number, report: Report): void => {
      guarded(() => addRaw.run(atMs, report.place, deflateRawSync(JSON.stringify(report))));
    },
    rawBetween: (fromMs: number, untilMs: number, rowsMax: number): readonly Report[] =>
      guarded(() => rawBetween.all(fromMs, untilMs, rowsMax)).map(({ body }) =>
        // Written by `addRaw` from a checked report.
        parsed<Report>(inflateRawSync(body as Uint8Array).toString()),
      ),
    putMinute: (minute: number, tallies: Tallies): void => {
      guarded(() => putMinute.run(minute, deflateRawSync(writeTallies(tallies))));
    },
    putHour: (hour: number, tallies: Tallies): void => {
      guarded(() => putHour.run(hour, writeTallies(tallies)));
    },
    /** Hours added up once their day is over, so that a page opens fast on a long history. */
    putDay: (day: number, tallies: Tallies): void => {
      guarded(() => putDay.run(day, writeTallies(tallies)));
    },
    daysFrom: (day: number): ReadonlyMap<number, Tallies> =>
      guarded(() => talliesIn(daysFrom.all(day), 'day')),
    minutesFrom: (minute: number): ReadonlyMap<number, Tallies> =>
      guarded(
        () =>
          new Map(
            minutesFrom
              .all(minute)
              .map((row) => [
                numberOf(row['minute']),
                readTallies(inflateRawSync(row['body'] as Uint8Array).toString()),
              ]),
          ),
      ),
    hoursFrom: (hour: number): ReadonlyMap<number, Tallies> =>
      guarded(() => talliesIn(hoursFrom.all(hour), 'hour')),
    /** ST25: removes what is older than it is kept; a little each time. */
    prune: (nowMs: number): void => {
      guarded(() => {
        pruneRaw.run(nowMs - RAW_DAYS * DAY_MS, PRUNE_ROWS_MAX);
        pruneMinutes.run(Math.floor((nowMs - MINUTES_DAYS * DAY_MS) / MINUTE_MS), PRUNE_ROWS_MAX);
      });
    },
  };
}

function metaTable(db: DatabaseSync) {
  const getMeta = db.prepare('SELECT value FROM meta WHERE name = ?');
  const putMeta = db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)');
  return {
    meta: (name: string): string | undefined => {
      const row = guarded(() => getMeta.get(name));
      return row === undefined ? undefined : textOf(row['value']);
    },
    putMeta: (name: string, value: string): void => {
      guarded(() => putMeta.run(name, value));
    },
  };
}

function incidentTables(db: DatabaseSync) {
  const put = db.prepare('INSERT OR REPLACE INTO incidents VALUES (?, ?, ?, ?)');
  const open = db.prepare('SELECT body FROM incidents WHERE is_open = 1 ORDER BY opened_at_ms');
  const one = db.prepare('SELECT body FROM incidents WHERE id = ?');
  const newest = db.prepare('SELECT body FROM incidents ORDER BY opened_at_ms DESC LIMIT ?');
  const putOverride = db.prepare('INSERT OR REPLACE INTO overrides VALUES (?, ?)');
  const liftOverride = db.prepare('DELETE FROM overrides WHERE name = ?');
  const overrides = db.prepare('SELECT body FROM overrides ORDER BY name');
  const log = db.prepare('INSERT INTO override_log (at_ms, by, what) VALUES (?, ?, ?)');
  const logged = db.prepare('SELECT at_ms, by, what FROM override_log ORDER BY id DESC LIMIT ?');
  const logSize = db.prepare('SELECT count(*) AS entries FROM override_log');
  const putPlan = db.prepare('INSERT OR REPLACE INTO maintenances VALUES (?, ?, ?, ?)');
  const plansFrom = db.prepare(
    'SELECT body FROM maintenances WHERE until_ms >= ? ORDER BY from_ms',
  );
  /** Read again only when one has changed: with their evidence they are most of what a page costs. */
  let held: Readonly<{ rowsMax: number; incidents: readonly Incident[] }> | undefined;
  const bodies = <Value>(rows: readonly Readonly<Record<string, unknown>>[]): readonly Value[] =>
    rows.map(({ body }) => parsed<Value>(body));
  return {
    putIncident: (incident: Incident, isOpen: boolean): void => {
      guarded(() =>
        put.run(incident.id, incident.openedAtMs, Number(isOpen), JSON.stringify(incident)),
      );
      held = undefined;
    },
    openIncidents: (): readonly Incident[] => guarded(() => bodies<Incident>(open.all())),
    incident: (id: string): Incident | undefined => {
      const row = guarded(() => one.get(id));
      return row === undefined ? undefined : parsed<Incident>(row['body']);
    },
    /** Newest first; the same list until one of them changes. */
    incidents: (rowsMax: number): readonly Incident[] => {
      if (held?.rowsMax !== rowsMax) {
        held = { rowsMax, incidents: guarded(() => bodies<Incident>(newest.all(rowsMax))) };
      }
      return held.incidents;
    },
    putOverride: (override: Override): void => {
      const { cell, component } = override;
      guarded(() => putOverride.run(`${cell}/${component}`, JSON.stringify(override)));
    },
    liftOverride: (name: string): void => {
      guarded(() => liftOverride.run(name));
    },
    overrides: (): readonly Override[] => guarded(() => bodies<Override>(overrides.all())),
    /** ST21: each override is recorded for ever. */
    logOverride: (atMs: number, by: string, what: string): void => {
      guarded(() => log.run(atMs, by, what));
    },
    overrideLog: (rowsMax: number): readonly OverrideEntry[] =>
      guarded(() => logged.all(rowsMax)).map((row) => ({
        atMs: numberOf(row['at_ms']),
        by: textOf(row['by']),
        what: textOf(row['what']),
      })),
    overridesMade: (): number => numberOf(guarded(() => logSize.get())?.['entries']),
    putMaintenance: (plan: Maintenance): void => {
      guarded(() => putPlan.run(plan.id, plan.fromMs, plan.untilMs, JSON.stringify(plan)));
    },
    maintenancesFrom: (untilMs: number): readonly Maintenance[] =>
      guarded(() => bodies<Maintenance>(plansFrom.all(untilMs))),
  };
}

function placeTables(db: DatabaseSync) {
  const put = db.prepare(
    `INSERT INTO places VALUES (?, ?, ?, 0)
     ON CONFLICT (name) DO UPDATE SET public_key = excluded.public_key, last_n = 0`,
  );
  const remove = db.prepare('DELETE FROM places WHERE name = ?');
  const all = db.prepare('SELECT * FROM places ORDER BY name');
  const one = db.prepare('SELECT * FROM places WHERE name = ?');
  const heard = db.prepare('UPDATE places SET last_n = ? WHERE name = ?');
  const give = db.prepare('INSERT INTO orders (at_ms, by, body) VALUES (?, ?, ?)');
  const toDo = db.prepare('SELECT * FROM orders WHERE result IS NULL ORDER BY id LIMIT 100');
  const done = db.prepare('UPDATE orders SET result = ? WHERE id = ?');
  const resultOf = db.prepare('SELECT result FROM orders WHERE id = ?');
  const placeOf = (row: Readonly<Record<string, unknown>>): KnownPlace => ({
    name: textOf(row['name']),
    publicKey: textOf(row['public_key']),
    addedAtMs: numberOf(row['added_at_ms']),
    lastN: numberOf(row['last_n']),
  });
  return {
    putPlace: (name: string, publicKey: string, nowMs: number): void => {
      guarded(() => put.run(name, publicKey, nowMs));
    },
    removePlace: (name: string): boolean => guarded(() => remove.run(name)).changes > 0,
    places: (): readonly KnownPlace[] => guarded(() => all.all()).map(placeOf),
    place: (name: string): KnownPlace | undefined => {
      const row = guarded(() => one.get(name));
      return row === undefined ? undefined : placeOf(row);
    },
    heardFrom: (name: string, n: number): void => {
      guarded(() => heard.run(n, name));
    },
    /** Leaves an order for the page; returns its number. Durable on return. */
    giveOrder: (atMs: number, by: string, order: Order): number =>
      Number(guarded(() => give.run(atMs, by, JSON.stringify(order))).lastInsertRowid),
    ordersToDo: (): readonly KeptOrder[] =>
      guarded(() => toDo.all()).map((row) => ({
        id: numberOf(row['id']),
        atMs: numberOf(row['at_ms']),
        by: textOf(row['by']),
        order: parsed<Order>(row['body']),
      })),
    orderDone: (id: number, result: string): void => {
      guarded(() => done.run(result, id));
    },
    orderResult: (id: number): string | undefined => {
      const value = guarded(() => resultOf.get(id))?.['result'];
      return typeof value === 'string' ? value : undefined;
    },
  };
}

export { DAY_MS, HOUR_MS, MINUTE_MS };
