import { describe, expect, test } from 'vitest';
import { remoteOf } from './remote.ts';

describe('AC19: remote addresses', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8::7', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['', ''],
    ['a local socket', 'a local socket'],
    ['x'.repeat(1_000), 'x'.repeat(64)],
  ])('%j counts as %j', (address, remote) => {
    expect(remoteOf(address)).toBe(remote);
  });
});
