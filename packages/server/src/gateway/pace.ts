// How often somebody may do a thing: a token bucket for each account and for each remote address.

import type { FastifyRequest } from 'fastify';
import { rateLimited } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { remoteKeyOf, tokenBuckets } from './token-buckets.ts';
import type { BucketRate } from './token-buckets.ts';

/** How many accounts may do as much from one remote address as each alone may. */
const ACCOUNTS_PER_REMOTE = 10;

/** Takes a token of the account and of the remote address; a refusal when either has none. */
export type Pace = (request: FastifyRequest, account: string) => Refusal | undefined;

/** A pace for one kind of act, in bounded memory. */
export function openPace(
  { burst, perSecond }: BucketRate,
  {
    bucketsMax,
    nowMs,
    words,
  }: Readonly<{
    bucketsMax: number;
    nowMs: () => number;
    /** What happened, what it means and what to do. */
    words: string;
  }>,
): Pace {
  const accounts = tokenBuckets({ burst, perSecond }, bucketsMax);
  const shared = { burst: burst * ACCOUNTS_PER_REMOTE, perSecond: perSecond * ACCOUNTS_PER_REMOTE };
  const remotes = tokenBuckets(shared, bucketsMax);
  return (request, account) => {
    const now = nowMs();
    const waitMs = accounts.take(account, now) || remotes.take(remoteKeyOf(request.ip), now);
    return waitMs > 0 ? rateLimited(words, waitMs) : undefined;
  };
}
