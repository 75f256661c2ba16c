// Certificates of hand-overs as a gateway keeps them: fetched from either side, checked against its
// own copy of the charter, and kept on disk, so that they are there when both sides are gone.
//
// Rules: docs/spec/certificate.md (T14).
//
// Why a false one is never shown: a file is kept only when all of it holds (T4 to T7) and its last
// entry is the one of this gateway's own charter. Addresses come out of signed charter entries.

import { CERTIFICATE_BYTES_MAX, readCertificate } from '@holdfast/engine/charter/certificate.ts';
import { LOCAL_URL } from '@holdfast/engine/charter/charter-entry.ts';
import { verifyCertificate } from '@holdfast/engine/charter/verify-certificate.ts';
import type { CharterView } from '../../registrar/charter.ts';
import { certificateStore } from '../../certificate/certificate-store.ts';
import { nodeCrypto } from '../../signed/node-crypto.ts';
import { changesOf, entriesOf, isCertified } from './ownership.ts';
import type { Change } from './ownership.ts';

const LOOK_EVERY_MS = 1_000;
/** A certificate that cannot be had is asked for again after this, and then after twice as long … */
const RETRY_MS_MIN = 1_000;
/** … up to this. */
const RETRY_MS_MAX = 60_000;
const FETCH_MS_MAX = 5_000;

export type CertificateShelf = Readonly<{
  /** The file of a hand-over; `undefined` while there is none here. */
  text: (handover: string) => string | undefined;
  has: (handover: string) => boolean;
  /** Looks for what is missing. Never rejects. */
  look: () => Promise<void>;
  close: () => Promise<void>;
}>;

export type OpenShelf = Readonly<{
  folder: string;
  charter: Readonly<{ view: CharterView; registrarKey: () => string | undefined }>;
  fetch: typeof globalThis.fetch;
  monotonicMs: () => number;
  /** Told of a file that was not kept because it does not hold. */
  onRefused: (detail: string) => void;
}>;

type Wanted = { retryMs: number; atMs: number };

export function openCertificateShelf(options: OpenShelf): CertificateShelf {
  const { folder, charter, monotonicMs } = options;
  const store = certificateStore(folder);
  const kept = new Set(store.list());
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
        want.retryMs = Math.min(2 * want.retryMs, RETRY_MS_MAX);
        wanted.set(handover, want);
        continue;
      }
      const read = readCertificate(text);
      if (read.kind === 'certificate') store.keep(read.certificate);
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
    text: (handover) => (kept.has(handover) ? store.text(handover) : undefined),
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
    const text = await read(
      options.fetch,
      `${url}/v1/handovers/${to.handover}/certificate`,
      signal,
    );
    if (text === undefined) continue;
    const fault = faultOf(text, change, options.charter.registrarKey());
    if (fault === undefined) return text;
    options.onRefused(
      `${operator} gave a certificate of ${to.handover} that is not kept: ${fault}`,
    );
  }
  return undefined;
}

function faultOf(
  text: string,
  { to }: Change,
  registrarKey: string | undefined,
): string | undefined {
  const { checks, certificate } = verifyCertificate(nodeCrypto, text, { registrarKey });
  const failed = checks.find(({ holds }) => !holds);
  if (failed !== undefined || certificate === undefined)
    return failed?.detail ?? 'it is unreadable';
  const { body } = certificate;
  const isThis = body.handover === to.handover && body.entries.at(-1)?.hash === to.hash;
  return isThis ? undefined : 'it is of another hand-over than the charter here has';
}

/** A file at an address; `undefined` when it cannot be had now. */
async function read(
  fetch: typeof globalThis.fetch,
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
      if (bytes > CERTIFICATE_BYTES_MAX) return undefined;
      parts.push(part);
    }
    return Buffer.concat(parts).toString('utf8');
  } catch {
    // Away, slow, or gone in the middle: it is asked for again.
    return undefined;
  }
}
