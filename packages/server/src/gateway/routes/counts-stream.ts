// GET /v1/counts/stream: counts as they change, as server-sent events. Rules A51 to A53.
//
// Why nothing piles up: when a reader's socket is full, the stream keeps only the names of videos
// that changed, at most as many as were asked for, and sends their newest counts once it drains.

import type { ServerResponse } from 'node:http';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Exchange } from '../../exchange/exchange.ts';
import type { GatewayLimits } from '../gateway-limits.ts';
import { queryOf, videosOf } from '../query.ts';
import { rateLimited, refusal, sendRefusal, unavailable } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';
import { remoteKeyOf } from '../token-buckets.ts';
import { namedCounts } from './counts.ts';

export type StreamParts = Readonly<{
  exchange: Exchange;
  catalog: Catalog;
  limits: GatewayLimits;
  /** Streams that are open now, for the metrics. */
  streams: { open: number };
}>;

const FULL_RETRY_MS = 5_000;
/** What a browser waits before it connects again. */
const RECONNECT_MS = 2_000;

const NO_VIDEO = refusal('invalid-request', 'Name at least one video: ?video=a&video=b.');
const FULL = unavailable({ kind: 'unavailable', code: 'overloaded', retryAfterMs: FULL_RETRY_MS });
const TOO_MANY = 'Too many streams are open from this address. Close one, or put videos together.';

/** Sends counts of some videos to one reader; returns what ends it. */
function runStream(
  parts: StreamParts,
  videos: readonly VideoId[],
  response: ServerResponse,
): () => void {
  const { exchange, limits } = parts;
  const owed = new Set<VideoId>(videos);
  let draining = false;

  const send = (): void => {
    if (draining || owed.size === 0) return;
    let text = '';
    for (const video of owed) text += `event: count\ndata: ${namedCounts(parts, video)}\n\n`;
    owed.clear();
    draining = !response.write(text);
  };
  const sendAll = (): void => {
    for (const video of videos) owed.add(video);
    send();
  };

  response.write(`retry: ${RECONNECT_MS}\n\n`);
  send();
  response.on('drain', () => {
    draining = false;
    send();
  });
  const unwatch = exchange.watch(videos, (changed) => {
    for (const video of changed) owed.add(video);
    send();
  });
  const heartbeat = setInterval(sendAll, limits.heartbeatMs);

  return () => {
    clearInterval(heartbeat);
    unwatch();
  };
}

export function addStreamRoute(app: FastifyInstance, parts: StreamParts): void {
  const { limits, streams } = parts;
  const openByRemote = new Map<string, number>();
  const responses = new Set<ServerResponse>();

  const placeFor = (remote: string): Refusal | undefined => {
    if (streams.open >= limits.streamsMax) return FULL;
    const open = openByRemote.get(remote) ?? 0;
    if (open >= limits.streamsPerRemoteMax) return rateLimited(TOO_MANY, FULL_RETRY_MS);
    streams.open += 1;
    openByRemote.set(remote, open + 1);
    return undefined;
  };

  const leave = (remote: string): void => {
    streams.open -= 1;
    const open = (openByRemote.get(remote) ?? 1) - 1;
    if (open === 0) openByRemote.delete(remote);
    else openByRemote.set(remote, open);
  };

  const handle = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const query = queryOf(request.url);
    if (query.kind === 'refusal') return sendRefusal(reply, query);
    const asked = videosOf(query);
    if (asked.kind === 'refusal') return sendRefusal(reply, asked);
    const videos = [...asked.videos];
    if (videos.length === 0) return sendRefusal(reply, NO_VIDEO);
    const remote = remoteKeyOf(request.ip);
    const full = placeFor(remote);
    if (full !== undefined) return sendRefusal(reply, full);

    // From here on the answer is ours: headers set so far (for other sites) go along.
    reply.header('content-type', 'text/event-stream; charset=utf-8');
    reply.header('cache-control', 'no-store');
    reply.header('x-accel-buffering', 'no');
    reply.hijack();
    const response = reply.raw;
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) response.setHeader(name, value);
    }
    response.writeHead(200);
    responses.add(response);
    const end = runStream(parts, videos, response);
    response.on('close', () => {
      end();
      responses.delete(response);
      leave(remote);
    });
    return reply;
  };

  // No HEAD: it would hold a place for nothing.
  app.get('/v1/counts/stream', { exposeHeadRoute: false, config: { anySite: true } }, handle);
  app.addHook('preClose', (done) => {
    for (const response of responses) response.end();
    done();
  });
}
