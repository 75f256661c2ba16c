// `holdfast roles grant|revoke|list`

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import { openHandles } from '../accounts/find-handle.ts';
import type { HandlesReader } from '../accounts/find-handle.ts';
import { parseHandle } from '../accounts/handle.ts';
import { readCopyKeys } from '../at-rest/copy-keys.ts';
import { ACCOUNTS_FILE } from '../cell/cell-files.ts';
import { openRolesFile, ROLES } from '../moderation/roles-file.ts';
import type { Role, RolesFile } from '../moderation/roles-file.ts';
import { CliError } from './cli-error.ts';
import { writeJson } from './cli-io.ts';
import type { CliIo } from './cli-io.ts';
import { columns } from './columns.ts';
import {
  DATA_FLAG,
  DATA_HELP,
  existingDataDir,
  JSON_FLAG,
  JSON_HELP,
  KEY_FILE_FLAG,
  KEY_FILE_HELP,
  keyFileOf,
} from './command-context.ts';
import type { CommandContext } from './command-context.ts';
import { dataLayout } from './data-layout.ts';
import { EXIT } from './exit-codes.ts';

type CommonFlags = Readonly<{ data?: string; keyFile?: string; json?: true }>;
type ChangeFlags = CommonFlags & Readonly<{ handle: string; role: Role; cell?: string }>;

/** A cell of the data folder, with the handles and the roles of its people. */
type CellHere = Readonly<{ cell: string; handles: HandlesReader; roles: RolesFile }>;

const HELP = `
A moderator sees what people of their own cell are reported for, and decides. The role belongs to an
account: who takes the handle later does not have it. A running server takes changes at once.

Examples:
  $ holdfast roles grant --data ./data --handle maria --role moderator
  $ holdfast roles list --data ./data
  $ holdfast roles revoke --data ./data --handle maria --role moderator

Data: cells/<cell>/roles/roles.json in the data folder, with ids of accounts, for its owner alone.`;

const COMMAND = 'holdfast roles';

export function addRolesCommand(program: Command, context: CommandContext): void {
  const roles = program
    .command('roles')
    .summary('give people the role of a moderator, and take it away')
    .description('Grants, revokes and lists the roles of the people of a cell.')
    .addHelpText('after', HELP);
  addChange(roles, context, 'grant', 'give somebody a role');
  addChange(roles, context, 'revoke', 'take a role away; it is in force no more');
  addList(roles, context);
}

function addChange(
  roles: Command,
  { io, finish }: CommandContext,
  change: 'grant' | 'revoke',
  summary: string,
): void {
  roles
    .command(change)
    .summary(summary)
    .description(change === 'grant' ? 'Gives an account a role.' : 'Takes a role away.')
    .requiredOption('--handle <handle>', 'whose')
    .addOption(new Option('--role <role>', 'which').choices([...ROLES]).makeOptionMandatory())
    .option('--cell <cell>', 'of which cell, when people of several have this handle')
    .option(DATA_FLAG, DATA_HELP)
    .option(KEY_FILE_FLAG, KEY_FILE_HELP)
    .option(JSON_FLAG, JSON_HELP)
    .action((flags: ChangeFlags) => {
      withCells(io, flags, (cells) => {
        const { cell, account, file } = holderOf(cells, flags);
        const done = file[change](account, flags.role, io.nowMs());
        if (done.kind === 'busy') {
          throw failed('roles-busy', 'Another process is changing the roles.');
        }
        if (done.kind === 'too-many') {
          throw failed('too-many-roles', 'The file has as many grants as it may.');
        }
        const { handle, role } = flags;
        if (flags.json) writeJson(io, { result: done.kind, cell, account, handle, role });
        else io.out.write(`${WORDS[change][done.kind]} ${handle} (${cell}): ${role}\n`);
      });
      finish(EXIT.ok);
    });
}

const WORDS = {
  grant: { changed: 'Granted.', unchanged: 'Had it already.' },
  revoke: { changed: 'Revoked.', unchanged: 'Did not have it.' },
} as const;

function addList(roles: Command, { io, finish }: CommandContext): void {
  roles
    .command('list')
    .summary('list who has or had a role')
    .description('Lists every grant, revoked ones too.')
    .option(DATA_FLAG, DATA_HELP)
    .option(KEY_FILE_FLAG, KEY_FILE_HELP)
    .option(JSON_FLAG, JSON_HELP)
    .action((flags: CommonFlags) => {
      withCells(io, flags, (cells) => {
        const grants = cells.flatMap(({ cell, handles, roles: file }) =>
          file.read().map(({ account, role, grantedAtMs, revokedAtMs }) => ({
            cell,
            account,
            handle: handles.handleOf(account) ?? null,
            role,
            grantedAt: timeOf(grantedAtMs),
            revokedAt: revokedAtMs === null ? null : timeOf(revokedAtMs),
          })),
        );
        if (flags.json) return writeJson(io, { roles: grants });
        if (grants.length === 0) return io.err.write('Nobody has a role yet.\n');
        const rows = grants.map(({ cell, handle, account, role, grantedAt, revokedAt }) => {
          const state = revokedAt === null ? 'good' : `revoked ${revokedAt}`;
          return [cell, handle ?? '(account is gone)', account, role, grantedAt, state];
        });
        const heads = ['CELL', 'HANDLE', 'ACCOUNT', 'ROLE', 'GRANTED', 'STATE'];
        io.out.write(`${columns([heads, ...rows]).join('\n')}\n`);
      });
      finish(EXIT.ok);
    });
}

const timeOf = (ms: number): string => new Date(ms).toISOString();

/** The one cell whose people have the handle. Throws `CliError`. */
function holderOf(
  cells: readonly CellHere[],
  { handle, cell: wanted }: ChangeFlags,
): Readonly<{ cell: string; account: string; file: RolesFile }> {
  const parsed = parseHandle(handle);
  const found = cells.flatMap(({ cell, handles, roles }) => {
    if (wanted !== undefined && wanted !== cell) return [];
    const account = parsed.kind === 'handle' ? handles.accountOf(parsed.handle) : undefined;
    return account === undefined ? [] : [{ cell, account, file: roles }];
  });
  const [holder, ...others] = found;
  if (holder === undefined) {
    throw failed('unknown-handle', `Nobody here has the handle ${JSON.stringify(handle)}.`);
  }
  if (others.length === 0) return holder;
  const where = found.map(({ cell }) => cell).join(', ');
  throw failed('several-handles', `People of ${where} have this handle: add --cell.`);
}

function failed(code: string, message: string): CliError {
  return new CliError(EXIT.failed, code, `${message} Nothing was changed.`);
}

/** Opens every cell of the data folder for `work`, and lets go of them after it. */
function withCells(
  io: CliIo,
  flags: CommonFlags,
  work: (cells: readonly CellHere[]) => void,
): void {
  const folder = dataLayout(existingDataDir(io, flags.data)).cellsDir;
  const keyFile = keyFileOf(io, flags);
  const cells: CellHere[] = [];
  try {
    for (const cell of existsSync(folder) ? readdirSync(folder).sort() : []) {
      const dir = join(folder, cell);
      const file = join(dir, ACCOUNTS_FILE);
      if (!existsSync(file)) continue;
      const { accounts } = readCopyKeys({ dir, keyFile });
      const handles = openHandles(file, accounts);
      cells.push({ cell, handles, roles: openRolesFile(dir, COMMAND) });
    }
    work(cells);
  } finally {
    for (const { handles } of cells) handles.close();
  }
}
