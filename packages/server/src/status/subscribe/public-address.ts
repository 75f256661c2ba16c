// Which addresses a webhook may have: public ones alone, decided after the name was resolved.
//
// Rules: docs/spec/status.md (ST42). Without this, anybody could make this machine knock at doors
// that only it can reach: itself, its neighbours, and the metadata service of a cloud.

import { BlockList, isIP, isIPv6 } from 'node:net';

const PRIVATE = new BlockList();
const RANGES_4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
for (const [address, bits] of RANGES_4) PRIVATE.addSubnet(address, bits, 'ipv4');

/** Of IPv6 only what is given out for the public internet, without the ranges that wrap IPv4. */
const PUBLIC_6 = new BlockList();
PUBLIC_6.addSubnet('2000::', 3, 'ipv6');
const WRAPPED_6 = new BlockList();
for (const [address, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  WRAPPED_6.addSubnet(address, bits, 'ipv6');
}

/** Whether an address is one of the public internet. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  if (!isIPv6(address)) return !PRIVATE.check(address, 'ipv4');
  return PUBLIC_6.check(address, 'ipv6') && !WRAPPED_6.check(address, 'ipv6');
}
