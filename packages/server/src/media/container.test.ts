import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { uploadChecker } from './check-upload.ts';
import { checkContainer } from './container.ts';
import type { Checked } from './container.ts';

const CLIP = readFileSync(fileURLToPath(new URL('../../assets/clips/rain.mp4', import.meta.url)));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'container-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function look(bytes: Buffer | string): Promise<Checked> {
  const path = join(folder, 'file');
  writeFileSync(path, bytes);
  const file = await open(path, 'r');
  try {
    return await checkContainer(file);
  } finally {
    await file.close();
  }
}

/** Finds where a box of a type begins. */
const boxAt = (type: string): number => CLIP.indexOf(type, 0, 'latin1') - 4;

describe('a file that was uploaded', () => {
  test('UP20: that is a video is known by what it says of itself', async () => {
    expect(await look(CLIP)).toEqual({
      ...{ kind: 'video', ending: 'mp4', type: 'video/mp4' },
      ...{ durationMs: 8_000, width: 720, height: 1_280 },
    });
  });

  test.each([
    ['a text that is called a video', Buffer.from('hello, I am no video\n'.repeat(40))],
    ['a page', Buffer.from('<html><script>alert(1)</script></html>')],
    ['a few bytes', Buffer.from('abc')],
    ['random bytes behind the mark of WebM', Buffer.from('1a45dfa3ff00ff00ff00ff00', 'hex')],
    ['random bytes behind the mark of MP4', Buffer.from('0000000c667479706d703432ffff', 'hex')],
  ])('UP21: that is %s is refused', async (_what, bytes) => {
    expect(await look(bytes)).toMatchObject({ kind: 'refused' });
  });

  test('UP21: that is a text is said to be no video', async () => {
    expect(await look('hello, I am no video')).toEqual({ kind: 'refused', problem: 'not-a-video' });
  });

  test('UP21: that is empty is said to be so', async () => {
    expect(await look('')).toEqual({ kind: 'refused', problem: 'empty' });
  });

  test.each([0.2, 0.5, 0.9, 0.999])('UP22: of which %f came is said to be cut', async (part) => {
    const cut = CLIP.subarray(0, Math.floor(CLIP.length * part));
    expect(await look(cut)).toEqual({ kind: 'refused', problem: 'truncated' });
  });

  test('UP23: that says it takes four hours is too long', async () => {
    const long = Buffer.from(CLIP);
    // Behind the type come flags, how many runs there are, and of the first its length and the
    // time of each piece in it.
    const time = boxAt('stts') + 8 + 12;
    long.writeUInt32BE(long.readUInt32BE(time) * 1_800, time);
    expect(await look(long)).toEqual({ kind: 'refused', problem: 'too-long' });
  });

  test('UP25: in a codec that browsers do not share is refused', async () => {
    const other = Buffer.from(CLIP);
    other.write('mp4v', other.indexOf('avc1', boxAt('stsd'), 'latin1'), 'latin1');
    expect(await look(other)).toMatchObject({ kind: 'refused' });
  });

  test('UP25: with sound alone has no picture', async () => {
    const sound = Buffer.from(CLIP);
    sound.write('text', sound.indexOf('vide', 0, 'latin1'), 'latin1');
    expect(await look(sound)).toEqual({ kind: 'refused', problem: 'no-video-track' });
  });

  test('UP24: is looked at in a thread of its own', async () => {
    const path = join(folder, 'clip.mp4');
    writeFileSync(path, CLIP);
    const check = uploadChecker();
    const [one, two, three] = await Promise.all([check(path), check(path), check(`${path}-none`)]);
    expect([one.kind, two.kind, three.kind]).toEqual(['video', 'video', 'refused']);
  });
});
