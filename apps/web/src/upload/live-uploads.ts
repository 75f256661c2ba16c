// The uploads of this tab, each bound to its draft. They live beside the pages and not in one, so that
// somebody may look at another page while bytes move; the file stays in memory for as long as the tab.

import { ask, done } from '../app/ask.ts';
import { parseDraft } from './draft-wire.ts';
import type { Draft } from './draft-wire.ts';
import { needsOf } from './media-limits.ts';
import type { Picked, Problem, Stored, Wanted } from './upload-machine.ts';
import { areMoving, createUploadRunner } from './upload-runner.ts';
import type { UploadPorts, UploadRunner } from './upload-runner.ts';

/** First bytes that tell a file from others of its name and size. */
const FINGERPRINT_BYTES = 64 * 1024;
const CHECK_EVERY_MS = 700;

const uploads = new Map<string, UploadRunner>();
const draftListeners = new Map<string, (draft: Draft) => void>();

addEventListener('beforeunload', (event) => {
  if (areMoving(uploads.values())) event.preventDefault();
});

addEventListener('online', () => {
  for (const runner of uploads.values()) runner.tell({ kind: 'wake' });
});

/** What has to be known of a chosen file before anything is done with it. */
export async function pickedOf(file: File): Promise<Picked> {
  const first = await file.slice(0, FINGERPRINT_BYTES).arrayBuffer();
  return { name: file.name, bytes: file.size, fingerprint: await hashOf(first), blob: file };
}

async function hashOf(bytes: ArrayBuffer): Promise<string> {
  const { sha256 } = await import('@noble/hashes/sha2.js');
  return [...sha256(new Uint8Array(bytes))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

/** The upload of a draft in this tab; begins one that knows what the server has. */
export function liveUpload(draft: Draft): UploadRunner {
  const before = uploads.get(draft.id);
  if (before !== undefined) return before;
  const runner = createUploadRunner(browserPorts(draft));
  uploads.set(draft.id, runner);
  runner.tell({ kind: 'restore', stored: storedOf(draft) });
  return runner;
}

/** Tells of each state of the draft that an upload learns on its way. Returns how to stop. */
export function onDraft(id: string, listener: (draft: Draft) => void): () => void {
  draftListeners.set(id, listener);
  return () => {
    if (draftListeners.get(id) === listener) draftListeners.delete(id);
  };
}

/** To be called when a draft is deleted: nothing of it may go on. */
export function forgetUpload(id: string): void {
  uploads.get(id)?.tell({ kind: 'cancel' });
  uploads.delete(id);
  forgetWanted(id);
}

function storedOf({ id, upload }: Draft): Stored {
  switch (upload.state) {
    case 'none':
      return { kind: 'none' };
    case 'receiving':
      return {
        kind: 'receiving',
        sent: upload.received,
        total: upload.total,
        wanted: readWanted(id),
      };
    case 'checking':
    case 'ready':
      return { kind: upload.state };
    case 'refused':
      return { kind: 'refused', problem: upload.problem ?? { code: 'other', detail: null } };
  }
}

function browserPorts(draft: Draft): UploadPorts {
  /** `undefined` until the server has been asked. */
  let url: string | null | undefined = draft.upload.url ?? undefined;
  const readDraft = async (): Promise<Draft | null> => {
    const answer = await ask(`/v1/me/drafts/${draft.id}`, parseDraft);
    if (answer.kind !== 'ok') return null;
    draftListeners.get(draft.id)?.(answer.value);
    return answer.value;
  };
  return {
    look,
    make,
    send: async (file, onSent, signal) => {
      if (url === undefined) {
        const fresh = await readDraft();
        if (fresh === null) return { kind: 'cut' };
        url = fresh.upload.state === 'receiving' ? fresh.upload.url : null;
      }
      writeWanted(draft.id, file);
      const { sendByTus } = await import('./tus-send.ts');
      const fault = await sendByTus({
        draft: draft.id,
        file,
        filetype: file.blob.type,
        url,
        onUrl: (made) => {
          url = made;
        },
        onSent,
        signal,
      });
      // What was believed of the address may be what went wrong.
      if (fault !== null) url = undefined;
      return fault;
    },
    discard: async () => {
      const address = url ?? (await readDraft())?.upload.url ?? null;
      url = null;
      forgetWanted(draft.id);
      if (address === null) return;
      const headers = { 'Tus-Resumable': '1.0.0' };
      await ask(address, done, { method: 'DELETE', headers });
      await readDraft();
    },
    checked: (signal) => untilChecked(readDraft, signal),
    sleep,
    isOnline: () => navigator.onLine,
    nowMs: () => performance.now(),
  };
}

const look: UploadPorts['look'] = async (file) => {
  const { probeFile } = await import('./probe.ts');
  const probed = await probeFile(file.blob);
  if (probed.kind === 'refused') return probed;
  const needs = needsOf(probed.probe, file.bytes);
  const { canEncode } = await import('./encode.ts');
  const { probe } = probed;
  return { kind: 'probed', probe, needs, canEncode: await canEncode(file.blob) };
};

const make: UploadPorts['make'] = async ({ file, probe, range, signal }, onPart) => {
  const { encodePart } = await import('./encode.ts');
  const needs = needsOf(probe, file.bytes);
  const made = await encodePart({ file: file.blob, probe, range, needs, signal, onPart });
  if (made.kind === 'failed') return { kind: 'failed', problem: { code: made.code, detail: null } };
  const name = `${file.name.replace(/\.[^.]*$/, '')}.${made.container}`;
  const picked = await pickedOf(new File([made.blob], name, { type: made.blob.type }));
  const part = { ...picked, madeFrom: file.madeFrom ?? file.name };
  const looked = await look(part);
  if (looked.kind === 'refused') return { kind: 'failed', problem: looked.problem };
  if (looked.needs.length > 0) {
    return { kind: 'failed', problem: { code: 'encode-failed', detail: null } };
  }
  return { kind: 'made', file: part, probe: looked.probe };
};

async function untilChecked(
  readDraft: () => Promise<Draft | null>,
  signal: AbortSignal,
): Promise<Problem | null> {
  for (;;) {
    const upload = (await readDraft())?.upload;
    if (upload?.state === 'ready') return null;
    if (upload?.state === 'refused') return upload.problem ?? { code: 'other', detail: null };
    await sleep(CHECK_EVERY_MS, signal);
  }
}

/** Ends with the wait; when it is aborted it never ends, as nobody waits for it any more. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}

const wantedKey = (id: string): string => `holdfast.upload.${id}`;

/** The name and hash of what was begun stay here: the server needs neither. */
function writeWanted(id: string, { blob: _blob, ...wanted }: Picked): void {
  try {
    localStorage.setItem(wantedKey(id), JSON.stringify(wanted));
  } catch {
    // Without storage the size alone tells the file after a reload.
  }
}

function readWanted(id: string): Wanted | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(wantedKey(id)) ?? 'null');
    // Written by this file alone.
    return kept as Wanted | null;
  } catch {
    return null;
  }
}

function forgetWanted(id: string): void {
  try {
    localStorage.removeItem(wantedKey(id));
  } catch {
    // Nothing was kept.
  }
}
