// What a party is in the middle of destroying: one small file in the cell's folder, replaced whole.

import { readFileSync } from 'node:fs';
import { isHash } from '@holdfast/engine/charter/check-crypto.ts';
import { choice, fits, id, list, text, uint, union } from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import { writeWhole } from '../replication/whole-file.ts';
import type { Listed } from './destroy-copy.ts';

const FORMAT = 1;

/** What was ordered, and how far it is; nothing of it names a person. */
export type Retirement = Readonly<{
  handover: string;
  epoch: number;
  /** SHA-256 of the certificate, as a file. */
  certificate: string;
  orderedAtMs: number;
  /** Before anything is destroyed. */
  listed: Listed | null;
  /** After everything is. */
  destroyed: Readonly<{ atMs: number; reason: string }> | null;
  /** Whether the new owner has the inventory. */
  isDelivered: boolean;
}>;

export type RetirementRecord = Readonly<{
  read: () => Retirement | undefined;
  /** On disk (fsync) when it returns. */
  write: (retirement: Retirement) => void;
}>;

const none: Shape = (value) => value === null;
const FILE = { name: text(300), bytes: uint, sha256: isHash };
const RECORD: Shape = {
  format: (value) => value === FORMAT,
  retirement: {
    handover: id,
    epoch: uint,
    certificate: isHash,
    orderedAtMs: uint,
    listed: union(none, {
      key: { ...FILE, id: text(32), operatorKey: choice('destroyed', 'kept') },
      sealedSample: text(1_000),
      files: list(FILE),
    }),
    destroyed: union(none, { atMs: uint, reason: text(100) }),
    isDelivered: (value) => typeof value === 'boolean',
  },
};

/** The file holds something else than a record; nothing was destroyed by it. */
export class RetirementRecordError extends Error {
  readonly code = 'retirement-record-unreadable';
}

export function openRetirementRecord(file: string): RetirementRecord {
  return {
    read: () => readRecord(file),
    write: (retirement) => {
      writeWhole(file, `${JSON.stringify({ format: FORMAT, retirement })}\n`);
    },
  };
}

function readRecord(file: string): Retirement | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  if (!fits(RECORD, value)) {
    throw new RetirementRecordError(
      `${file} is no record of a retirement of this version. Nothing was destroyed; run the ` +
        'version that wrote it, or remove the file to order the retirement anew.',
    );
  }
  // The shape above is this type, field by field.
  return (value as { retirement: Retirement }).retirement;
}
