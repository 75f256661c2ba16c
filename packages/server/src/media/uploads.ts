// Uploads that are under way, by the tus protocol: bytes go to disk as they come, and what came is
// there after any crash, so that a client goes on where it was.
//
// Rules: docs/spec/uploads.md (UP10 to UP16). Who may do what is decided before a request gets here.

import { mkdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { FileStore } from '@tus/file-store';
import { Server } from '@tus/server';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { syncPath } from './media-store.ts';
import type { MediaStore } from './media-store.ts';

export const UPLOAD_BYTES_MAX: number = 200 * 1024 * 1024;
export const UPLOAD_KEPT_MS = 86_400_000;
export const UPLOADS_PATH = '/v1/uploads';
const SWEEP_EVERY_MS = 3_600_000;
/** How long what an earlier request has read may take to get to disk. */
const DRAIN_MS = 3_000;
/** The tus headers that are passed on; nothing else that a client sends gets there. */
const PASSED = ['tus-resumable', 'upload-length', 'upload-offset', 'upload-metadata'];
const MADE = { recursive: true, mode: 0o700 } as const;
const NAME_HEADER = 'x-upload-name';

export type UploadRequest = Readonly<{
  method: 'POST' | 'HEAD' | 'PATCH' | 'DELETE';
  /** The upload; a new one for `POST`. */
  id: string;
  headers: IncomingMessage['headers'];
  /** With the bytes of a `PATCH`. */
  raw?: IncomingMessage;
}>;

export type UploadAnswer = Readonly<{
  status: number;
  headers: Readonly<Record<string, string>>;
}>;

export type Uploads = Readonly<{
  handle: (jurisdiction: Jurisdiction, request: UploadRequest) => Promise<UploadAnswer>;
  /** Bytes that have come; `undefined` when there is no such upload (any more). */
  received: (jurisdiction: Jurisdiction, id: string) => Promise<number | undefined>;
  path: (jurisdiction: Jurisdiction, id: string) => string;
  remove: (jurisdiction: Jurisdiction, id: string) => Promise<void>;
  close: () => Promise<void>;
}>;

export function openUploads(
  jurisdictions: readonly Jurisdiction[],
  media: Pick<MediaStore, 'uploadsFolder'>,
  onFailed: (cause: unknown) => void,
): Uploads {
  const parts = new Map(jurisdictions.map((one) => [one, partOf(media.uploadsFolder(one))]));
  const partFor = (jurisdiction: Jurisdiction): Part => {
    const part = parts.get(jurisdiction);
    if (part === undefined) throw new Error('an upload for a cell that there is not');
    return part;
  };
  const sweep = (): void => {
    for (const { store } of parts.values()) store.deleteExpired().catch(onFailed);
  };
  sweep();
  const timer = setInterval(sweep, SWEEP_EVERY_MS);
  timer.unref();
  const path: Uploads['path'] = (jurisdiction, id) => join(media.uploadsFolder(jurisdiction), id);
  return {
    handle: async (jurisdiction, request) => {
      const answer = await partFor(jurisdiction).server.handleWeb(webRequest(request));
      // What is answered for is on disk.
      if (request.method === 'PATCH' && answer.ok) await syncPath(path(jurisdiction, request.id));
      await answer.body?.cancel();
      return { status: answer.status, headers: Object.fromEntries(answer.headers) };
    },
    received: async (jurisdiction, id) => {
      const found = await partFor(jurisdiction)
        .store.getUpload(id)
        .catch(() => undefined);
      return found?.offset;
    },
    path,
    remove: async (jurisdiction, id) => {
      await partFor(jurisdiction)
        .store.remove(id)
        .catch(() => undefined);
    },
    close: async () => {
      clearInterval(timer);
      // The library makes its folder by itself too, and fails where nobody can catch it when the
      // folder around it has gone: this one comes behind.
      await Promise.all(jurisdictions.map((one) => mkdir(media.uploadsFolder(one), MADE)));
    },
  };
}

type Part = Readonly<{ store: FileStore; server: Server }>;

function partOf(folder: string): Part {
  mkdirSync(folder, MADE);
  const store = new FileStore({
    directory: folder,
    expirationPeriodInMilliseconds: UPLOAD_KEPT_MS,
  });
  const server = new Server({
    path: UPLOADS_PATH,
    datastore: store,
    maxSize: UPLOAD_BYTES_MAX,
    relativeLocation: true,
    lockDrainTimeout: DRAIN_MS,
    namingFunction: (request) => request.headers.get(NAME_HEADER) ?? '',
  });
  return { store, server };
}

function webRequest({ method, id, headers, raw }: UploadRequest): Request {
  const passed = new Headers({ [NAME_HEADER]: id });
  for (const name of PASSED) {
    const value = headers[name];
    if (typeof value === 'string') passed.set(name, value);
  }
  const url = `http://uploads${UPLOADS_PATH}${method === 'POST' ? '' : `/${id}`}`;
  if (method !== 'PATCH' || raw === undefined) return new Request(url, { method, headers: passed });
  passed.set('content-type', 'application/offset+octet-stream');
  const length = headers['content-length'];
  if (length !== undefined) passed.set('content-length', length);
  const body = Readable.toWeb(raw) as ReadableStream<Uint8Array>;
  const init = { method, headers: passed, body, duplex: 'half' as const };
  // A connection that breaks ends the request, and what came before is kept.
  return Object.assign(new Request(url, init), { runtime: { node: { req: raw } } });
}
