// A second process for keys.test.ts: makes keys and revokes every other one, as a command line
// would, and prints what it did. Arguments: file, number of keys, id of one more key to revoke.

import { randomBytes } from 'node:crypto';
import { openKeys } from './keys.ts';

const [file = '', count = '0', revokeId] = process.argv.slice(2);
const keys = openKeys({ file, nowMs: Date.now, randomBytes });
const made: { id: string; secret: string; revoked: boolean }[] = [];
for (let n = 0; n < Number(count); n += 1) {
  const result = keys.create({ kind: 'service', name: `key ${n}` });
  if (result.kind !== 'created') throw new Error(result.kind);
  const revoked = n % 2 === 1;
  if (revoked) keys.revoke(result.key.id);
  made.push({ id: result.key.id, secret: result.secret, revoked });
}
if (revokeId !== undefined) keys.revoke(revokeId);
keys.close();
process.stdout.write(JSON.stringify(made));
