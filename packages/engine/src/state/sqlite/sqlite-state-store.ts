// The state on disk: `state.db`, read here and written by a thread of its own (`flush-thread.ts`).
//
// WAL with `synchronous=NORMAL`: a `store` survives a crash of the process; after a power cut the
// state may be an older one, which is why the journal keeps what came after.

import { Worker } from 'node:worker_threads';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { ByteWriter } from '../../codec/bytes.ts';
import type { StateChanges, StateStore } from '../state-store.ts';
import { StateError } from '../state-store.ts';
import type { FlushReply, FlushRequest, FlushThreadData } from './flush-messages.ts';
import { bucketNumbers, likePairs, writePerson, writeSession, writeVideo } from './flush-rows.ts';
import type { FlushTable } from './flush-rows.ts';
import { uniquesToBytes } from './row-bytes.ts';
import type { LikesRecount } from './recount-likes.ts';
import { openStateReads } from './state-reads.ts';
import { STATE_KEY_BYTES, StateNames } from './state-names.ts';

/** Rows that are handed over in one go, so that the thread that acknowledges is soon back. */
const ROWS_PER_TURN = 20_000;

/** Rows pass through the storing thread; without a limit their leavings may take up 128 MB. */
const YOUNG_MB = 24;

export type SqliteStateStore = StateStore &
  Readonly<{
    /** Copies a journal's WAL back into its file, in the storing thread. */
    checkpointJournal: (file: string) => Promise<void>;
    /**
     * Counts the like rows of every video anew, in slices in the storing thread; `undefined` when
     * nothing is stored yet. Asked again before it is done, it is the same recount.
     */
    recountLikes: () => Promise<LikesRecount | undefined>;
  }>;

/** For a state whose names are to be kept from nobody. */
const NO_KEY = new Uint8Array(STATE_KEY_BYTES);

/**
 * Opens or creates the state. Rejects with `StateError` when it cannot be read or written. `key`
 * keeps the names in it from whoever has only the file; a state is always opened with the same.
 */
export async function openSqliteStateStore(
  file: string,
  key: Uint8Array = NO_KEY,
): Promise<SqliteStateStore> {
  mkdirSync(dirname(file), { recursive: true });
  const thread = await startFlushThread({ file, key });
  const reads = openStateReads(file, new StateNames(key));
  return {
    ...reads.port,
    store: async (changes) => {
      await handOver(thread, changes);
      await thread.ask({ kind: 'commit', meta: changes.meta, corrections: changes.corrections });
    },
    ...besideHousekeeping(reads.port.rollups, async (nowMs) => {
      await thread.ask({ kind: 'maintain', nowMs });
    }),
    checkpointJournal: async (journal) => thread.ask({ kind: 'checkpoint-journal', file: journal }),
    recountLikes: thread.recountLikes,
    close: async () => {
      reads.close();
      await thread.ask({ kind: 'close' });
    },
  };
}

/**
 * Buckets are read in slices, and housekeeping moves what is in them to wider ones; a read that met
 * it could see a view twice or not at all, so it waits for its end or is made again.
 */
function besideHousekeeping(
  rollups: StateStore['rollups'],
  maintain: StateStore['maintain'],
): Pick<StateStore, 'rollups' | 'maintain'> {
  let housekeeping: Promise<void> | undefined;
  let begun = 0;
  return {
    maintain: async (nowMs) => {
      begun += 1;
      const own = maintain(nowMs);
      housekeeping = own.catch(() => undefined);
      try {
        await own;
      } finally {
        housekeeping = undefined;
      }
    },
    rollups: async (video, fromMinute, toMinute) => {
      for (;;) {
        while (housekeeping !== undefined) await housekeeping;
        const before = begun;
        const found = await rollups(video, fromMinute, toMinute);
        if (before === begun) return found;
      }
    },
  };
}

type FlushThread = Readonly<{
  tell: (request: FlushRequest, transfer: ArrayBuffer[]) => void;
  ask: (request: FlushRequest) => Promise<void>;
  recountLikes: SqliteStateStore['recountLikes'];
}>;

