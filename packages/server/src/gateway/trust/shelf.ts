// Files about hand-overs as a gateway keeps them, certificates and inventories of retirements:
// fetched from either side, checked against its own copy of the charter, and kept on disk, so that
// they are there when both sides are gone.
//
// Rules: docs/spec/certificate.md (T14).
//
// Why a false one is never shown: a file is kept only when all of it holds and it is of the entry
// that this gateway's own charter has. Addresses come out of signed charter entries.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isId } from '@holdfast/protocol/ids.ts';
import { LOCAL_URL } from '@holdfast/engine/charter/charter-entry.ts';
import type { CharterView } from '../../registrar/charter.ts';
import { writeWhole } from '../../replication/whole-file.ts';
import { changesOf, entriesOf, isCertified } from './ownership.ts';
import type { Change } from './ownership.ts';

const LOOK_EVERY_MS = 1_000;
/** What cannot be had is asked for again after this, and then after twice as long each time. */
const RETRY_MS_MIN = 1_000;
const FETCH_MS_MAX = 5_000;
const SUFFIX = '.json';
const PUBLIC_MODE = 0o644;

/** One kind of file, by the hand-over that it is about. */
export type PublicFile = Readonly<{
  /** Where either side gives it. */
  path: (handover: string) => string;
  bytesMax: number;
  /** The longest pause before it is asked for again. */
  retryMsMax: number;
  /** What is wrong with a file; `undefined` when it holds and is of this change. */
  faultOf: (text: string, change: Change, registrarKey: string | undefined) => string | undefined;
}>;

export type Shelf = Readonly<{
  /** The file of a hand-over; `undefined` while there is none here. */
  text: (handover: string) => string | undefined;
  has: (handover: string) => boolean;
  /** Looks for what is missing. Never rejects. */
  look: () => Promise<void>;
  close: () => Promise<void>;
}>;

export type OpenShelf = Readonly<{
  file: PublicFile;
  folder: string;
  charter: Readonly<{ view: CharterView; registrarKey: () => string | undefined }>;
  fetch: typeof globalThis.fetch;
  monotonicMs: () => number;
  /** Told of a file that was not kept because it does not hold. */
  onRefused: (detail: string) => void;
}>;

type Wanted = { retryMs: number; atMs: number };

export function openShelf(options: OpenShelf): Shelf {
  const { file, folder, charter, monotonicMs } = options;
  const kept = new Set(namesIn(folder));
  const fileOf = (handover: string): string => join(folder, `${handover}${SUFFIX}`);
  const wanted = new Map<string, Wanted>();
  const closing = new AbortController();
  let looking = Promise.resolve();

  const lookOnce = async (): Promise<void> => {
    for (const change of missing(charter.view, kept)) {
      if (closing.signal.aborted) return;
      const handover = change.to.handover ?? '';
      const want = wanted.get(handover) ?? { retryMs: RETRY_MS_MIN, atMs: -Infinity };
      if (monotonicMs() < want.atMs) continue;
      const text = await fetched(options, change, closing.signal);
      if (text === undefined) {
        want.atMs = monotonicMs() + want.retryMs;
        want.retryMs = Math.min(2 * want.retryMs, file.retryMsMax);
        wanted.set(handover, want);
        continue;
      }
      writeWhole(fileOf(handover), text, PUBLIC_MODE);
      kept.add(handover);
      wanted.delete(handover);
    }
  };
  const look = (): Promise<void> => {
    looking = looking.then(lookOnce).catch((cause: unknown) => options.onRefused(String(cause)));
    return looking;
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  timer.unref();
  return {
    has: (handover) => kept.has(handover),
    text: (handover) => (kept.has(handover) ? readFileSync(fileOf(handover), 'utf8') : undefined),
    look,
    close: async () => {
      clearInterval(timer);
      closing.abort();
      await looking;
    },
  };
}

function missing(view: CharterView, kept: ReadonlySet<string>): readonly Change[] {
  return view
    .describe()
    .flatMap(({ jurisdiction }) => changesOf(entriesOf(view, jurisdiction)))
    .filter((change) => isCertified(change) && !kept.has(change.to.handover ?? ''));
}

/** Asks the new owner, then the old one; both have the same file. */
async function fetched(
  options: OpenShelf,
  change: Change,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { from, to } = change;
  for (const { url, operator } of [to.owner, from.owner]) {
    if (url === LOCAL_URL) continue;
    const text = await read(options, `${url}${options.file.path(to.handover ?? '')}`, signal);
    if (text === undefined) continue;
    const fault = options.file.faultOf(text, change, options.charter.registrarKey());
    if (fault === undefined) return text;
    options.onRefused(`${operator} gave a file about ${to.handover} that is not kept: ${fault}`);
  }
  return undefined;
}

function namesIn(folder: string): readonly string[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => name.slice(0, -SUFFIX.length))
    .filter(isId);
}

/** A file at an address; `undefined` when it cannot be had now. */
async function read(
  { fetch, file }: OpenShelf,
  url: string,
  closing: AbortSignal,
): Promise<string | undefined> {
  const signal = AbortSignal.any([closing, AbortSignal.timeout(FETCH_MS_MAX)]);
  try {
    const response = await fetch(url, { signal, redirect: 'error' });
    if (!response.ok || response.body === null) return undefined;
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const part of response.body as AsyncIterable<Uint8Array>) {
      bytes += part.length;
      if (bytes > file.bytesMax) return undefined;
      parts.push(part);
    }
    return Buffer.concat(parts).toString('utf8');
  } catch {
    // Away, slow, or gone in the middle: it is asked for again.
    return undefined;
  }
}
