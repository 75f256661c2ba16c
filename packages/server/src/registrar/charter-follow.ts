// Follows a registrar's stream of entries into a copy, again and again until it is closed.

import type { IncomingMessage } from 'node:http';
import { readBody } from '../signed/wire-http.ts';
import type { WireHttp } from '../signed/wire-http.ts';
import { readEntry } from './charter-entry.ts';
import type { CharterCopy, CharterHead, CopyTaken } from './charter-copy.ts';
import { CHARTER_STREAM_PATH } from './charter-routes.ts';
import { eventReader } from './event-lines.ts';
import type { ServerEvent } from './event-lines.ts';

/** One entry is some 3 KiB; what is larger is none. */
const EVENT_CHARS_MAX: number = 64 * 1024;
const PROBLEM_BYTES_MAX: number = 16 * 1024;
/** Several heartbeats have failed to come by then. */
const SILENCE_MS_MAX = 5_000;
const RETRY_MS = 500;
/** A charter that contradicts ours will not agree a moment later. */
const REFUSED_RETRY_MS = 5_000;

/** How a reader stands with its registrar. */
export type CharterStatus = Readonly<{
  /**
   * `starting`: not heard of yet. `following`: the copy is what the registrar has. `away`: not heard
   * of now. `refused`: what it says contradicts what is known, and is not taken.
   */
  kind: 'starting' | 'following' | 'away' | 'refused';
  /** Since the copy was last known to be all that there is; `undefined` before the first time. */
  ageMs: number | undefined;
  detail: string;
}>;

export type FollowOptions = Readonly<{
  http: WireHttp;
  copy: CharterCopy;
  monotonicMs: () => number;
  /** Resolves after a time, or at once when the signal aborts. */
  pause: (pauseMs: number, signal: AbortSignal) => Promise<void>;
  /** Told when the kind of the status changes, or its detail while it is `refused`. */
  onStatus: (status: CharterStatus) => void;
}>;

export type CharterFollower = Readonly<{
  status: () => CharterStatus;
  /** Resolves once nothing is being read any more. */
  close: () => Promise<void>;
}>;

type Ended = Readonly<{ kind: 'away' | 'refused'; detail: string }>;

export function followCharter(options: FollowOptions): CharterFollower {
  const { copy, monotonicMs, pause, onStatus } = options;
  const closing = new AbortController();
  let currentAtMs: number | undefined;
  let status: Omit<CharterStatus, 'ageMs'> = { kind: 'starting', detail: 'not heard of yet' };

  const full = (): CharterStatus => {
    const ageMs = currentAtMs === undefined ? undefined : monotonicMs() - currentAtMs;
    return { ...status, ageMs };
  };
  const become = (next: typeof status): void => {
    const isSame =
      status.kind === next.kind && (next.kind !== 'refused' || status.detail === next.detail);
    status = next;
    if (!isSame) onStatus(full());
  };
  const onCurrent = (): void => {
    currentAtMs = monotonicMs();
    become({ kind: 'following', detail: `${copy.charter.size()} entries` });
  };

  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      const ended = await followOnce(options, closing.signal, onCurrent);
      if (closing.signal.aborted) return;
      become(ended);
      await pause(ended.kind === 'refused' ? REFUSED_RETRY_MS : RETRY_MS, closing.signal);
    }
  };
  const running = run();

  return {
    status: full,
    close: async () => {
      closing.abort();
      await running;
    },
  };
}

async function followOnce(
  { http, copy }: FollowOptions,
  signal: AbortSignal,
  onCurrent: () => void,
): Promise<Ended> {
  const path = `${CHARTER_STREAM_PATH}?after=${copy.charter.size()}`;
  const ask = { method: 'GET', path, body: new Uint8Array(), signed: undefined, signal };
  const result = await http.exchange({ ...ask, silenceMsMax: SILENCE_MS_MAX });
  if (result.kind === 'failed') return away(result.cause.message);
  const { response } = result;
  try {
    if (response.statusCode !== 200) {
      const said = (await readBody(response, PROBLEM_BYTES_MAX))?.toString('utf8') ?? '';
      return away(`it answers ${response.statusCode}: ${said.slice(0, 200)}`);
    }
    return await readStream(response, copy, onCurrent);
  } catch (cause) {
    return away(cause instanceof Error ? cause.message : String(cause));
  } finally {
    response.destroy();
  }
}

async function readStream(
  response: IncomingMessage,
  copy: CharterCopy,
  onCurrent: () => void,
): Promise<Ended> {
  const reader = eventReader(EVENT_CHARS_MAX);
  // A response that is not decoded gives buffers.
  for await (const bytes of response as AsyncIterable<Buffer>) {
    const events = reader.push(bytes);
    if (events === 'too-large') return away('what it sends is no charter');
    for (const event of events) {
      const taken = takeEvent(event, copy);
      if (taken === undefined) return away('it sent an event that cannot be read');
      if (taken.kind === 'refused') return taken;
      if (taken.kind === 'gap') return away('it left an entry out');
      if (event.event === 'heartbeat') onCurrent();
    }
  }
  return away('it ended the stream');
}

function takeEvent({ event, data }: ServerEvent, copy: CharterCopy): CopyTaken | undefined {
  if (event === 'entry') {
    const entry = readEntry(jsonIn(data));
    return entry && copy.take(entry);
  }
  if (event === 'heartbeat') {
    const head = headIn(jsonIn(data));
    return head && copy.compare(head);
  }
  // Comments, and what a later version may send beside these.
  return { kind: 'taken', isNew: false };
}

function headIn(value: unknown): CharterHead | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { newest, newestHash } = value as Readonly<Partial<Record<string, unknown>>>;
  if (typeof newest !== 'number' || typeof newestHash !== 'string') return undefined;
  return { newest, newestHash };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function away(detail: string): Ended {
  return { kind: 'away', detail };
}
