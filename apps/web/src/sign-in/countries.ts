// The countries that an account can live in, and where this device seems to be.

import { ask } from '../app/ask.ts';
import { fieldsOf, listOf, textOf } from '../app/parse.ts';

/** Where the last account on this device lives. */
const HOME_KEY = 'holdfast.home';

export type Country = Readonly<{ jurisdiction: string; operator: string }>;
export type Countries = Readonly<{ list: readonly Country[]; guess: string | undefined }>;

/** The list, and a suggestion: where the last account here lived, or where the server sees us. */
export async function readCountries(): Promise<Countries | undefined> {
  const home = lastHome();
  const [cells, guess] = await Promise.all([
    ask('/v1/cells', parseCells),
    home === undefined ? guessOfServer() : Promise.resolve(home),
  ]);
  return cells.kind === 'ok' ? { list: cells.value, guess } : undefined;
}

export function keepHome(jurisdiction: string): void {
  try {
    localStorage.setItem(HOME_KEY, jurisdiction);
  } catch {
    // Without storage it is asked for again.
  }
}

function lastHome(): string | undefined {
  try {
    return localStorage.getItem(HOME_KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

/** A visitor's session is opened where the server places this device. */
async function guessOfServer(): Promise<string | undefined> {
  const parse = (value: unknown): string | undefined => textOf(fieldsOf(value)['jurisdiction']);
  const answer = await ask('/v1/sessions', parse, { method: 'POST', body: {} });
  return answer.kind === 'ok' ? answer.value : undefined;
}

function parseCells(value: unknown): readonly Country[] | undefined {
  return listOf(fieldsOf(value)['cells'] ?? value, (entry) => {
    const jurisdiction = textOf(fieldsOf(entry)['jurisdiction']);
    const operator = textOf(fieldsOf(entry)['operator']) ?? '';
    return jurisdiction === undefined ? undefined : { jurisdiction, operator };
  });
}
