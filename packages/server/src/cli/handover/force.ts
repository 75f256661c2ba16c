// `holdfast handover force`: gives a cell whose owner is lost to a site of the same operator whose
// copy is not joint. Says what is lost, and does it only when that number is said back.

import { createPublicKey } from 'node:crypto';
import { isJurisdiction } from '@holdfast/protocol/ids.ts';
import { publicKeyText } from '../../signed/wire-key.ts';
import { CliError } from '../cli-error.ts';
import { paintFor, writeJson } from '../cli-io.ts';
import type { CliIo } from '../cli-io.ts';
import { columns } from '../columns.ts';
import { dataDirOf } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { durationText, grouped } from '../progress.ts';
import { shellWord } from '../shell-word.ts';
import { clientOf, fieldsOf, keysIn } from './party-client.ts';

export type ForceFlags = Readonly<{
  cell: string;
  at: string;
  data?: string;
  dryRun?: true;
  yesLose?: string;
  json?: true;
}>;

const UNKNOWN = 'unknown';

/** Asks the party at an address. Throws `CliError` when it refuses. */
export async function forceCell(io: CliIo, flags: ForceFlags): Promise<ExitCode> {
  const { cell, dryRun, yesLose } = flags;
  if (!isJurisdiction(cell)) throw usage(`--cell: '${cell}' is not the name of a cell, such as us`);
  if (dryRun !== true && yesLose === undefined) {
    throw usage('Look at what would be lost with --dry-run, and say it back with --yes-lose');
  }
  if (yesLose !== undefined && yesLose !== UNKNOWN && !/^\d{1,15}$/.test(yesLose)) {
    throw usage(`--yes-lose: '${yesLose}' is not the number that --dry-run said, nor ${UNKNOWN}`);
  }
  const client = clientOf(io, cell, ...ownerOfKey(io, flags));
  try {
    const loses = yesLose === undefined || yesLose === UNKNOWN ? null : Number(yesLose);
    const document = await client.ask('force', { dryRun: dryRun === true, loses });
    if (flags.json === true) writeJson(io, document);
    else io.out.write(`${linesOf(io, flags, document).join('\n')}\n`);
    return EXIT.ok;
  } finally {
    client.close();
  }
}

/** The party is known by the key of its operator, which is in the data folder. */
function ownerOfKey(
  io: CliIo,
  { at, data }: ForceFlags,
): [Parameters<typeof clientOf>[2], Parameters<typeof clientOf>[3]] {
  const dataDir = dataDirOf(io, data);
  const keys = keysIn(dataDir);
  const [key] = keys;
  const url = URL.parse(at)?.origin;
  if (url === undefined) throw usage(`--at: '${at}' is no address of a cell process`);
  if (key === undefined || keys.length > 1) {
    throw new CliError(
      EXIT.failed,
      'no-key',
      `There is not the key of one operator in ${dataDir}, but of ${keys.length}. Nothing was ` +
        'changed. Name the data folder of the site that is to take over with --data.',
    );
  }
  const publicKey = publicKeyText(createPublicKey(key.privateKey));
  return [{ operator: key.operator, site: 'its site', publicKey, url }, key];
}

function linesOf(io: CliIo, flags: ForceFlags, document: unknown): readonly string[] {
  const { kind, epoch, loss } = fieldsOf(document);
  const { ownSeq, ownAt, ownerSeq, ownerHeardMsAgo, batchesAtLeast } = fieldsOf(loss);
  const isForced = kind === 'forced';
  const paint = paintFor(io.out, io.env, false);
  const number = typeof batchesAtLeast === 'number' ? String(batchesAtLeast) : UNKNOWN;
  const heard =
    typeof ownerSeq === 'number' && typeof ownerHeardMsAgo === 'number'
      ? `batch ${grouped(ownerSeq)}, ${durationText(ownerHeardMsAgo)} ago`
      : 'not since this process started';
  const rows = columns([
    [
      '  This copy ends',
      `batch ${grouped(Number(ownSeq))}${typeof ownAt === 'string' ? `, ${ownAt}` : ''}`,
    ],
    ['  Owner last heard', heard],
    [
      isForced ? '  Lost' : '  Would be lost',
      number === UNKNOWN ? 'not known' : `at least ${number} batches`,
    ],
    ...opsRows(fieldsOf(loss)),
  ]);
  const after =
    'What the owner acknowledged after the last batch of this copy is lost to readers; what it ' +
    'acknowledged after it was last heard is not in these numbers. When the owner comes back, it ' +
    'sets all of it aside in a file of its own, and nothing of it is counted.';
  if (isForced) {
    return [
      paint.warn(`The cell is this party's, from epoch ${String(epoch)} on.`),
      ...rows,
      '',
      after,
    ];
  }
  const { cell, at, data } = flags;
  const where = `--cell ${cell} --at ${at}${data === undefined ? '' : ` --data ${shellWord(data)}`}`;
  const command = `holdfast handover force ${where} --yes-lose ${number}`;
  const title = paint.warn('Nothing was changed. Forcing would do this:');
  return [title, ...rows, '', after, '', `To do it: ${command}`];
}

/** What people did in those batches; an older process does not say. */
function opsRows(loss: Readonly<Partial<Record<string, unknown>>>): readonly (readonly string[])[] {
  const { opsAtLeast, likesAtLeast, unlikesAtLeast, viewsAtLeast } = loss;
  if (typeof opsAtLeast !== 'number') return [];
  const countOf = (value: unknown): string =>
    typeof value === 'number' ? grouped(value) : UNKNOWN;
  return [
    ['    ops in them', `at least ${grouped(opsAtLeast)}`],
    [
      '    that counted',
      `${countOf(likesAtLeast)} likes, ${countOf(unlikesAtLeast)} likes taken back, ` +
        `${countOf(viewsAtLeast)} views`,
    ],
  ];
}

function usage(message: string): CliError {
  return new CliError(EXIT.usage, 'usage', `${message}. Nothing was changed.`);
}
