import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { SignedAsk, SignedClient } from '../signed/signed-client.ts';
import { chunkHash, SNAPSHOT_FILES } from './snapshot.ts';
import { fetchSnapshot, SnapshotError } from './snapshot-fetch.ts';

/** As long as the secret of a cell, which is one of the parts. */
const BYTES = Buffer.from('rows of a cell'.padEnd(32));
const dir = mkdtempSync(join(tmpdir(), 'snapshot-fetch-'));

afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** An owner whose signed answers are good, and whose chunks come out of `chunk`. */
function owner(chunk: () => Buffer): SignedClient {
  const file = { bytes: BYTES.length, chunks: [chunkHash(BYTES)] };
  const files = SNAPSHOT_FILES.map((name) => ({ name, ...file }));
  const manifest = { snapshot: 's1', seq: 7, chain: 'ab'.repeat(32), files };
  const ask = ({ path }: SignedAsk) => {
    const body = path.endsWith('/snapshot') ? Buffer.from(JSON.stringify(manifest)) : chunk();
    return Promise.resolve({ kind: 'answer' as const, status: 200, body, sentAtMs: 0 });
  };
  return { ask, stream: () => Promise.reject(new Error('not asked')), close: () => undefined };
}

const fetchFrom = (client: SignedClient) =>
  fetchSnapshot({ client, cell: 'us' as Jurisdiction, dir, onProgress: () => undefined });

it.each([
  ['altered', () => Buffer.from('rows of a CELL'.padEnd(32))],
  ['too short', () => BYTES.subarray(1)],
  ['too long', () => Buffer.concat([BYTES, BYTES])],
])('H20: a chunk that is %s is not taken, whoever signed it', async (_how, chunk) => {
  await expect(fetchFrom(owner(chunk))).rejects.toThrow(SnapshotError);
  const [first] = SNAPSHOT_FILES;
  expect(readFileSync(join(dir, 'incoming', 's1', first)).length).toBe(0);
  // What was refused is asked for again, and the whole is fetched.
  const { secret } = await fetchFrom(owner(() => BYTES));
  expect(Buffer.from(secret)).toEqual(BYTES);
  expect(readFileSync(join(dir, 'incoming', 's1', first))).toEqual(BYTES);
});
