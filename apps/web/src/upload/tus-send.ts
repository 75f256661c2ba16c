// Sends a file by tus 1.0. The address of a half-sent upload is the draft's and not one that this
// browser remembers: a file picked again on a phone is seldom the same bytes under the same name.

import { Upload as TusUpload, DetailedError } from 'tus-js-client';
import { fieldsOf, textOf } from '../app/parse.ts';
import type { Picked, Problem } from './upload-machine.ts';
import type { SendFault } from './upload-runner.ts';

const UPLOADS = '/v1/uploads';
/** Small enough that a break costs seconds, large enough that asking costs little. */
const CHUNK_BYTES = 4 * 1024 * 1024;

export type TusJob = Readonly<{
  draft: string;
  file: Picked;
  filetype: string;
  /** Where a half-sent upload goes on; `null` begins one. */
  url: string | null;
  onUrl: (url: string) => void;
  onSent: (sent: number, total: number) => void;
  signal: AbortSignal;
}>;

/** Ends when the server has every byte (`null`), or with why it has not. */
export function sendByTus(job: TusJob): Promise<SendFault | null> {
  const { draft, file, filetype, url, onUrl, onSent, signal } = job;
  return new Promise((resolve) => {
    const upload = new TusUpload(file.blob, {
      endpoint: url === null ? UPLOADS : null,
      uploadUrl: url,
      metadata: { draft, filename: file.name, filetype },
      chunkSize: CHUNK_BYTES,
      // The machine waits and tries again: it knows of being offline and of being paused.
      retryDelays: null,
      storeFingerprintForResuming: false,
      onUploadUrlAvailable: () => {
        if (upload.url !== null) onUrl(upload.url);
      },
      onProgress: onSent,
      onSuccess: () => resolve(null),
      onError: (error) => resolve(faultOf(error)),
    });
    signal.addEventListener('abort', () => {
      // The promise stays open: whoever aborts does not want an answer.
      void upload.abort();
    });
    if (!signal.aborted) upload.start();
  });
}

function faultOf(error: Error | DetailedError): SendFault {
  if (!(error instanceof DetailedError)) return { kind: 'cut' };
  const status = error.originalResponse?.getStatus() ?? 0;
  const isCreation = error.originalRequest.getMethod() === 'POST';
  if (status === 0 || status === 423 || status === 429 || status >= 500) return { kind: 'cut' };
  const problem = problemOf(error.originalResponse?.getBody() ?? '', status);
  if (status === 413 || status === 415 || status === 422) return { kind: 'refused', problem };
  if (!isCreation && [404, 409, 410].includes(status)) return { kind: 'lost' };
  // Another page of the same person began one: the next attempt asks the draft for its address.
  if (isCreation && status === 409) return { kind: 'cut' };
  return { kind: 'failed', problem };
}

function problemOf(body: string, status: number): Problem {
  if (status === 401) return { code: 'signed-out', detail: null };
  try {
    const { code, detail } = fieldsOf(JSON.parse(body));
    return { code: textOf(code) ?? `http-${status}`, detail: textOf(detail) ?? null };
  } catch {
    return { code: `http-${status}`, detail: null };
  }
}
