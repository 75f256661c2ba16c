import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { SignedAsk, SignedClient } from '../signed/signed-client.ts';
import { CHUNK_BYTES, SNAPSHOT_FILES } from './snapshot.ts';
import { fetchSnapshot, SnapshotError } from './snapshot-fetch.ts';

/** As long as the secret of a cell, which is one of the parts. */
const BYTES = Buffer.from('rows of a cell'.padEnd(32));
const dir = mkdtempSync(join(tmpdir(), 'snapshot-fetch-'));

afterEach(() => rmSync(dir, { recursive: true, force: true }));

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** An owner whose signed answers are good, and whose chunks come out of `chunk`. */
function owner(chunk: () => Buffer): SignedClient {
  const file = { bytes: BYTES.length, chunks: [sha256Of(BYTES)] };
  const files = SNAPSHOT_FILES.map((name) => ({ name, ...file }));
  const manifest = { snapshot: 's1', seq: 7, chain: 'ab'.repeat(32), files };
  const ask = ({ path }: SignedAsk) => {
    const body = path.endsWith('/snapshot') ? Buffer.from(JSON.stringify(manifest)) : chunk();
    const sha256 = sha256Of(body);
    return Promise.resolve({ kind: 'answer' as const, status: 200, body, sha256, sentAtMs: 0 });
  };
  return { ask, stream: () => Promise.reject(new Error('not asked')), close: () => undefined };
}

const fetchFrom = (client: SignedClient) =>
  fetchSnapshot({ client, cell: 'us' as Jurisdiction, dir, onProgress: () => undefined });

it.each([
  ['altered', () => Buffer.from('rows of a CELL'.padEnd(32))],
  ['too short', () => BYTES.subarray(1)],
  ['too long', () => Buffer.concat([BYTES, BYTES])],
])('HF13, H20: a chunk that is %s is not taken, whoever signed it', async (_how, chunk) => {
  await expect(fetchFrom(owner(chunk))).rejects.toThrow(SnapshotError);
  const [first] = SNAPSHOT_FILES;
  expect(readFileSync(join(dir, 'incoming', 's1', first)).length).toBe(0);
  // What was refused is asked for again, and the whole is fetched.
  const { secret } = await fetchFrom(owner(() => BYTES));
  expect(Buffer.from(secret)).toEqual(BYTES);
  expect(readFileSync(join(dir, 'incoming', 's1', first))).toEqual(BYTES);
});

it('H20: chunks are fetched several at a time, and after a fault only what is missing is', async () => {
  const parts = [1, 2, 3, 4, 5, 6].map((fill) => Buffer.alloc(CHUNK_BYTES, fill));
  const last = Buffer.from('the end');
  const chunks = [...parts, last];
  const bytes = parts.length * CHUNK_BYTES + last.length;
  const [state, secretPart] = SNAPSHOT_FILES;
  const files = [
    { name: state, bytes, chunks: chunks.map(sha256Of) },
    { name: secretPart, bytes: BYTES.length, chunks: [sha256Of(BYTES)] },
  ];
  const manifest = { snapshot: 's2', seq: 7, chain: 'ab'.repeat(32), files };
  const asked: number[] = [];
  let underWay = 0;
  let underWayMost = 0;
  let isBroken = true;
  const ask = async ({ path }: SignedAsk) => {
    const answer = (body: Buffer) => ({
      kind: 'answer' as const,
      status: 200,
      body,
      sha256: sha256Of(body),
      sentAtMs: 0,
    });
    if (path.endsWith('/snapshot')) return answer(Buffer.from(JSON.stringify(manifest)));
    if (path.includes(secretPart)) return answer(BYTES);
    const chunk = Number(path.split('/').at(-1));
    asked.push(chunk);
    underWay += 1;
    underWayMost = Math.max(underWayMost, underWay);
    await new Promise((resolve) => setImmediate(resolve));
    underWay -= 1;
    if (chunk === 2 && isBroken) return { ...answer(BYTES), status: 500 };
    return answer(chunks[chunk] ?? BYTES);
  };
  const client = {
    ask,
    stream: () => Promise.reject(new Error('not asked')),
    close: () => undefined,
  };
  await expect(fetchFrom(client)).rejects.toThrow(SnapshotError);
  expect(underWayMost).toBeGreaterThan(1);
  expect(asked.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  asked.length = 0;
  isBroken = false;
  await fetchFrom(client);
  expect(asked).toEqual([2]);
  expect(readFileSync(join(dir, 'incoming', 's2', state)).equals(Buffer.concat(chunks))).toBe(true);
});
