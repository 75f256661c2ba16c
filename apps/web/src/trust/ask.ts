// Questions to the API, as TanStack Query asks them, and what each failure means in words.

import type { UseQueryOptions } from '@tanstack/react-query';
import { fieldsOf, readBooks, readCells, readTrust } from './record.ts';
import type { Books, CellLine, TrustRecord } from './record.ts';

const ANSWER_MS_MAX = 15_000;
export const NEWS_EVERY_MS = 15_000;

/** Why there is no answer. */
export class AskError extends Error {
  readonly code: 'no-answer' | 'not-found' | 'refused' | 'malformed';

  constructor(code: AskError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'AskError';
    this.code = code;
  }
}

/** Fetches a text. Throws `AskError`. */
export async function askText(path: string): Promise<string> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    text = await response.text();
  } catch (cause) {
    throw new AskError('no-answer', 'The server did not answer.', cause);
  }
  if (response.ok) return text;
  const said = fieldsOf(jsonIn(text))['detail'];
  const detail = typeof said === 'string' ? said : `It answered ${response.status}.`;
  throw new AskError(response.status === 404 ? 'not-found' : 'refused', detail);
}

/** Fetches a JSON document and reads it. Throws `AskError`. */
export async function ask<Answer>(
  path: string,
  read: (value: unknown) => Answer | undefined,
): Promise<Answer> {
  const answer = read(jsonIn(await askText(path)));
  if (answer === undefined) {
    throw new AskError('malformed', `The answer at ${path} is not what it should be.`);
  }
  return answer;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const askCells: UseQueryOptions<readonly CellLine[]> = {
  queryKey: ['cells'],
  queryFn: () => ask('/v1/cells', readCells),
  refetchInterval: NEWS_EVERY_MS,
};

export const askTrust = (jurisdiction: string): UseQueryOptions<TrustRecord> => ({
  queryKey: ['trust', jurisdiction],
  queryFn: () => ask(`/v1/trust/${encodeURIComponent(jurisdiction)}`, readTrust),
  refetchInterval: NEWS_EVERY_MS,
});

export const askBooks = (jurisdiction: string): UseQueryOptions<Books> => ({
  queryKey: ['books', jurisdiction],
  queryFn: () => ask(`/v1/cells/${encodeURIComponent(jurisdiction)}/books`, readBooks),
  refetchInterval: NEWS_EVERY_MS,
});

/** An error in the reader's words: what it means for what they see. */
export function troubleOf(error: Error): string {
  const code = error instanceof AskError ? error.code : 'malformed';
  const what: Readonly<Record<AskError['code'], string>> = {
    'no-answer':
      'The server did not answer. This says nothing about the counts: they are kept by the cell, not by this page.',
    'not-found': 'The server knows nothing by this name.',
    refused: 'The server could not say.',
    malformed:
      'The server answered with something this page does not understand, so it is not shown.',
  };
  return what[code];
}
