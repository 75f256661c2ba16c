// A cell while it decides batches: it takes requests, answers calls, and publishes its counts.

import { createPrivateKey, randomBytes } from 'node:crypto';
import type { Clocks } from '@holdfast/engine/engine/clock.ts';
import type { Engine } from '@holdfast/engine/engine/engine.ts';
import { ByteReader, ByteWriter } from '@holdfast/engine/codec/bytes.ts';
import type { ReadBalances } from '../balances/read-balances.ts';
import type { Border } from '../border/border.ts';
import { openRolesFile } from '../moderation/roles-file.ts';
import type { AccountRoles } from './account-roles.ts';
import { notice } from './cell-notice.ts';
import { answerCall } from './calls.ts';
import type { CallContext } from './call-context.ts';
import type { CellFiles } from './cell-files.ts';
import { faultCode } from './fault-code.ts';
import { openLikesRecounter } from './likes-recounter.ts';
import type { AnyCall, CellOptions, CellRequest } from './messages.ts';
import { readRequest, writeReply } from './ops-frame.ts';
import { opsGroupsOf, submitReplyOf } from './ops-requests.ts';
import { Publisher, TICK_MS } from './publisher.ts';
import type { PublisherSource, Resyncs } from './publisher.ts';

export type Receive = (request: Exclude<CellRequest, { kind: 'close' }>) => void;

export type Serving = Readonly<{
  engine: Engine;
  receive: Receive;
  /** Videos whose counts have changed. */
  note: Publisher['note'];
  /** Publishes what is not published yet, and then nothing more. */
  end: () => Promise<void>;
  resyncs: () => Resyncs;
}>;

export type ServingParts = Readonly<{
  options: Pick<CellOptions, 'dir' | 'jurisdiction' | 'operatorKeyPem' | 'location'>;
  files: CellFiles;
  accounts: AccountRoles;
  border: Border;
  clocks: Clocks;
  balances: ReadBalances;
  /** Of whoever served before. */
  resyncs: Resyncs;
}>;

/** Begins to serve on an engine. */
export function serveOn(engine: Engine, parts: ServingParts): Serving {
  const { options, files, accounts, border, clocks, balances } = parts;
  const publisher = publisherOf(engine, parts);
  const context: CallContext = {
    jurisdiction: options.jurisdiction,
    location: options.location,
    engine,
    store: files.store,
    accounts: files.accounts,
    accountsAcknowledged: () => accounts.acknowledged(),
    border,
    operatorKey: createPrivateKey(options.operatorKeyPem),
    secret: files.secret,
    balances,
    roles: openRolesFile(options.dir, 'the cell'),
    clocks,
    closedDays: { days: new Map() },
    recountLikes: openLikesRecounter({ store: files.store, ...clocks }),
    randomBytes,
  };
  const endTicks = startTicks(publisher);
  return {
    engine,
    receive: receiver(engine, border, context, publisher),
    note: (videos) => publisher.note(videos),
    end: endTicks,
    resyncs: () => publisher.resyncs,
  };
}

function publisherOf(
  engine: Engine,
  { options, border, clocks, resyncs }: ServingParts,
): Publisher {
  const source: PublisherSource = {
    jurisdiction: options.jurisdiction,
    epoch: () => engine.epoch,
    meta: () => engine.meta,
    nowMs: () => engine.clock.nowMs(),
    monotonicMs: clocks.monotonicMs,
    videosAfter: (after, videosMax) => engine.view.videosAfter(after, videosMax),
    publish: (publication) => border.pass({ type: 'subtotals', publication }),
    publishWatermark: (publication, resynced) =>
      border.pass({ type: 'watermark', publication, resynced }),
  };
  return new Publisher(source, resyncs);
}

/** Ticks that never overlap; the returned function sends a last one. */
function startTicks(publisher: Publisher): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let running: Promise<void> = Promise.resolve();
  const next = (): void => {
    if (isStopped) return;
    timer = setTimeout(
      () => {
        running = publisher.tick().then(next, next);
      },
      publisher.isResyncing ? 0 : TICK_MS,
    );
  };
  next();
  return async () => {
    isStopped = true;
    clearTimeout(timer);
    await running;
    await publisher.tick();
  };
}

function receiver(
  engine: Engine,
  border: Border,
  context: CallContext,
  publisher: Publisher,
): Receive {
  const replies = new ByteWriter(64 * 1024);
  let isSending = false;
  // All answers of one batch are ready in the same turn, and leave in one record.
  const sendReplies = (): void => {
    isSending = false;
    border.pass({ type: 'acks', bytes: replies.take() });
  };
  const receiveOps = (bytes: Uint8Array): void => {
    const reader = new ByteReader(bytes);
    while (!reader.atEnd) {
      const { id, groups } = readRequest(reader);
      engine.submit({ kind: 'ops', groups: opsGroupsOf(groups) }, (reply) => {
        writeReply(replies, id, submitReplyOf(reply));
        if (isSending) return;
        isSending = true;
        queueMicrotask(sendReplies);
      });
    }
  };
  const receiveCall = async (id: number, call: AnyCall): Promise<void> => {
    try {
      border.pass({ type: call.name, id, answer: await answerCall(context, call) });
    } catch (error) {
      // An answer that may not leave is a fault like any other; whoever waits hears so much.
      notice(border, 'error', 'call-failed', `${call.name} failed: ${faultCode(error)}`);
      border.pass({ type: call.name, id, answer: AWAY });
    }
  };
  return (request) => {
    if (request.kind === 'ops') receiveOps(request.bytes);
    else if (request.kind === 'resync') publisher.resync(request.position, request.id);
    else void receiveCall(request.id, request.call);
  };
}

const AWAY = { kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 1_000 } as const;

/** Answers whatever is asked of a cell that decides nothing at this moment. */
export function receiveNothing(border: Border): Receive {
  return (request) => {
    if (request.kind === 'call') {
      border.pass({ type: request.call.name, id: request.id, answer: AWAY });
    } else if (request.kind === 'ops') {
      const reader = new ByteReader(request.bytes);
      const replies = new ByteWriter();
      while (!reader.atEnd) writeReply(replies, readRequest(reader).id, AWAY);
      border.pass({ type: 'acks', bytes: replies.take() });
    }
  };
}
