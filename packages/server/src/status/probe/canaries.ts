// Canaries: the people and videos of a place, one set for each gateway and cell.
//
// Rules: docs/spec/status.md (ST32 to ST34). Nobody else uses them, so what they must count is known
// exactly. Their videos begin with `canary-`, which keeps them out of listings and public totals; the
// rest of the id is random, because who knows the id of a video could like it.

import { CANARY_PREFIX } from '@holdfast/protocol/canary.ts';

export type Canary = {
  likeVideo: string;
  viewVideo: string;
  subject: string;
  handle: string;
  password: string;
  hasAccount: boolean;
  /** Gateways know the videos once they were told, until a restart of this place. */
  isRegistered: boolean;
  grant: string | undefined;
  /** Number of the last op under the grant. */
  n: number;
  /** Whether this place knows what is acknowledged under its names. */
  views: { count: number; seq: number } | undefined;
  verified: string | undefined;
};

/** What of a canary outlives the process. */
export type KeptCanary = Pick<
  Canary,
  'likeVideo' | 'viewVideo' | 'subject' | 'handle' | 'password' | 'hasAccount'
>;

const NAME_BYTES = 9;

/** A new set; `randomBytes` must be unpredictable. */
export function newCanary(randomBytes: (bytes: number) => Uint8Array): KeptCanary {
  const name = (): string => Buffer.from(randomBytes(NAME_BYTES)).toString('hex');
  const person = name();
  return {
    likeVideo: `${CANARY_PREFIX}l-${name()}`,
    viewVideo: `${CANARY_PREFIX}v-${name()}`,
    subject: `${CANARY_PREFIX}${person}`,
    handle: `canary.${person.slice(0, 16)}`,
    password: `${name()}-${name()}`,
    hasAccount: false,
  };
}

/** A set as journeys use it. */
export function canaryOf(kept: KeptCanary): Canary {
  const young = { isRegistered: false, grant: undefined, n: 0, views: undefined };
  return { ...kept, ...young, verified: undefined };
}

export function keptOf(canary: Canary): KeptCanary {
  const { likeVideo, viewVideo, subject, handle, password, hasAccount } = canary;
  return { likeVideo, viewVideo, subject, handle, password, hasAccount };
}
