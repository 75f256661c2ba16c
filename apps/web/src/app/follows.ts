// Whom the person follows, as far as this page needs it: asked once, then kept along with presses.

import { useEffect, useSyncExternalStore } from 'react';
import { ask } from './ask.ts';
import type { Answer } from './ask.ts';
import { fieldsOf, listPageOf, textOf } from './parse.ts';
import { meNow, onSession } from './session.ts';

/** Pages of the list that are read; who follows more finds the rest on their profiles. */
const PAGES_MAX = 5;

const listeners = new Set<() => void>();
let whose: string | undefined = undefined;
let followed: ReadonlyMap<string, boolean> = new Map();

/** Whether the person follows an account; `undefined` while that is not known. */
export function useFollowed(account: string): boolean | undefined {
  useEffect(read, []);
  return useSyncExternalStore(
    subscribe,
    () => followed.get(account) ?? (isRead ? false : undefined),
  );
}

let isRead = false;

/** Follows or unfollows; shown at once, and taken back when it was not done. */
export async function setFollowed(account: string, isFollowed: boolean): Promise<Answer<boolean>> {
  const before = followed.get(account) ?? false;
  set(account, isFollowed);
  const path = `/v1/people/${encodeURIComponent(account)}/follow`;
  const answer = await ask(path, parseFollowing, { method: isFollowed ? 'PUT' : 'DELETE' });
  set(account, answer.kind === 'ok' ? answer.value : before);
  return answer;
}

function read(): void {
  const me = meNow();
  const account = me === null || me === undefined ? undefined : me.account;
  if (account === whose) return;
  whose = account;
  isRead = false;
  followed = new Map();
  if (account !== undefined) void readPages(account);
  tell();
}

async function readPages(account: string): Promise<void> {
  let cursor: string | undefined = undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const query: string = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`;
    const answer = await ask(`/v1/me/following${query}`, listPageOf(parseAccount));
    if (answer.kind !== 'ok' || account !== whose) return;
    // What was pressed meanwhile is newer than the list.
    followed = new Map([...answer.value.items.map((one) => [one, true] as const), ...followed]);
    cursor = answer.value.next;
    if (cursor === undefined) break;
  }
  isRead = true;
  tell();
}

function set(account: string, isFollowed: boolean): void {
  followed = new Map([...followed, [account, isFollowed]]);
  tell();
}

function tell(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  const stop = onSession(read);
  return () => {
    listeners.delete(listener);
    stop();
  };
}

function parseAccount(value: unknown): string | undefined {
  return textOf(fieldsOf(value)['account']);
}

function parseFollowing(value: unknown): boolean | undefined {
  const { following } = fieldsOf(value);
  return typeof following === 'boolean' ? following : undefined;
}
