import { afterEach, expect, test, vi } from 'vitest';
import { ask, done, NoValue, troubleOf, valueOf } from './ask.ts';
import { textOf } from './parse.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

function answering(respond: () => Response | Promise<Response>): void {
  vi.stubGlobal('fetch', () => Promise.resolve().then(respond));
}

const problem = (fields: object, headers = {}): Response =>
  Response.json({ code: 'busy', title: 'Busy', status: 503, ...fields }, { status: 503, headers });

test.each([
  ['the network fails', () => Promise.reject(new TypeError('failed'))],
  ['an error page of something in between', () => new Response('<h1>502</h1>', { status: 502 })],
  ['a JSON that is no problem document', () => Response.json({ oops: 1 }, { status: 500 })],
  ['an answer of another form', () => Response.json(12)],
])('WB18: %s is no answer, and nothing throws', async (_name, respond) => {
  answering(respond);
  expect(await ask('/v1/x', textOf)).toEqual({ kind: 'no-answer' });
});

test('WB18: a problem keeps its words, when to try again, and what else it says', async () => {
  answering(() =>
    problem({ detail: 'Later.', retryable: true, missing: ['title'] }, { 'retry-after': '2' }),
  );
  expect(await ask('/v1/x', textOf)).toMatchObject({
    kind: 'problem',
    problem: {
      ...{ code: 'busy', detail: 'Later.', retryable: true, retryAfterMs: 2_000 },
      members: { missing: ['title'] },
    },
  });
});

test('WB18: an answer without a body is done', async () => {
  answering(() => new Response(null, { status: 204 }));
  expect(await ask('/v1/x', done, { method: 'DELETE' })).toEqual({ kind: 'ok', value: true });
});

test('WB18: for those who take answers by promise a trouble comes back as it was', async () => {
  const trouble = { kind: 'no-answer' } as const;
  const error: unknown = await valueOf(Promise.resolve(trouble)).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(NoValue);
  expect(troubleOf(error)).toBe(trouble);
});
