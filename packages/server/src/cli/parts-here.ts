// Which cells run on this machine for this user, so that a command finds its cell by itself.
//
// Every `holdfast cell` leaves a note while it runs: which cell it is of, where its charter is kept
// and where its data lies. A note holds no secret and grants nothing: a command still signs with
// the operator's key, which it reads from the folder that the note names.

import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { fits, jurisdiction, text } from '@holdfast/protocol/shape.ts';
import { writeWhole } from '../replication/whole-file.ts';
import type { CliIo } from './cli-io.ts';

export type PartHere = Readonly<{ cell: Jurisdiction; registrar: string; dataDir: string }>;

/** Notes that are read; more cells than that do not run on one machine. */
const NOTES_MAX = 256;
const NOTE_NAME = /^(\d{1,10})\.json$/;
const NOTE = { cell: jurisdiction, registrar: text(300), dataDir: text(4_096) };
const OTHERS_MAY = 0o077;

/** Where this user's notes are: with what else lasts as long as a session, or in a folder of tmp. */
export function notesFolder({ env }: Pick<CliIo, 'env'>): string {
  const runtimeDir = env['XDG_RUNTIME_DIR'];
  const isGiven = runtimeDir !== undefined && runtimeDir !== '';
  return isGiven ? join(runtimeDir, 'holdfast') : join(tmpdir(), `holdfast-${userId()}`);
}

function userId(): number {
  return process.getuid?.() ?? 0;
}

/**
 * Leaves a note for as long as this process runs; the function that it returns takes it away. Where
 * none can be left commands have to be told, so that is no error.
 */
export function noteHere(folder: string, part: PartHere, pid: number = process.pid): () => void {
  const file = join(folder, `${pid}.json`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (isOurs(folder)) writeWhole(file, JSON.stringify(part));
  } catch {
    return () => undefined;
  }
  return () => rmSync(file, { force: true });
}

/** The cells that run here now. A note whose process is gone, as after a crash, is removed. */
export function partsHere(folder: string): readonly PartHere[] {
  if (!isOurs(folder)) return [];
  const parts: PartHere[] = [];
  for (const name of readdirSync(folder).slice(0, NOTES_MAX)) {
    const pid = NOTE_NAME.exec(name)?.[1];
    if (pid === undefined) continue;
    const file = join(folder, name);
    const part = isRunning(Number(pid)) ? readNote(file) : undefined;
    if (part === undefined) rmSync(file, { force: true });
    else parts.push(part);
  }
  return parts;
}

function readNote(file: string): PartHere | undefined {
  try {
    const note: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return fits(NOTE, note) ? (note as PartHere) : undefined;
  } catch {
    return undefined;
  }
}

/** A folder that others may write to could name a folder of theirs. */
function isOurs(folder: string): boolean {
  try {
    const found = lstatSync(folder);
    const isPrivate = found.uid === userId() && (found.mode & OTHERS_MAY) === 0;
    return found.isDirectory() && isPrivate;
  } catch {
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** What a command was told. */
export type Told = Readonly<{
  cell: string | undefined;
  registrar: string | undefined;
  dataDir: string | undefined;
}>;

export type Meant =
  | Readonly<{ kind: 'meant'; cell: string; registrar: string; dataDirs: readonly string[] }>
  | Readonly<{ kind: 'unclear'; detail: string }>;

/** What a command means: as it was told, and for the rest what runs here, when only one thing can. */
export function meantBy(told: Told, here: readonly PartHere[], fallbackDir: string): Meant {
  const fitting = here.filter(
    (part) =>
      (told.cell === undefined || part.cell === told.cell) &&
      (told.registrar === undefined || part.registrar === told.registrar),
  );
  const cell = told.cell ?? only(fitting.map((part) => part.cell));
  if (cell === undefined) {
    return unclear(
      'Name the cell with --cell',
      'cells',
      fitting.map((part) => part.cell),
    );
  }
  const ofCell = fitting.filter((part) => part.cell === cell);
  const registrar = told.registrar ?? only(ofCell.map((part) => part.registrar));
  if (registrar === undefined) {
    const registrars = ofCell.map((part) => part.registrar);
    const what = 'Name the registrar with --registrar or HOLDFAST_REGISTRAR: it says who owns what';
    return unclear(what, 'registrars', registrars);
  }
  const folders = ofCell.filter((part) => part.registrar === registrar).map((part) => part.dataDir);
  const dataDirs = told.dataDir === undefined ? [...folders, fallbackDir] : [told.dataDir];
  return { kind: 'meant', cell, registrar, dataDirs };
}

function only(values: readonly string[]): string | undefined {
  return new Set(values).size === 1 ? values[0] : undefined;
}

function unclear(what: string, things: string, found: readonly string[]): Meant {
  const names = [...new Set(found)].sort().join(', ');
  const several = names === '' ? '' : `; ${things} that run here: ${names}`;
  return { kind: 'unclear', detail: `${what}${several}` };
}
