// The durable record of what a party is in the middle of: one small file, replaced whole.
//
// A crash at any moment leaves the old state or the new one, never a part of either; the state that
// is read back is where the machine goes on.

import { readFileSync } from 'node:fs';
import type { PartyState } from '@holdfast/engine/handover/party-state.ts';
import { writeWhole } from './whole-file.ts';

const FORMAT = 1;

/** The file holds something that no party of this version wrote; nothing was changed. */
export class PartyFileError extends Error {
  readonly code = 'party-file-unreadable';
}

export type PartyFile = Readonly<{
  /** The last state that was written; `undefined` before the first. */
  read: () => PartyState | undefined;
  /** On disk (fsync) when it returns. */
  write: (state: PartyState) => void;
}>;

export function openPartyFile(file: string): PartyFile {
  return {
    read: () => readState(file),
    write: (state) => writeWhole(file, `${JSON.stringify({ format: FORMAT, state })}\n`),
  };
}

function readState(file: string): PartyState | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const fault = `${file} is not readable by this version; nothing was changed. Restore it, or run `;
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    throw new PartyFileError(`${fault}the version that wrote it.`);
  }
  if (!isRecord(record)) throw new PartyFileError(`${fault}the version that wrote it.`);
  return record.state;
}

/** The file is written by this module alone, so its form is looked at, not every field. */
function isRecord(value: unknown): value is { format: number; state: PartyState } {
  if (typeof value !== 'object' || value === null) return false;
  if (!('format' in value) || value.format !== FORMAT || !('state' in value)) return false;
  const { state } = value;
  return typeof state === 'object' && state !== null && 'kind' in state && 'me' in state;
}
