// Where the outbox keeps its keys. With Web Locks all tabs share one store and one of them leads;
// without (plain HTTP away from localhost) every tab keeps to itself and leads itself.

import type { KeyValueStore } from './outbox.ts';

export function browserStore(locks: LockManager | undefined): KeyValueStore {
  try {
    return storageStore(locks === undefined ? sessionStorage : localStorage);
  } catch {
    // Storage is forbidden here: ops are kept while the page is open.
    return memoryStore();
  }
}

function storageStore(storage: Storage): KeyValueStore {
  return {
    keys: () => Object.keys(storage),
    read: (key) => storage.getItem(key),
    write: (key, value) => {
      try {
        storage.setItem(key, value);
        return true;
      } catch {
        return false;
      }
    },
    remove: (key) => {
      storage.removeItem(key);
    },
  };
}

/** Survives nothing; for pages without storage, and for tests. */
export function memoryStore(): KeyValueStore {
  const entries = new Map<string, string>();
  return {
    keys: () => [...entries.keys()],
    read: (key) => entries.get(key) ?? null,
    write: (key, value) => {
      entries.set(key, value);
      return true;
    },
    remove: (key) => {
      entries.delete(key);
    },
  };
}
