import { expect, test } from 'vitest';
import { ByteWriter } from '@holdfast/engine/codec/bytes.ts';
import { GATEWAY_SILENT_MS_MAX } from '@holdfast/engine/handover/gates.ts';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import { writeRequest } from '../cell/ops-frame.ts';
import { CELL_ROUTES, publicationsPath } from '../cell/remote/cell-wire.ts';
import type { SignedAnswer, SignedRoute } from '../signed/signed-server.ts';
import { US } from '../registrar/charter.fixture.ts';
import { GatewayBook } from './gateway-book.ts';

const clock = { ms: 0 };

function book(answer: SignedAnswer): Readonly<{
  gateways: GatewayBook;
  ask: (
    url: string,
    asked: Readonly<{ path?: string; body?: Buffer; signal?: AbortSignal }>,
  ) => Promise<unknown>;
}> {
  clock.ms = 0;
  const gateways = new GatewayBook(() => clock.ms);
  const plain = (url: string): SignedRoute => {
    return { method: 'POST', url, bodyBytesMax: 0, handle: () => answer };
  };
  const routes = gateways.noting([plain(CELL_ROUTES.ops), plain(CELL_ROUTES.publications)]);
  return {
    gateways,
    ask: async (url, { path = '/', body = Buffer.alloc(0), signal }) =>
      routes
        .find((route) => route.url === url)
        ?.handle({
          sender: { operator: 'gate', site: 'a', publicKey: 'k', keyId: 'id' },
          method: 'POST',
          params: {},
          sentAtMs: 0,
          signal: signal ?? new AbortController().signal,
          path,
          body,
        }),
  };
}

function frameOf(epoch: number, likes = 0): Buffer {
  const writer = new ByteWriter(16);
  writer.uint(epoch);
  const ops = Array.from({ length: likes }, (_, index) => {
    return { n: index + 1, kind: 'like', video: 'v1' as VideoId } as const;
  });
  const who = { kind: 'account', account: 'anna' } as const;
  if (likes > 0) writeRequest(writer, 0, [{ sessionKey: '~a', who, startedAtMs: 1, ops }]);
  return Buffer.from(writer.take());
}

const OK: SignedAnswer = { kind: 'bytes', status: 200, body: '' };
const STREAM: SignedAnswer = { kind: 'stream', chunks: (async function* none() {})() };

test('H40: a gateway confirms the highest epoch under which it asked', async () => {
  const { gateways, ask } = book(OK);
  await ask(CELL_ROUTES.ops, { body: frameOf(3) });
  await ask(CELL_ROUTES.ops, { body: frameOf(2) });
  expect(gateways.gateways()).toMatchObject([{ name: 'gate/a', keyId: 'id', epoch: 3 }]);
});

test('H40: one that has been silent is not counted, unless it has a stream open', async () => {
  const { gateways, ask } = book(STREAM);
  const open = new AbortController();
  const path = publicationsPath(US, 2, undefined);
  await ask(CELL_ROUTES.publications, { path, signal: open.signal });
  clock.ms = 2 * GATEWAY_SILENT_MS_MAX;
  expect(gateways.gateways()).toMatchObject([{ epoch: 2 }]);
  open.abort();
  expect(gateways.gateways()).toHaveLength(1);
  clock.ms += GATEWAY_SILENT_MS_MAX + 1;
  expect(gateways.gateways()).toEqual([]);
});

test('H40: somebody whom the route did not take for a gateway is none', async () => {
  const { gateways, ask } = book({ kind: 'bytes', status: 403, body: '' });
  await ask(CELL_ROUTES.ops, { body: frameOf(3) });
  expect(gateways.gateways()).toEqual([]);
});

test('ops are counted as turned away only when they were', async () => {
  const counted = async (status: number): Promise<number> => {
    const { gateways, ask } = book({ kind: 'bytes', status, body: '' });
    await ask(CELL_ROUTES.ops, { body: frameOf(1, 3) });
    return gateways.opsTurnedAway;
  };
  expect([await counted(200), await counted(409), await counted(503)]).toEqual([0, 3, 0]);
});
