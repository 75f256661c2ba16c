// The charter of one cell for its party, out of the checked copy that the process keeps.

import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { CharterBody } from '@holdfast/engine/handover/charter-rules.ts';
import type { CharterClient } from '../registrar/charter-client.ts';
import type { CharterLine } from './party-ports.ts';

/** The copy follows a stream, so what is new is on its way already; it is waited for so long. */
const NEWS_MS_MAX = 100;

/** The registrar did not answer; whether it recorded the entry is read in the charter. */
export class CharterAwayError extends Error {
  readonly code = 'charter-away';
}

/** The registrar will not have the entry, and asking again will not change that. */
export class CharterRefusedError extends Error {
  readonly code = 'charter-refused';
}

export function charterLine(
  client: Pick<CharterClient, 'charter' | 'watch' | 'append'>,
  cell: Jurisdiction,
): CharterLine {
  const { charter } = client;
  const watchCell = (onEntry: () => void): (() => void) =>
    client.watch((entry) => {
      if (entry.cell === cell) onEntry();
    });
  return {
    entries: () => {
      const entries: CharterBody[] = [];
      for (let epoch = 1; ; epoch += 1) {
        const entry = charter.entryOf(cell, epoch as Epoch);
        if (entry === undefined) return entries;
        entries.push(entry);
      }
    },
    follows: () => charter.follows(cell),
    append: async (signed) => {
      const outcome = await client.append(signed);
      if (outcome.kind === 'no-answer') throw new CharterAwayError(outcome.detail);
      if (outcome.kind === 'refused') throw new CharterRefusedError(outcome.detail);
    },
    subscribe: watchCell,
    refresh: () =>
      new Promise((resolve) => {
        const end = (): void => {
          clearTimeout(timer);
          unwatch();
          resolve();
        };
        const timer = setTimeout(end, NEWS_MS_MAX);
        const unwatch = watchCell(end);
      }),
  };
}
