// Messages that everyone should see for a moment, and that are read out.

import { useSyncExternalStore } from 'react';
import type { ReactElement } from 'react';
import './toast.css';

const SHOWN_MS = 6_000;

type Said = Readonly<{ id: number; text: string }>;

let shown: Said | undefined = undefined;
let timer: ReturnType<typeof setTimeout> | undefined = undefined;
const listeners = new Set<() => void>();

/** Says something; the newest message stands alone. */
export function toast(text: string): void {
  put({ id: (shown?.id ?? 0) + 1, text });
  clearTimeout(timer);
  timer = setTimeout(() => {
    put(undefined);
  }, SHOWN_MS);
}

function put(next: Said | undefined): void {
  shown = next;
  for (const listener of listeners) listener();
}

/** Where messages appear; drawn once, by the frame. */
export function Toasts(): ReactElement {
  const said = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
  return (
    <div className="toasts" role="status">
      {said !== undefined && (
        <p key={said.id} className="toast">
          {said.text}
        </p>
      )}
    </div>
  );
}
