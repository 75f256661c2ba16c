import { ask, done } from './ask.ts';
import type { Answer } from './ask.ts';
import { meNow, sessionChanged } from './session.ts';

/** Publishes a profile under a name, with what else is known; the person changes it in the settings. */
export async function publishProfile(displayName: string): Promise<Answer<true>> {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const body = { displayName, bio: meNow()?.bio ?? '', likesPublic: false, timeZone };
  const answer = await ask('/v1/me/profile', done, { method: 'PUT', body });
  if (answer.kind === 'ok') await sessionChanged();
  return answer;
}

/** The name to begin with: the one that is known, else the handle. */
export function nameToBegin(): string {
  const me = meNow();
  return me?.displayName === '' ? me.handle : (me?.displayName ?? '');
}