async function startFlushThread(data: FlushThreadData): Promise<FlushThread> {
  const worker = new Worker(new URL('./flush-thread.ts', import.meta.url), {
    workerData: data,
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  let recount: PromiseWithResolvers<LikesRecount | undefined> | undefined;
  const fail = (error: Error): void => {
    for (const { reject } of waiting.splice(0)) reject(error);
    recount?.reject(error);
  };
  let dead: StateError | undefined;
  worker.on('error', (error) => {
    dead = new StateError('io', 'the thread that stores the state has stopped', error);
    fail(dead);
  });
  worker.on('exit', () => {
    dead ??= new StateError('io', 'the state is closed');
    fail(dead);
  });
  worker.on('message', (reply: FlushReply) => {
    if (reply.kind === 'recounted' || reply.kind === 'recount-failed') {
      if (reply.kind === 'recounted') recount?.resolve(reply.recount);
      else recount?.reject(new StateError('io', reply.message));
      recount = undefined;
      return;
    }
    const first = waiting.shift();
    if (reply.kind !== 'failed') first?.resolve();
    else first?.reject(new StateError(reply.isFull ? 'full' : 'io', reply.message));
  });
  const answer = async (): Promise<void> =>
    new Promise((resolve, reject) => {
      if (dead === undefined) waiting.push({ resolve, reject });
      else reject(dead);
    });
  await answer();
  return {
    tell: (request, transfer) => worker.postMessage(request, transfer),
    ask: async (request) => {
      const replied = answer();
      if (dead === undefined) worker.postMessage(request);
      await replied;
    },
    recountLikes: async () => {
      if (dead !== undefined) throw dead;
      if (recount === undefined) {
        recount = Promise.withResolvers();
        worker.postMessage({ kind: 'recount-likes' } satisfies FlushRequest);
      }
      return recount.promise;
    },
  };
}

/** Lets whatever waits for this thread go first. */
async function yieldTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

async function handOver(thread: FlushThread, changes: StateChanges): Promise<void> {
  const writer = new ByteWriter(256 * 1024);
  const send = async <Row>(
    table: FlushTable,
    rows: Iterable<Row>,
    write: (row: Row) => void,
  ): Promise<void> => {
    let starts: number[] = [];
    const tell = (): void => {
      const bytes = writer.take();
      thread.tell({ kind: 'rows', table, bytes, starts: new Uint32Array(starts) }, [bytes.buffer]);
      starts = [];
    };
    for (const row of rows) {
      starts.push(writer.length);
      write(row);
      if (starts.length < ROWS_PER_TURN) continue;
      tell();
      await yieldTurn();
    }
    tell();
  };
  await send('sessions', changes.sessions, ([key, row]) => writeSession(writer, key, row));
  await send('persons', changes.persons, ([, row]) => writePerson(writer, row));
  await send('counts', changes.videos, ([, row]) => writeVideo(writer, row));
  for (const [minute, rows] of changes.minutes) {
    const numbers = bucketNumbers(rows);
    thread.tell({ kind: 'buckets', minute, numbers }, [numbers.buffer]);
    await yieldTurn();
  }
  const pairs = likePairs(changes.likes);
  thread.tell({ kind: 'likes', pairs }, [pairs.buffer]);
  await handOverUniques(thread, changes);
  for (const { day, numbers } of changes.starts) {
    // A copy: should this flush fail, the same starts go once more.
    const copy = numbers.slice();
    thread.tell({ kind: 'starts', day, numbers: copy }, [copy.buffer]);
    await yieldTurn();
  }
}

async function handOverUniques(thread: FlushThread, changes: StateChanges): Promise<void> {
  let rows: { key: number; kind: number; data: Uint8Array }[] = [];
  for (const [key, uniques] of changes.uniques) {
    rows.push({ key, ...uniquesToBytes(uniques) });
    if (rows.length < ROWS_PER_TURN) continue;
    thread.tell({ kind: 'uniques', rows }, []);
    rows = [];
    await yieldTurn();
  }
  thread.tell({ kind: 'uniques', rows }, []);
}
