// Follows a registrar's stream of entries into a copy, again and again until it is closed.

import type { IncomingMessage } from 'node:http';
import { readEntry } from '@holdfast/engine/charter/charter-entry.ts';
import { readBody } from '../signed/wire-http.ts';
import type { WireHttp } from '../signed/wire-http.ts';
import type { CharterCopy, CharterHead, CopyTaken } from './charter-copy.ts';
import { isHeadBy, readHead } from './charter-head.ts';
import type { SignedHead } from './charter-head.ts';
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
  /** The registrar's key when it was told beforehand; else the one that witnessed the first entry. */
  registrarKey?: string;
  monotonicMs: () => number;
  /** Resolves after a time, or at once when the signal aborts. */
  pause: (pauseMs: number, signal: AbortSignal) => Promise<void>;
  /** Told when the kind of the status changes, or its detail while it is `refused`. */
  onStatus: (status: CharterStatus) => void;
}>;

export type CharterFollower = Readonly<{
  status: () => CharterStatus;
  /** The newest head that the registrar signed (R24). */
  head: () => SignedHead | undefined;
  /** Resolves once nothing is being read any more. */
  close: () => Promise<void>;
}>;

type Ended = Readonly<{ kind: 'away' | 'refused'; detail: string }>;

export function followCharter(options: FollowOptions): CharterFollower {
  const { copy, monotonicMs, pause, onStatus, registrarKey } = options;
  const closing = new AbortController();
  let currentAtMs: number | undefined;
  let head: SignedHead | undefined;
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
  /** R24: a head that is not signed, or was heard before, says nothing about now. */
  const onHead = (beat: Beat): boolean => {
    const key = registrarKey ?? copy.charter.registrarKey();
    const signed = beat.signed;
    const isProven = signed !== undefined && (key === undefined || isHeadBy(key, signed));
    if (!isProven || signed.newest !== beat.newest || signed.newestHash !== beat.newestHash) {
      return false;
    }
    if (head !== undefined && signed.atMs <= head.atMs) return false;
    head = signed;
    currentAtMs = monotonicMs();
    become({ kind: 'following', detail: `${copy.charter.size()} entries` });
    return true;
  };

  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      const ended = await followOnce(options, closing.signal, onHead);
      if (closing.signal.aborted) return;
      become(ended);
      await pause(ended.kind === 'refused' ? REFUSED_RETRY_MS : RETRY_MS, closing.signal);
    }
  };
  const running = run();

  return {
    status: full,
    head: () => head,
    close: async () => {
      closing.abort();
      await running;
    },
  };
}

async function followOnce(
  { http, copy, monotonicMs }: FollowOptions,
  signal: AbortSignal,
  onHead: (beat: Beat) => boolean,
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
    return await readStream(response, copy, { onHead, monotonicMs });
  } catch (cause) {
    return away(cause instanceof Error ? cause.message : String(cause));
  } finally {
    response.destroy();
  }
}

async function readStream(
  response: IncomingMessage,
  copy: CharterCopy,
  { onHead, monotonicMs }: Readonly<{ onHead: (beat: Beat) => boolean; monotonicMs: () => number }>,
): Promise<Ended> {
  const reader = eventReader(EVENT_CHARS_MAX);
  let headAtMs = monotonicMs();
  // A response that is not decoded gives buffers.
  for await (const bytes of response as AsyncIterable<Buffer>) {
    const events = reader.push(bytes);
    if (events === 'too-large') return away('what it sends is no charter');
    for (const event of events) {
      const taken = takeEvent(event, copy);
      if (taken === undefined) return away('it sent an event that cannot be read');
      if (taken.kind === 'refused') return taken;
      if (taken.kind === 'gap') return away('it left an entry out');
      const beat = event.event === 'heartbeat' ? beatIn(jsonIn(event.data)) : undefined;
      if (beat !== undefined && onHead(beat)) headAtMs = monotonicMs();
      if (monotonicMs() - headAtMs > SILENCE_MS_MAX) {
        return away('it shows no new head signed by the registrar: somebody may be in between');
      }
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
    const beat = beatIn(jsonIn(data));
    return beat && copy.compare(beat);
  }
  // Comments, and what a later version may send beside these.
  return { kind: 'taken', isNew: false };
}

/** What a heartbeat says, and the registrar's own word of it. */
type Beat = CharterHead & Readonly<{ signed: SignedHead | undefined }>;

function beatIn(value: unknown): Beat | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { newest, newestHash, head } = value as Readonly<Partial<Record<string, unknown>>>;
  if (typeof newest !== 'number' || typeof newestHash !== 'string') return undefined;
  return { newest, newestHash, signed: readHead(head) };
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
