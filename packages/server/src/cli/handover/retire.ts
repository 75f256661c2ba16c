// `holdfast handover retire`: destroys the copy of a party that gave its cell away, and shows the
// inventory.

import { setTimeout as sleep } from 'node:timers/promises';
import { verifyInventory } from '@holdfast/engine/charter/inventory.ts';
import type { InventoryBody } from '@holdfast/engine/charter/inventory.ts';
import { nodeCrypto } from '../../signed/node-crypto.ts';
import { CliError } from '../cli-error.ts';
import { paintFor, writeJson } from '../cli-io.ts';
import type { CliIo } from '../cli-io.ts';
import { EXIT } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { grouped } from '../progress.ts';
import { fieldsOf } from './party-client.ts';
import type { PartyClient } from './party-client.ts';

const LOOK_EVERY_MS = 250;
/** A party that is silent for so long is not waited for; it goes on by itself. */
const AWAY_MS_MAX = 30_000;
/** The registrar may be away when all is destroyed; its word comes later. */
const WITNESS_MS_MAX = 30_000;
const FILES_SHOWN_MAX = 40;

export type RetireFlags = Readonly<{ dryRun?: true; now?: true; json?: true }>;

export const RETIRE_HELP = `
The party that gave its cell away keeps a copy, which is the way back. Retiring ends it: the key of
the copy is destroyed first, then its files, and what is left is an inventory that your operator
signs and the registrar witnesses. It says what cannot be proved too; read it.

It is refused while the cell is yours, while the new owner counts on this copy, without a certificate
that holds, and for 72 hours after the hand-over. After it nobody can roll back without a new copy.

Examples:
  $ holdfast handover retire --cell us --data ./us --dry-run
  $ holdfast handover retire --cell us --data ./us
  $ holdfast handover verify ./us/retirements/us-1-5e0c11f2.json

Data: what is destroyed is lost for good here. Backups are yours to destroy: no program can find them.`;

/** Orders the retirement and waits for its end; a dry run says what it would destroy. */
export async function retireParty(
  io: CliIo,
  party: PartyClient,
  flags: RetireFlags,
  fetch: typeof globalThis.fetch,
): Promise<ExitCode> {
  const asked = { isNow: flags.now === true, dryRun: flags.dryRun === true };
  const answer = fieldsOf(await party.ask('retire', asked));
  const handover = String(answer['handover']);
  if (answer['kind'] === 'dry-run') {
    if (flags.json === true) writeJson(io, answer);
    else io.out.write(`${dryRunLines(io, answer).join('\n')}\n`);
    return answer['refused'] === '' || asked.isNow ? EXIT.ok : EXIT.failed;
  }
  if (flags.json !== true)
    io.err.write('Destroying the copy; this goes on by itself if you stop.\n');
  await untilRetired(io, party);
  const text = await inventoryOf(io, `${party.party.url}/v1/retirements/${handover}`, fetch);
  const { holds, inventory } = verifyInventory(nodeCrypto, text);
  if (!holds || inventory === undefined) {
    const detail = 'The copy is destroyed, but its inventory does not hold. Keep the log.';
    throw new CliError(EXIT.failed, 'inventory-unsound', detail);
  }
  if (flags.json === true) writeJson(io, inventory);
  else io.out.write(`${doneLines(io, inventory.body).join('\n')}\n`);
  return EXIT.ok;
}

async function untilRetired(io: CliIo, party: PartyClient): Promise<void> {
  let heardAtMs = io.nowMs();
  for (;;) {
    try {
      const { state } = await party.status();
      heardAtMs = io.nowMs();
      if (state === 'retired') return;
    } catch (error) {
      const isAway = error instanceof CliError && error.exitCode === EXIT.unreachable;
      if (!isAway || io.nowMs() - heardAtMs > AWAY_MS_MAX) throw error;
    }
    await sleep(LOOK_EVERY_MS);
  }
}

async function inventoryOf(
  io: CliIo,
  url: string,
  fetch: typeof globalThis.fetch,
): Promise<string> {
  const fromMs = io.nowMs();
  for (;;) {
    const response = await fetch(url, { redirect: 'error' }).catch(() => undefined);
    if (response?.status === 200) return response.text();
    if (io.nowMs() - fromMs > WITNESS_MS_MAX) {
      throw new CliError(
        EXIT.failed,
        'not-witnessed',
        'The copy is destroyed. Its inventory is not complete yet: the registrar has to witness ' +
          `it. That is tried again by itself; read it later at ${url}`,
      );
    }
    await sleep(LOOK_EVERY_MS);
  }
}

function dryRunLines(io: CliIo, answer: Readonly<Partial<Record<string, unknown>>>): string[] {
  const paint = paintFor(io.out, io.env, false);
  const { refused, operatorKey, unproven } = answer;
  const files = listOf(answer['files']);
  const key = operatorKey === 'destroyed' ? 'the data key and at-rest.key' : 'the data key';
  const title =
    refused === ''
      ? paint.good('It can be done. Nothing was changed; this is what would be destroyed:')
      : paint.warn(`Not now: ${String(refused)}. It would destroy:`);
  return [
    title,
    `  first ${key}, then ${files.length} files:`,
    ...shortened(files),
    '',
    'What nobody could prove afterwards:',
    ...listOf(unproven).map((line) => `  - ${line}`),
  ];
}

function doneLines(io: CliIo, { files, key, kept, unproven }: InventoryBody): string[] {
  const paint = paintFor(io.out, io.env, false);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const what = `${files.length} files, ${grouped(bytes)} bytes`;
  return [
    paint.good('This party has retired. Nobody can roll back to it without a new copy.'),
    `  The data key ${key.id} was destroyed first, then ${what}.`,
    '  A sample that opened before does not open any more.',
    '',
    'Kept:',
    ...kept.map((line) => `  - ${line}`),
    '',
    'What this cannot prove:',
    ...unproven.map((line) => `  - ${line}`),
  ];
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function shortened(files: readonly string[]): readonly string[] {
  const shown = files.slice(0, FILES_SHOWN_MAX).map((name) => `    ${name}`);
  const more = files.length - shown.length;
  return more > 0 ? [...shown, `    and ${more} more`] : shown;
}
