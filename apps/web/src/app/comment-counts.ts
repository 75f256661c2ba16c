// How many comments videos have, as the server said last, wherever on the page it was asked. WB27.

import { useSyncExternalStore } from 'react';
import { READING } from '../numbers/count.ts';
import type { Count } from '../numbers/count.ts';

/** Videos whose comments somebody looked at; what is forgotten is what came with the video again. */
const VIDEOS_MAX = 500;

const told = new Map<string, Count>();
const listeners = new Set<() => void>();

/** To be called with each answer that tells it. */
export function tellCommentCount(video: string, count: Count): void {
  if (newest(told.get(video), count) !== count) return;
  told.delete(video);
  told.set(video, count);
  const [oldest] = told.keys();
  if (told.size > VIDEOS_MAX && oldest !== undefined) told.delete(oldest);
  for (const listener of listeners) listener();
}

/** The newer of what came with the video and what was told since. */
export function useCommentCount(video: string, came: Count): Count {
  return useSyncExternalStore(subscribe, () => newest(came, told.get(video)));
}

/** An unknown one says nothing against one that is known. */
export function newest(before: Count | undefined, after: Count | undefined): Count {
  if (before === undefined || before.state === 'unknown') return after ?? before ?? READING;
  if (after === undefined || after.state === 'unknown') return before;
  return after.asOf >= before.asOf ? after : before;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
