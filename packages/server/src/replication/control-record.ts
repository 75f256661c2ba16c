// What people asked of a hand-over, on disk: who it goes to, how the cut is decided, how it ended.
// The machine's own record (`party-file.ts`) says where it is; this one says what it is for.
//
// A hand-over without this record goes nowhere by itself: no copy is joined or cut to by guessing.

import { readFileSync } from 'node:fs';
import { bool, choice, fits, id, text, union } from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import type { RunningHandover } from './handover-status.ts';
import { HANDOVER_MODES } from './pilot.ts';
import { writeWhole } from './whole-file.ts';

const FORMAT = 1;

export type ControlRecord = Readonly<{
  read: () => RunningHandover | undefined;
  /** On disk (fsync) when it returns. */
  write: (handover: RunningHandover) => void;
}>;

const number: Shape = (value) => Number.isFinite(value);
const none: Shape = (value) => value === null;
const RECORD: Shape = {
  format: (value) => value === FORMAT,
  handover: {
    id,
    mode: choice(...HANDOVER_MODES),
    isApproved: bool,
    target: { operator: text(32), site: text(32), url: text(200) },
    startedAtMs: number,
    ended: union(none, { outcome: text(20), reason: text(1_000), atMs: number }),
  },
};

export function openControlRecord(file: string): ControlRecord {
  let held = readRecord(file);
  return {
    read: () => held,
    write: (handover) => {
      writeWhole(file, `${JSON.stringify({ format: FORMAT, handover })}\n`);
      held = handover;
    },
  };
}

/** A record that cannot be read is as none: it only makes a hand-over wait for a person. */
function readRecord(file: string): RunningHandover | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return fits(RECORD, value) ? (value as { handover: RunningHandover }).handover : undefined;
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (isMissing || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
