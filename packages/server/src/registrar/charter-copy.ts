// A reader's copy of the charter: takes what a registrar says only when it continues what is known.
//
// Rules: docs/spec/charter.md (R21, R22).

import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import type { CharterView } from './charter.ts';
import { openCharter } from './open-charter.ts';
import type { OpenCharter } from './open-charter.ts';

/** What a registrar says that it has. */
export type CharterHead = Readonly<{ newest: number; newestHash: string }>;

export type CopyTaken = Readonly<
  | { kind: 'taken'; isNew: boolean }
  /** An entry before it is missing here; nothing is wrong, it is to be asked for. */
  | { kind: 'gap' }
  /** It contradicts what is known here, or is not sound; nothing was taken. */
  | { kind: 'refused'; detail: string }
>;

export type CharterCopy = Readonly<{
  charter: CharterView;
  /** Takes an entry; durable before it is seen here. Throws `RegistrarError` for the disk. */
  take: (entry: CharterEntry) => CopyTaken;
  /** Looks at what a registrar has in all. */
  compare: (head: CharterHead) => CopyTaken;
  watch: (listener: (entry: CharterEntry) => void) => () => void;
  close: () => void;
}>;

export type OpenCopy = OpenCharter &
  Readonly<{
    /** The only witness that is believed; absent, the one of the first entry. */
    registrarKey: string | undefined;
  }>;

/** Opens the copy and checks every entry of it. Throws `RegistrarError`. */
export function openCharterCopy(options: OpenCopy): CharterCopy {
  const opened = openCharter(options);
  const { view } = opened.charter;
  const listeners = new Set<(entry: CharterEntry) => void>();

  const faultOf = (entry: CharterEntry): string | undefined => {
    const { registrarKey } = options;
    const isOther = registrarKey !== undefined && entry.registrar.publicKey !== registrarKey;
    return isOther ? 'it has another witness' : opened.charter.faultOfNext(entry);
  };

  return {
    charter: view,
    take: (entry) => {
      const [known] = view.after(entry.n - 1, 1);
      if (known !== undefined) {
        return known.hash === entry.hash ? { kind: 'taken', isNew: false } : forked(entry.n);
      }
      if (entry.n > view.size() + 1) return { kind: 'gap' };
      if (entry.previousHash !== view.newestHash()) return forked(entry.n);
      const fault = faultOf(entry);
      if (fault !== undefined) return refused(`entry ${entry.n} is not sound: ${fault}`);
      opened.add(entry);
      for (const listener of listeners) listener(entry);
      return { kind: 'taken', isNew: true };
    },
    compare: ({ newest, newestHash }) => {
      const size = view.size();
      if (newest > size) return { kind: 'gap' };
      if (newest < size) {
        return refused(
          `it has ${newest} entries and ${size} are known here, so it was put back to an older state`,
        );
      }
      if (newestHash !== view.newestHash()) return forked(newest);
      return { kind: 'taken', isNew: false };
    },
    watch: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: opened.close,
  };
}

function forked(n: number): CopyTaken {
  return refused(`its charter differs from the one known here at or before entry ${n}`);
}

function refused(detail: string): CopyTaken {
  return { kind: 'refused', detail };
}
