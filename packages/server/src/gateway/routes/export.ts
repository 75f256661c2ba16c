// GET /v1/me/export: everything that the home cell holds of a person, as one file. Rules AC82 to
// AC85.

import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { CellCalls } from '../../cell/cell-client.ts';
import { isKind, KINDS } from '../../people/kinds.ts';
import type { AnyWriting, Kind } from '../../people/kinds.ts';
import { WRITINGS_PAGE_MAX } from '../../people/writings.ts';
import { timeText } from '../answers.ts';
import { readerOf, SIGN_IN, writingsOf } from '../person.ts';
import { rateLimited, sendRefusal, unavailable } from '../refusal.ts';
import type { Account, WhoIsSignedIn } from '../signed-in.ts';

export type ExportParts = Readonly<{ whoIs: WhoIsSignedIn; nowMs: () => number }>;

/** Exports that are under way at once, one for each account. */
const EXPORTS_MAX = 16;
const RETRY_AFTER_MS = 10_000;
const LIKES_PAGE_MAX = 1_000;
const UNDER_WAY = rateLimited(
  'A copy of your data is being made already, or of many others’. Try again in a moment.',
  RETRY_AFTER_MS,
);

type AccountData = Extract<CellCalls['exportAccount']['reply'], { kind: 'account-export' }>;

/** A cell went away in the middle; the file breaks off, so that nobody takes a part for all. */
class ExportBrokenOff extends Error {
  readonly code = 'export-broken-off';
}

export function addExportRoute(app: FastifyInstance, { whoIs, nowMs }: ExportParts): void {
  const underWay = new Set<string>();
  app.get('/v1/me/export', async (request, reply) => {
    const person = await readerOf(whoIs, request, reply);
    if (person.kind === 'refusal') return sendRefusal(reply, person);
    const { cell, token, account } = person;
    if (underWay.has(account) || underWay.size >= EXPORTS_MAX) return sendRefusal(reply, UNDER_WAY);
    const data = await cell.call('exportAccount', { token });
    if (data.kind === 'unavailable') return sendRefusal(reply, unavailable(data));
    if (data.kind === 'nobody') return sendRefusal(reply, SIGN_IN);
    const exportedAt = timeText(nowMs());
    const file = Readable.from(exportOf(person, data, exportedAt), { objectMode: false });
    underWay.add(account);
    file.once('close', () => underWay.delete(account));
    return reply
      .header('content-type', 'application/json; charset=utf-8')
      .header('content-disposition', `attachment; filename="holdfast-${data.handle}.json"`)
      .header('cache-control', 'no-store')
      .header('x-content-type-options', 'nosniff')
      .send(file);
  });
}

async function* exportOf(
  person: Account,
  { account, handle, createdAtMs, failedSignIns }: AccountData,
  exportedAt: string,
): AsyncIterable<string> {
  const { cell, token, jurisdiction } = person;
  const signIns = await cell.call('signIns', { token });
  if (signIns.kind !== 'sign-ins') throw new ExportBrokenOff();
  const createdAt = timeText(createdAtMs);
  const about = { account, handle, jurisdiction, createdAt, failedSignIns };
  yield `{"format":1,"exportedAt":${JSON.stringify(exportedAt)},\n`;
  yield `"account":${JSON.stringify(about)},\n`;
  yield `"signIns":${JSON.stringify(signIns.items.map(shownSignIn))},\n"likes":[`;
  yield* listed(likesOf(person));
  yield '],\n"writings":{';
  for (const [at, kind] of Object.keys(KINDS).filter(isKind).entries()) {
    yield `${at === 0 ? '' : '],'}\n${JSON.stringify(kind)}:[`;
    yield* listed(writtenBy(person, kind));
  }
  yield ']}}\n';
}

/** Pages of values as the inside of one JSON array. */
async function* listed(pages: AsyncIterable<readonly object[]>): AsyncIterable<string> {
  let isFirst = true;
  for await (const page of pages) {
    if (page.length === 0) continue;
    yield `${isFirst ? '' : ','}\n${page.map((one) => JSON.stringify(one)).join(',\n')}`;
    isFirst = false;
  }
}

async function* likesOf({ cell, account }: Account): AsyncIterable<readonly object[]> {
  const who = { kind: 'account', account } as const;
  let after: string | undefined;
  do {
    const page = await cell.call('likesPage', { who, after, itemsMax: LIKES_PAGE_MAX });
    if (page.kind !== 'likes-page') throw new ExportBrokenOff();
    yield page.items.map(({ video, atMs }) => ({ video, at: timeText(atMs) }));
    after = page.next;
  } while (after !== undefined);
}

/** A person's writings of a kind. A kind that is new is in the list, and so in here. */
async function* writtenBy(person: Account, of: Kind): AsyncIterable<readonly object[]> {
  let before: string | undefined;
  do {
    const find = { by: 'kind', of, before, itemsMax: WRITINGS_PAGE_MAX } as const;
    const page = await writingsOf(person, find);
    if (page.kind === 'refusal') throw new ExportBrokenOff();
    yield page.items.map(shownWriting);
    before = page.next;
  } while (before !== undefined);
}

function shownWriting({ id, target, body, createdAtMs, updatedAtMs }: AnyWriting): object {
  const times = { createdAt: timeText(createdAtMs), updatedAt: timeText(updatedAtMs) };
  return { id, ...(target !== '' && { about: target }), ...times, ...body };
}

type ListedSignIn = Extract<CellCalls['signIns']['reply'], { kind: 'sign-ins' }>['items'][number];

function shownSignIn({ id, createdAtMs, renewedAtMs, expiresAtMs, isCurrent }: ListedSignIn) {
  const [createdAt, usedAt, expiresAt] = [createdAtMs, renewedAtMs, expiresAtMs].map(timeText);
  return { id, createdAt, usedAt, expiresAt, current: isCurrent };
}
