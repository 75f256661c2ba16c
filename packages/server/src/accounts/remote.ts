// What counts as one remote address. Rule AC19 of docs/spec/accounts.md.

import { isIPv4, isIPv6 } from 'node:net';

/** Longest name kept for something that is no IP address, such as a local socket. */
const OTHER_CHARS_MAX = 64;

declare const brand: unique symbol;
/** One source of requests for limits. Personal data, held in memory only. */
export type Remote = string & { readonly [brand]: 'Remote' };

/** Reads the address of a connection, as Node gives it. */
export function remoteOf(address: string): Remote {
  if (isIPv4(address)) return address as Remote;
  if (!isIPv6(address)) return address.slice(0, OTHER_CHARS_MAX) as Remote;
  const groups = ipv6Groups(address);
  const isIPv4Inside = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isIPv4Inside) {
    const bytes = groups.slice(6).flatMap((group) => [group >> 8, group & 0xff]);
    return bytes.join('.') as Remote;
  }
  const network = groups.slice(0, 4).map((group) => group.toString(16));
  // A subscriber gets a /64 at least, and with it more addresses than any table can hold.
  return `${network.join(':')}::/64` as Remote;
}

function ipv6Groups(address: string): readonly number[] {
  const withoutZone = address.split('%')[0] ?? '';
  // The URL parser writes every spelling, with dotted ends too, in the one canonical form.
  const canonical = new URL(`http://[${withoutZone}]/`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const before = hexGroups(head);
  const after = hexGroups(tail ?? '');
  const zeros = new Array<number>(8 - before.length - after.length).fill(0);
  return [...before, ...zeros, ...after];
}

function hexGroups(text: string): readonly number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}
