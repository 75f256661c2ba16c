// Where the outbox lies: IndexedDB, shared by all tabs of a site.
//
// Writes are issued and committed in the call itself, without reading first, so that one that is
// made while the page goes away still reaches the browser, and they are flushed to disk before
// they count as done.

import type { Lanes, Waiting } from './outbox-state.ts';

export type Stored = Readonly<{ lanes: Lanes; waiting: readonly Waiting[] }>;

/** Every call is one transaction; calls take effect in the order in which they were made. */
export type OutboxStore = Readonly<{
  /** What is stored; `waiting` sorted by id. Empty when it cannot be read. */
  load: () => Promise<Stored>;
  /** Keeps an intent. False when it is not kept. */
  add: (waiting: Waiting) => Promise<boolean>;
  /** Replaces the lanes and removes intents, both or neither. False when neither was done. */
  save: (lanes: Lanes, named: readonly string[]) => Promise<boolean>;
}>;

const STORE = 'outbox';
const LANES_KEY = 'lanes';
/** In front of the ids of waiting intents, so that they sort together, behind the lanes. */
const WAITING = 'w.';
const ALL_WAITING = (): IDBKeyRange => IDBKeyRange.bound(WAITING, `${WAITING}\uffff`);

/** A store in the database `name`; in memory where there is none (private windows, some frames). */
export async function openStore(name: string): Promise<OutboxStore> {
  try {
    return databaseStore(await openDatabase(name));
  } catch {
    return memoryStore();
  }
}

function openDatabase(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = request.onblocked = reject;
  });
}

function databaseStore(database: IDBDatabase): OutboxStore {
  /** Ends as `undefined` when the transaction did not come through. */
  const run = <T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => () => T) =>
    new Promise<T | undefined>((resolve) => {
      try {
        const transaction = database.transaction(STORE, mode, { durability: 'strict' });
        const result = work(transaction.objectStore(STORE));
        transaction.oncomplete = () => {
          resolve(result());
        };
        transaction.onabort = () => {
          resolve(undefined);
        };
        transaction.commit();
      } catch {
        resolve(undefined);
      }
    });
  const write = async (work: (store: IDBObjectStore) => void): Promise<boolean> =>
    (await run('readwrite', (store) => {
      work(store);
      return () => true;
    })) ?? false;
  return {
    load: async () =>
      (await run('readonly', (store) => {
        const lanes = store.get(LANES_KEY) as IDBRequest<Lanes | undefined>;
        const waiting = store.getAll(ALL_WAITING()) as IDBRequest<Waiting[]>;
        return () => ({ lanes: lanes.result ?? [], waiting: waiting.result });
      })) ?? { lanes: [], waiting: [] },
    add: (waiting) => write((store) => store.put(waiting, WAITING + waiting.id)),
    save: (lanes, named) =>
      write((store) => {
        store.put(lanes, LANES_KEY);
        for (const id of named) store.delete(WAITING + id);
      }),
  };
}

/** Survives nothing; for pages without storage, and for tests. */
export function memoryStore(): OutboxStore {
  let lanes: Lanes = [];
  let waiting: readonly Waiting[] = [];
  return {
    load: () => Promise.resolve({ lanes, waiting }),
    add: (entry) => {
      waiting = [...waiting, entry];
      return Promise.resolve(true);
    },
    save: (saved, named) => {
      lanes = saved;
      waiting = waiting.filter(({ id }) => !named.includes(id));
      return Promise.resolve(true);
    },
  };
}
