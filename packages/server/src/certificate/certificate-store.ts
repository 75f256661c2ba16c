// The certificates of a party, and what it noted at the cut until there is one.
//
// Files in `certificates/` of the data folder: ID.json is a certificate, ID.side.json is what this
// side saw at the cut. What was not noted then cannot be known later, so it is on disk first.

import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isId } from '@holdfast/protocol/ids.ts';
import { fits, id, list, text, union, uint } from '@holdfast/protocol/shape.ts';
import {
  certificateText,
  readGatewayWord,
  readStatement,
} from '@holdfast/engine/charter/certificate.ts';
import type { Certificate, GatewayWord, Statement } from '@holdfast/engine/charter/certificate.ts';
import type { NamedGateway } from '../replication/pause-reports.ts';
import { writeWhole } from '../replication/whole-file.ts';

/** What one side saw of a hand-over. */
export type Side = Readonly<{
  handover: string;
  statement: Statement;
  startedAtMs: number | null;
  pauseMs: number | null;
  turnedAway: number | null;
  /** At the old owner: the gateways that it had seen when it sealed. */
  gateways: readonly NamedGateway[] | null;
  /** At the new owner: what they told, once it has said so to the old one. */
  word: GatewayWord | null;
}>;

export type CertificateStore = Readonly<{
  /** The file of a certificate, which may not be there. */
  fileOf: (handover: string) => string;
  has: (handover: string) => boolean;
  /** The text of a certificate; `undefined` when there is none of that name. */
  text: (handover: string) => string | undefined;
  /** Durable on return. */
  keep: (certificate: Certificate) => void;
  /** Durable on return; replaces what was noted of the same hand-over. */
  note: (side: Side) => void;
  side: (handover: string) => Side | undefined;
  /** Forgets what was noted. */
  drop: (handover: string) => void;
  /** Hand-overs that this side noted and that have no certificate yet. */
  open: () => readonly string[];
  /** Hand-overs that have one. */
  list: () => readonly string[];
}>;

const CERTIFICATE_MODE = 0o644;
const SIDE = '.side.json';

export function certificateStore(folder: string): CertificateStore {
  const fileOf = (handover: string): string => {
    if (!isId(handover)) throw new TypeError('a hand-over is named by an id');
    return join(folder, `${handover}.json`);
  };
  const sideFile = (handover: string): string => join(folder, `${handover}${SIDE}`);
  const names = (): readonly string[] => (existsSync(folder) ? readdirSync(folder) : []);
  const has = (handover: string): boolean => isId(handover) && existsSync(fileOf(handover));
  return {
    fileOf,
    has,
    text: (handover) => (has(handover) ? readFileSync(fileOf(handover), 'utf8') : undefined),
    keep: (certificate) => {
      const { handover } = certificate.body;
      writeWhole(fileOf(handover), certificateText(certificate), CERTIFICATE_MODE);
    },
    note: (side) => writeWhole(sideFile(side.handover), `${JSON.stringify(side)}\n`),
    side: (handover) => (isId(handover) ? readSide(sideFile(handover)) : undefined),
    drop: (handover) => rmSync(sideFile(handover), { force: true }),
    open: () =>
      names()
        .filter((name) => name.endsWith(SIDE))
        .map((name) => name.slice(0, -SIDE.length))
        .filter((handover) => !has(handover)),
    list: () =>
      names().flatMap((name) => {
        const handover = name.endsWith('.json') ? name.slice(0, -'.json'.length) : '';
        return isId(handover) ? [handover] : [];
      }),
  };
}

const maybe = union(uint, (value) => value === null);
const SIDE_SHAPE = {
  handover: id,
  statement: (value: unknown): boolean => readStatement(value) !== undefined,
  startedAtMs: maybe,
  pauseMs: maybe,
  turnedAway: maybe,
  gateways: union((value) => value === null, list({ name: text(80), keyId: text(64) })),
  word: (value: unknown): boolean => value === null || readGatewayWord(value) !== undefined,
};

function readSide(file: string): Side | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (isMissing || error instanceof SyntaxError) return undefined;
    throw error;
  }
  return fits(SIDE_SHAPE, value) ? (value as Side) : undefined;
}
