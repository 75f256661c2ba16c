import { afterEach, describe, expect, test } from 'vitest';
import type { Target } from './job.ts';
import { Oracle } from './oracle.ts';
import { readBack } from './read-back.ts';
import {
  responseText,
  scriptedServer,
  type ScriptedServer,
} from './scripted-server.test-helper.ts';

let server: ScriptedServer | null = null;

afterEach(async () => {
  await server?.close();
  server = null;
});

const LIKES = 3;

function countsBody(likes: number): string {
  return JSON.stringify({ counts: { v0000000: { likes: { value: likes } } } });
}

/** A server that shows these likes, one after the other, and these books. */
async function shows(likes: readonly number[], books: unknown): Promise<Target> {
  let reads = 0;
  server = await scriptedServer((socket) => {
    const isBooks = server?.requests.at(-1)?.includes('/books') === true;
    const shown = likes[Math.min(reads, likes.length - 1)] ?? 0;
    if (!isBooks) reads += 1;
    socket.write(responseText(200, isBooks ? JSON.stringify(books) : countsBody(shown)));
  });
  return { dialect: 'holdfast', port: server.port, serviceKey: 'key' };
}

function threeLikes(): Oracle {
  const oracle = new Oracle(1);
  for (let like = 0; like < LIKES; like += 1) oracle.like(0, true);
  return oracle;
}

const OPTIONS = { videoCount: 1, metrics: ['likes'], seq: 7, resends: 0 } as const;
const RIGHT_BOOKS = { ops: LIKES, balanced: true };

describe('readBack', () => {
  test('finds no difference in right counts and balanced books', async () => {
    const target = await shows([LIKES], RIGHT_BOOKS);
    const oracle = threeLikes();
    const verified = await readBack({ target, oracle, ...OPTIONS, waitMaxMs: 0 });
    expect(verified).toEqual({
      opsAcknowledged: LIKES,
      videosCompared: 1,
      differences: [],
      differenceCount: 0,
    });
  });

  test('finds a like that was acknowledged and is not shown', async () => {
    const target = await shows([LIKES - 1], RIGHT_BOOKS);
    const oracle = threeLikes();
    const { differences } = await readBack({ target, oracle, ...OPTIONS, waitMaxMs: 0 });
    expect(differences).toEqual([{ video: 'v0000000', metric: 'likes', expected: 3, found: 2 }]);
  });

  test('asks for an answer that includes the last position', async () => {
    const target = await shows([LIKES], RIGHT_BOOKS);
    await readBack({ target, oracle: threeLikes(), ...OPTIONS, waitMaxMs: 0 });
    expect(server?.requests[0]).toContain('&after=us:7 ');
  });

  test('reads a page that is behind again', async () => {
    const target = await shows([0, LIKES], RIGHT_BOOKS);
    const oracle = threeLikes();
    const verified = await readBack({ target, oracle, ...OPTIONS, waitMaxMs: 10_000 });
    expect(verified.differenceCount).toBe(0);
  });

  test('takes more ops in the books for re-sent ones, and never fewer than acknowledged', async () => {
    const problemAt = async (ops: number): Promise<string | undefined> => {
      const target = await shows([LIKES], { ops, balanced: true });
      const options = { ...OPTIONS, resends: 1, waitMaxMs: 0 };
      const verified = await readBack({ target, oracle: threeLikes(), ...options });
      await server?.close();
      server = null;
      return verified.booksProblem;
    };
    expect(await problemAt(LIKES + 1)).toBeUndefined();
    expect(await problemAt(LIKES - 1)).toContain('2 ops, and 3');
  });

  test.each([
    ['unbalanced books', { ops: LIKES, balanced: false }, 'not balanced'],
    ['books that hold too few ops', { ops: LIKES - 1, balanced: true }, '2 ops, and 3'],
    ['books that hold too many ops', { ops: LIKES + 1, balanced: true }, '4 ops, and 3'],
  ])('reports %s', async (_, books, problem) => {
    const target = await shows([LIKES], books);
    const oracle = threeLikes();
    const { booksProblem } = await readBack({ target, oracle, ...OPTIONS, waitMaxMs: 0 });
    expect(booksProblem).toContain(problem);
  });
});
