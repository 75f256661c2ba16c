// Token buckets by remote address, in bounded memory.

import { isIPv6 } from 'node:net';
import { twoGenerations } from '../grants/two-generations.ts';

export type BucketRate = Readonly<{ burst: number; perSecond: number }>;

/** A bucket as its holder keeps it; it is filled when it is taken from. */
export type Bucket = { tokens: number; refilledAtMs: number };

/** Takes a token: 0 when there was one, else the milliseconds until there is. */
export function takeToken(bucket: Bucket, { burst, perSecond }: BucketRate, nowMs: number): number {
  // A clock that was set back refills nothing and locks nobody out.
  const elapsedMs = Math.max(0, nowMs - bucket.refilledAtMs);
  bucket.tokens = Math.min(burst, bucket.tokens + (elapsedMs * perSecond) / 1_000);
  bucket.refilledAtMs = nowMs;
  if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) * 1_000) / perSecond);
  bucket.tokens -= 1;
  return 0;
}

export type TokenBuckets = Readonly<{ take: (key: string, nowMs: number) => number }>;

/** Buckets by key, at most `2 * generationMax`; one that was forgotten begins full. */
export function tokenBuckets(rate: BucketRate, generationMax: number): TokenBuckets {
  const buckets = twoGenerations<Bucket>(generationMax);
  return {
    take: (key, nowMs) => {
      const known = buckets.get(key);
      if (known !== undefined) return takeToken(known, rate, nowMs);
      const fresh = { tokens: rate.burst, refilledAtMs: nowMs };
      buckets.set(key, fresh);
      return takeToken(fresh, rate, nowMs);
    },
  };
}

const NETWORK_GROUPS = 4;
const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** What counts as one remote: an IPv4 address, or the /64 network of an IPv6 address (A22). */
export function remoteKeyOf(address: string): string {
  const mapped = MAPPED_IPV4.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const tailGroups = tail === undefined || tail === '' ? [] : tail.split(':');
  // '::' stands for as many zero groups as are missing from eight.
  const zeros = tail === undefined ? 0 : 8 - groups.length - tailGroups.length;
  const all = [...groups, ...Array<string>(Math.max(0, zeros)).fill('0'), ...tailGroups];
  return `${all.slice(0, NETWORK_GROUPS).join(':')}::`;
}
