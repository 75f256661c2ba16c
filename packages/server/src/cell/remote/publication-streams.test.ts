import { randomBytes } from 'node:crypto';
import type { Epoch, Seq } from '@holdfast/protocol/ids.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Publication } from '../../border/publication.ts';
import { subtotals, us, watermark } from '../../exchange/fake-publications.ts';
import { clientTo } from '../../signed/signed.fixture.ts';
import { cuttingProxy } from '../../signed/between.fixture.ts';
import { CHUNK_VIDEOS_MAX, publicationsPath } from './cell-wire.ts';
import { STREAMS_PER_KEY_MAX } from './publication-streams.ts';
import { connectCell } from './remote-cell.ts';
import { EPOCH, listenCell, US } from './remote.fixture.ts';
import type { ListeningCell } from './remote.fixture.ts';

let closing: (() => unknown)[] = [];
let cell: ListeningCell;

beforeEach(async () => {
  closing = [];
  cell = await listenCell();
  closing.push(cell.close);
});

afterEach(async () => {
  for (const close of closing.toReversed()) await close();
});

type Listening = Readonly<{
  got: Publication[];
  /** Chunks, empty ones too. */
  chunks: () => number;
  ended: ReturnType<ReturnType<typeof connectCell>['listen']>;
}>;

function listen(url = cell.party.url): Listening {
  const party = { ...cell.party, url };
  const identity = cell.gateway;
  const remote = connectCell({
    jurisdiction: US,
    party,
    identity,
    nowMs: () => Date.now(),
    randomBytes,
  });
  closing.push(remote.close);
  const got: Publication[] = [];
  let chunks = 0;
  const take = (publications: readonly Publication[]): boolean => {
    chunks += 1;
    got.push(...publications);
    return true;
  };
  const after = { epoch: EPOCH, seq: 7 as Seq };
  const ended = remote.listen(EPOCH, after, take, new AbortController().signal);
  return { got, chunks: () => chunks, ended };
}

async function until(isThere: () => boolean): Promise<void> {
  while (!isThere()) await new Promise((resolve) => setTimeout(resolve, 5));
}

it('W107: a stream begins with what changed since the position, and goes on', async () => {
  cell.cell.onResync.publications = [
    subtotals(us, EPOCH, 8, { a: [1, 2] }),
    watermark(us, EPOCH, 8, 1_000),
  ];
  const { got } = listen();
  await until(() => got.length === 2);
  expect(cell.cell.resyncs).toEqual([{ epoch: EPOCH, seq: 7 }]);
  expect(got).toEqual(cell.cell.onResync.publications);
  cell.cell.publish(subtotals(us, EPOCH, 9, { b: [5, 6] }));
  await until(() => got.length === 3);
  expect(got.at(-1)).toEqual(subtotals(us, EPOCH, 9, { b: [5, 6] }));
});

it('W107: a stream with nothing to say sends empty chunks', async () => {
  const listening = listen();
  await until(() => listening.chunks() >= 2);
  expect(listening.got).toEqual([]);
});

it('W108: a reader that is slow gets the newest of each video, and then the watermark', async () => {
  const client = clientTo(cell.party.url, cell.gateway, cell.identity);
  closing.push(client.close);
  const path = publicationsPath(US, EPOCH, undefined);
  const opened = await client.stream({ method: 'GET', path });
  if (opened.kind !== 'stream') throw new Error(`no stream but ${opened.kind}`);
  await until(() => cell.cell.resyncs.length === 1);
  // Far more than any buffer between the two holds, while nobody reads.
  const names = Array.from({ length: CHUNK_VIDEOS_MAX }, (_, index) =>
    `${index}`.padStart(64, 'v'),
  );
  const rows = subtotals(us, EPOCH, 1, Object.fromEntries(names.map((name) => [name, [1, 1]])));
  const rounds = 100;
  for (let seq = 1; seq <= rounds; seq += 1) {
    cell.cell.publish({ ...rows, seq: seq as Seq });
    cell.cell.publish(watermark(us, EPOCH, seq, seq));
    await new Promise(setImmediate);
  }
  cell.role.run.abort();
  let bytes = 0;
  for await (const chunk of opened.chunks) bytes += chunk.length;
  const whole = rounds * names.join('').length;
  expect(bytes).toBeLessThan(whole / 2);
});

it('W107: a stream ends with the run of the cell', async () => {
  const listening = listen();
  await until(() => listening.chunks() > 0 || cell.cell.resyncs.length > 0);
  cell.role.run.abort();
  expect(await listening.ended).toMatchObject({ kind: 'lost', effect: 'none' });
});

it('W107: a stream that is cut on its way ends at the reader', async () => {
  const between = await cuttingProxy(cell.server.port);
  closing.push(between.close);
  const listening = listen(between.url);
  await until(() => cell.cell.resyncs.length > 0);
  between.close();
  expect(await listening.ended).toMatchObject({ kind: 'lost' });
});

it('W107: a reader has so many streams, and a further one ends another', async () => {
  const all = Array.from({ length: STREAMS_PER_KEY_MAX + 1 }, () => listen());
  await until(() => cell.cell.resyncs.length === all.length);
  await Promise.race(all.map(({ ended }) => ended));
  cell.cell.publish(watermark(us, EPOCH, 9, 1));
  await until(() => all.filter(({ got }) => got.length === 1).length === STREAMS_PER_KEY_MAX);
});

it('W121: a party that does not own the cell publishes nothing', async () => {
  cell.role.admission = 'not-owner';
  expect(await listen().ended).toMatchObject({ kind: 'not-owner' });
  expect(cell.cell.resyncs).toEqual([]);
});

it('a cell that is not up opens no stream: it could not begin with what is missing', async () => {
  cell.cell.readiness.isReady = false;
  expect(await listen().ended).toMatchObject({ kind: 'unavailable' });
});

it('W109: a chunk that cannot be read ends the stream, and nothing of it is taken', async () => {
  const odd = await listenCell([
    {
      method: 'GET',
      url: '/v1/cells/:cell/publications',
      bodyBytesMax: 0,
      handle: () => ({
        kind: 'stream',
        chunks: (async function* chunks() {
          await Promise.resolve();
          yield Uint8Array.of(9, 9, 9);
        })(),
      }),
    },
  ]);
  closing.push(odd.close);
  cell = odd;
  const listening = listen();
  expect(await listening.ended).toMatchObject({ kind: 'lost' });
  expect(listening.got).toEqual([]);
});

it('a path that asks for odd things is refused', async () => {
  const client = clientTo(cell.party.url, cell.gateway, cell.identity);
  closing.push(client.close);
  const path = `${publicationsPath(US, EPOCH as Epoch, undefined)}&all=1`;
  expect(await client.ask({ method: 'GET', path })).toMatchObject({ status: 400 });
});
