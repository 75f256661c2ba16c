// Who is signed in on this device: one answer for all parts of the page, and for all its tabs.

import { useSyncExternalStore } from 'react';
import { ask, done } from './ask.ts';
import type { Answer } from './ask.ts';
import { fieldsOf, listOf, textOf } from './parse.ts';

export type Me = Readonly<{
  account: string;
  handle: string;
  jurisdiction: string;
  displayName: string;
  bio: string;
  avatar: string | undefined;
  roles: readonly string[];
  /** Whether the person has published a profile. */
  hasProfile: boolean;
}>;

/** `undefined` until the server has said; `null` is a visitor. */
export type Who = Me | null | undefined;

const RETRY_MS = 3_000;
const KEY = 'holdfast.me';

const listeners = new Set<() => void>();
const tabs = new BroadcastChannel('holdfast.session');
let me: Who = undefined;
let asking: Promise<void> | undefined = undefined;

export function useMe(): Who {
  return useSyncExternalStore(onSession, meNow);
}

export function meNow(): Who {
  return me;
}

/** Who is signed in, with the server asked when it has not said so yet. */
export async function meSoon(): Promise<Who> {
  if (me === undefined) await readMe();
  return me;
}

/** Tells of every change of who is signed in, and asks for the first time. Returns how to stop. */
export function onSession(listener: () => void): () => void {
  if (me === undefined) void readMe();
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Asks the server who is signed in; keeps trying until it has said so. */
function readMe(): Promise<void> {
  asking ??= askMe().finally(() => {
    asking = undefined;
  });
  return asking;
}

/** To be called after somebody has come in or their account has changed here. */
export async function sessionChanged(): Promise<void> {
  await asking;
  await readMe();
  tabs.postMessage('changed');
}

export async function signOut(): Promise<Answer<true>> {
  const answer = await ask('/v1/sign-out', done, { method: 'POST' });
  if (answer.kind === 'ok') await sessionChanged();
  return answer;
}

async function askMe(): Promise<void> {
  const answer = await ask('/v1/me', parseMe);
  if (answer.kind === 'ok') set(answer.value);
  else if (answer.kind === 'problem' && answer.problem.status === 401) set(null);
  else {
    // Whoever was here last is taken to be here still, so that what they left on the device is seen
    // to wait; the cookie alone decides what the server does.
    if (me === undefined) tell(keptMe());
    setTimeout(() => void readMe(), RETRY_MS);
  }
}

function set(next: Me | null): void {
  keepMe(next);
  tell(next);
}

function tell(next: Who): void {
  if (JSON.stringify(next) === JSON.stringify(me)) return;
  me = next;
  for (const listener of listeners) listener();
}

function keepMe(next: Me | null): void {
  try {
    if (next === null) localStorage.removeItem(KEY);
    else {
      const { hasProfile, ...rest } = next;
      localStorage.setItem(KEY, JSON.stringify({ ...rest, profile: hasProfile }));
    }
  } catch {
    // Without storage nobody is known before the server has said who it is.
  }
}

function keptMe(): Me | undefined {
  try {
    return parseMe(JSON.parse(localStorage.getItem(KEY) ?? 'null'));
  } catch {
    return undefined;
  }
}

function parseMe(value: unknown): Me | undefined {
  const fields = fieldsOf(value);
  const account = textOf(fields['account']);
  const handle = textOf(fields['handle']);
  if (account === undefined || handle === undefined) return undefined;
  return {
    account,
    handle,
    jurisdiction: textOf(fields['jurisdiction']) ?? '',
    displayName: textOf(fields['displayName']) ?? '',
    bio: textOf(fields['bio']) ?? '',
    avatar: textOf(fields['avatar']),
    roles: listOf(fields['roles'], textOf) ?? [],
    hasProfile: fields['profile'] === true,
  };
}

tabs.addEventListener('message', () => void readMe());
