import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addVideos,
  ask,
  bearer,
  openWorld,
  OPERATOR_KEY,
  opsSubmitted,
  REVOKED_KEY,
  SERVICE_KEY,
} from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';

type Line = Readonly<Record<string, unknown>>;
const line = (n: unknown, change: Line = {}): Line => ({
  jurisdiction: 'us',
  session: 'web-7',
  subject: 'user-1',
  n,
  kind: 'view',
  video: 'a',
  watchedMs: 3_000,
  ...change,
});
const text = (lines: readonly Line[]): string =>
  lines.map((each) => JSON.stringify(each)).join('\n');

// One world for all: no test here may change it, which each of them checks.
let world: World;

beforeAll(async () => {
  world = await openWorld();
  await addVideos(world, 'a');
});
afterAll(() => world.close());

const send = (body: string) =>
  ask(world, 'POST', '/v1/ops/bulk', {
    headers: { ...bearer(SERVICE_KEY), 'content-type': 'application/x-ndjson' },
    text: body,
  });

const good = JSON.stringify(line(1));

describe('A5: refused, and nothing reaches a cell', () => {
  it.each([
    ['an empty body', '', 1],
    ['only a newline', '\n', 1],
    ['an empty first line', `\n${good}`, 1],
    ['an empty line between', `${good}\n\n${good}`, 2],
    ['two newlines at the end', `${good}\n\n`, 2],
    ['a line that is no JSON', `${good}\n${good}\n{"n":`, 3],
    ['a line that is a list', `[${good}]`, 1],
    ['two ops in a line', `${good}${good}`, 1],
    ['two ops in a line, with a comma', `${good},${good}`, 1],
    ['an op and a number in a line', `${good},5`, 1],
    ['an op over two lines', good.replace(',', ',\n'), 1],
    ['an op over two lines that a comma would join', `{"a":{"b":1}\n{"c":1}}`, 1],
    ['text over two lines that a comma would join', `{"x":"\n{"},5`, 1],
    ['no session', text([line(1), line(2, { session: undefined })]), 2],
    ['an odd session', text([line(1, { session: 'a b' })]), 1],
    ['a session of 65 characters', text([line(1, { session: 's'.repeat(65) })]), 1],
    ['an odd subject', text([line(1, { subject: 'a@b' })]), 1],
    ['a subject that is null', text([line(1, { subject: null })]), 1],
    ['no jurisdiction', text([line(1, { jurisdiction: undefined })]), 1],
    ['n of 0', text([line(1), line(2), line(0)]), 3],
    ['negative watchedMs', text([line(1, { watchedMs: -5 })]), 1],
  ])('A39: %s', async (_, body, number) => {
    const reply = await send(body);
    expect(reply.statusCode).toBe(400);
    expect(reply.json()).toMatchObject({ code: 'malformed-line', line: number });
    expect(opsSubmitted(world)).toBe(0);
  });

  it('A20 A39: a jurisdiction that no cell serves, with the number of its line', async () => {
    const reply = await send(text([line(1), line(2, { jurisdiction: 'zz' })]));
    expect(reply.json()).toMatchObject({ status: 400, code: 'unknown-jurisdiction', line: 2 });
    expect(opsSubmitted(world)).toBe(0);
  });

  it('A8: another content type', async () => {
    const reply = await ask(world, 'POST', '/v1/ops/bulk', {
      headers: bearer(SERVICE_KEY),
      body: line(1),
    });
    expect(reply.statusCode).toBe(415);
    expect(opsSubmitted(world)).toBe(0);
  });

  it.each([
    [undefined, 401, 'key-missing'],
    ['hfk_nobody', 401, 'key-invalid'],
    [REVOKED_KEY, 401, 'key-revoked'],
    [OPERATOR_KEY, 403, 'forbidden'],
  ] as const)('A17: with the key %s it is %i %s', async (key, status, code) => {
    const reply = await ask(world, 'POST', '/v1/ops/bulk', {
      headers: { ...(key && bearer(key)), 'content-type': 'application/x-ndjson' },
      text: good,
    });
    expect(reply.json()).toMatchObject({ status, code });
    expect(opsSubmitted(world)).toBe(0);
  });
});
