// The charter as the API gives it, page by page.

import type { UseQueryOptions } from '@tanstack/react-query';
import { readEntry } from '@holdfast/engine/charter/charter-entry.ts';
import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import { ask, NEWS_EVERY_MS } from './ask.ts';
import { fieldsOf, listOf } from './record.ts';

/** Pages of a thousand entries; a longer charter is read to here, and the page says so. */
const CHARTER_PAGES_MAX = 10;

/** The charter as it was sent: entries in their form, nothing of them checked yet. */
export type CharterText = Readonly<{
  entries: readonly CharterEntry[];
  /** The server has more than this page reads. */
  isCut: boolean;
}>;

export const askCharter: UseQueryOptions<CharterText> = {
  queryKey: ['charter'],
  queryFn: async () => {
    const entries: CharterEntry[] = [];
    for (let page = 0; page < CHARTER_PAGES_MAX; page += 1) {
      const last = entries.at(-1)?.n ?? 0;
      const { newest, more } = await ask(`/v1/charter?after=${last}`, readCharterPage);
      entries.push(...more);
      if (more.length === 0 || (entries.at(-1)?.n ?? 0) >= newest) return { entries, isCut: false };
    }
    return { entries, isCut: true };
  },
  refetchInterval: NEWS_EVERY_MS,
};

function readCharterPage(
  value: unknown,
): Readonly<{ newest: number; more: readonly CharterEntry[] }> | undefined {
  const { newest, entries } = fieldsOf(value);
  if (typeof newest !== 'number' || !Array.isArray(entries)) return undefined;
  const more = listOf(entries).map(readEntry);
  // An entry of another form is no reason to show a charter without it.
  if (more.some((entry) => entry === undefined)) return undefined;
  return { newest, more: more.filter((entry) => entry !== undefined) };
}
