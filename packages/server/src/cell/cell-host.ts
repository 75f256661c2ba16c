// A cell: the engine on its files, the accounts of its people, and the border around both.
//
// Everything comes in through `receive` and goes out through the border; there is no other way. It
// runs in a thread of its own (`cell-worker.ts`), or straight in a test.

import { createPrivateKey, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ByteReader, ByteWriter } from '@holdfast/engine/codec/bytes.ts';
import type { Clocks } from '@holdfast/engine/engine/clock.ts';
import { ENGINE_LIMITS } from '@holdfast/engine/engine/engine-options.ts';
import type { ReplayProgress } from '@holdfast/engine/engine/engine-options.ts';
import { openEngine } from '@holdfast/engine/engine/engine.ts';
import type { Engine } from '@holdfast/engine/engine/engine.ts';
import { openSqliteJournal } from '@holdfast/engine/journal/sqlite/sqlite-journal.ts';
import { openSqliteStateStore } from '@holdfast/engine/state/sqlite/sqlite-state-store.ts';
import type { SqliteStateStore } from '@holdfast/engine/state/sqlite/sqlite-state-store.ts';
import { openAccounts } from '../accounts/accounts.ts';
import { openBorder } from '../border/border.ts';
import type { Border } from '../border/border.ts';
import type { BorderRecord, NoticeRecord } from '../border/records.ts';
import { answerCall } from './calls.ts';
import type { CallContext } from './calls.ts';
import { faultCode } from './fault-code.ts';
import { identify, openSecret } from './identity.ts';
import type { AnyCall, CellOptions, CellRequest } from './messages.ts';
import { readRequest, writeReply } from './ops-frame.ts';
import { opsGroupsOf, submitReplyOf } from './ops-requests.ts';
import { Publisher, TICK_MS } from './publisher.ts';
import { startUpkeep } from './upkeep.ts';

export const JOURNAL_FILE = 'journal.db';
export const STATE_FILE = 'state.db';
export const ACCOUNTS_FILE = 'accounts.db';

export type CellHost = Readonly<{
  receive: (request: Exclude<CellRequest, { kind: 'close' }>) => void;
  /** Finishes what waits, stores the state, and lets go of the files. */
  close: () => Promise<void>;
}>;

/** Opens a cell. Rejects when its files do not fit together or cannot be written. */
export async function openCell(
  options: CellOptions,
  clocks: Clocks,
  send: (record: BorderRecord) => void,
): Promise<CellHost> {
  const border = openBorder(send);
  mkdirSync(options.dir, { recursive: true, mode: 0o700 });
  const secret = openSecret(options.dir);
  const journalFile = join(options.dir, JOURNAL_FILE);
  const journal = openSqliteJournal({ file: journalFile });
  const store = await openSqliteStateStore(join(options.dir, STATE_FILE));
  const changed: Changed = { note: () => undefined };
  const engine = await openEngine({
    epoch: options.epoch,
    journal,
    store,
    clocks,
    identify: (subjectKey) => identify(secret, subjectKey),
    limits: { ...ENGINE_LIMITS, ...options.limits },
    onApplied: (_meta, videos) => changed.note(videos),
    onProblem: ({ kind, message }) => notice(border, 'error', kind, message),
    onReplay: replayNotice(border, clocks),
  });
  const accounts = openAccounts({
    file: join(options.dir, ACCOUNTS_FILE),
    nowMs: clocks.nowMs,
    randomBytes,
  });
  const publisher = new Publisher({
    jurisdiction: options.jurisdiction,
    meta: () => engine.meta,
    nowMs: () => engine.clock.nowMs(),
    monotonicMs: clocks.monotonicMs,
    videosAfter: (after, videosMax) => engine.view.videosAfter(after, videosMax),
    publish: (publication) => {
      if (publication.kind === 'subtotals') border.pass({ type: 'subtotals', publication });
      else border.pass({ type: 'watermark', publication });
    },
  });
  changed.note = (videos) => publisher.note(videos);
  const context: CallContext = {
    jurisdiction: options.jurisdiction,
    epoch: options.epoch,
    engine,
    store,
    accounts,
    border,
    operatorKey: createPrivateKey(options.operatorKeyPem),
    secret,
    clocks,
    randomBytes,
  };
  const stopTicks = startTicks(publisher);
  const stopUpkeep = startUpkeep({ engine, journal, store, accounts, journalFile, border, clocks });
  return {
    receive: receiver(engine, border, context, publisher),
    close: async () => {
      stopUpkeep();
      await accounts.close();
      await engine.close();
      await stopTicks();
      await closeFiles(store, journal);
    },
  };
}

/** Who is told of changed counts: nobody while batches are applied again, then the publisher. */
type Changed = { note: Publisher['note'] };

async function closeFiles(
  store: SqliteStateStore,
  journal: Readonly<{ close: () => Promise<void> }>,
): Promise<void> {
  await store.close();
  await journal.close();
}

function notice(
  border: Border,
  level: NoticeRecord['level'],
  event: NoticeRecord['event'],
  message: string,
): void {
  border.pass({ type: 'notice', level, event, message });
}

/** Time between two words about a replay. */
const REPLAY_NOTICE_EVERY_MS = 1_000;

function replayNotice(border: Border, clocks: Clocks): (progress: ReplayProgress) => void {
  let saidAt = clocks.monotonicMs();
  return ({ batches, batchesTotal, msLeft }) => {
    const now = clocks.monotonicMs();
    if (now - saidAt < REPLAY_NOTICE_EVERY_MS && batches < batchesTotal) return;
    saidAt = now;
    const left = Math.ceil((msLeft ?? 0) / 1_000);
    const message = `applied ${batches} of ${batchesTotal} batches again, about ${left} s left`;
    notice(border, 'info', 'replay', message);
  };
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
): CellHost['receive'] {
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
      const answer = { kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 1_000 };
      border.pass({ type: call.name, id, answer });
    }
  };
  return (request) => {
    if (request.kind === 'ops') receiveOps(request.bytes);
    else if (request.kind === 'resync') publisher.resync(request.position);
    else void receiveCall(request.id, request.call);
  };
}
