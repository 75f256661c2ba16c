// People who sign up, publish a profile and follow each other, each request sent once: whatever is
// refused is what a person would have seen.

import { setTimeout as sleep } from 'node:timers/promises';
import { apiOf, until } from './api.ts';
import type { Total } from './api.ts';
import { send } from './http.ts';
import { signUp } from './publish.ts';
import type { Person } from './publish.ts';

/** Fewer than may sign up from one address. */
const SIGN_UPS_MAX = 26;
const SIGN_UP_EVERY_MS = 350;
const FOLLOW_PAUSE_MS = 20;
const OWN_SITE = { 'sec-fetch-site': 'same-origin' };

export type People = Readonly<{
  /** What was refused, in the words of the answer; empty when all is well. */
  faults: readonly string[];
  signedUp: () => number;
  followed: () => number;
  /** Nobody begins anything more; resolves with what is there and should not be, or is missing. */
  finish: () => Promise<readonly string[]>;
}>;

/** Begins at once, in a country. */
export async function startPeople(url: string, home: string): Promise<People> {
  const faults: string[] = [];
  const signed: Person[] = [];
  let isOver = false;
  let followed = 0;
  const first = await signUp(url, 'followed', home);

  const tell = (what: string, error: unknown): void => {
    faults.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  };
  const signUps = async (): Promise<void> => {
    for (let index = 0; !isOver && index < SIGN_UPS_MAX; index += 1) {
      try {
        signed.push(await signUp(url, `person${index}`, home));
      } catch (error) {
        tell(`signing up as person${index}`, error);
      }
      await sleep(SIGN_UP_EVERY_MS);
    }
  };
  const follow = async (person: Person, method: 'PUT' | 'DELETE'): Promise<void> => {
    const headers = { ...OWN_SITE, cookie: person.cookie };
    try {
      const path = `/v1/people/${first.handle}/follow`;
      const { status, text } = await send(url, method, path, { headers });
      if (status === 200) followed += 1;
      else faults.push(`${person.handle} ${method} follow: ${status} ${text}`);
    } catch (error) {
      tell(`${person.handle} ${method} follow`, error);
    }
  };
  const follows = async (): Promise<void> => {
    for (let turn = 0; !isOver; turn += 1) {
      const person = signed[turn % Math.max(1, signed.length)];
      if (person !== undefined) await follow(person, turn % 3 === 0 ? 'DELETE' : 'PUT');
      await sleep(FOLLOW_PAUSE_MS);
    }
  };
  const running = Promise.all([signUps(), follows()]);

  return {
    faults,
    signedUp: () => signed.length,
    followed: () => followed,
    finish: async () => {
      isOver = true;
      await running;
      for (const person of signed) await follow(person, 'PUT');
      return missing(url, first.handle, signed);
    },
  };
}

type Shown = Readonly<{ totals: Readonly<{ followers: Total }> }>;

async function missing(
  url: string,
  handle: string,
  signed: readonly Person[],
): Promise<readonly string[]> {
  await until(
    `${handle} has ${signed.length} followers, and no more`,
    async () => (await apiOf(url).send('GET', `/v1/people/${handle}`)).body as Shown,
    ({ totals: { followers } }) => followers.state === 'live' && followers.value === signed.length,
  );
  const gone: string[] = [];
  for (const { cookie, handle: own, account } of signed) {
    const { status, body } = await send(url, 'GET', '/v1/me', { headers: { cookie } });
    const found = (body as Readonly<{ account?: string }> | undefined)?.account;
    if (status !== 200 || found !== account) gone.push(`${own}: ${status}, ${found ?? 'nobody'}`);
  }
  return gone;
}
