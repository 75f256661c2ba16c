// `holdfast keys create|list|revoke`

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { Option } from 'commander';
import type { Command } from 'commander';
import { openKeys } from '../keys/keys.ts';
import type { Key, Keys, KeyKind } from '../keys/keys.ts';
import { CliError } from './cli-error.ts';
import { paintFor, writeJson } from './cli-io.ts';
import type { CliIo } from './cli-io.ts';
import { DATA_FLAG, DATA_HELP, dataDirOf, JSON_FLAG, JSON_HELP } from './command-context.ts';
import type { CommandContext } from './command-context.ts';
import { dataLayout } from './data-layout.ts';
import { EXIT } from './exit-codes.ts';
import { columns } from './columns.ts';

type CommonFlags = Readonly<{ data?: string; json?: true }>;
type CreateFlags = CommonFlags & Readonly<{ kind: KeyKind; name: string; tenant?: string }>;

const HELP = `
A service key lets an integrator's server register videos, send ops for its own users and read
analytics. An operator key lets its holder correct counts. Keys can be made and revoked while a
server runs on the same data folder: it takes them at its next request.

Examples:
  $ holdfast keys create --name my-site
  $ KEY=$(holdfast keys create --name my-site)     only the secret goes to stdout
  $ holdfast keys create --kind operator --name on-call
  $ holdfast keys list
  $ holdfast keys revoke key_Zx3…

Data: keys lie in keys.db in the data folder, as hashes; a lost secret cannot be shown again.`;

export function addKeysCommand(program: Command, context: CommandContext): void {
  const keys = program
    .command('keys')
    .summary('make, list and revoke the keys of integrators and operators')
    .description('Makes, lists and revokes the keys of integrators and operators.')
    .addHelpText('after', HELP);
  addCreate(keys, context);
  addList(keys, context);
  addRevoke(keys, context);
}

function addCreate(keys: Command, { io, finish }: CommandContext): void {
  keys
    .command('create')
    .summary('make a key; its secret is shown this once')
    .description('Makes a key. Its secret is shown this once: only a hash of it is kept.')
    .addOption(
      new Option('--kind <kind>', 'what the key may do')
        .choices(['service', 'operator'])
        .default('service'),
    )
    .requiredOption('--name <name>', 'what you call it, such as the site it is for')
    .option('--tenant <tenant>', 'name space of the users that it may act for (default)')
    .option(DATA_FLAG, DATA_HELP)
    .option(JSON_FLAG, JSON_HELP)
    .action((flags: CreateFlags) => {
      create(io, flags);
      finish(EXIT.ok);
    });
}

function create(io: CliIo, { kind, name, tenant, data, json }: CreateFlags): void {
  const dataDir = dataDirOf(io, data);
  // A key may be made before the first start, so that the server can be given it.
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const result = withKeys(io, dataDir, (keys) =>
    keys.create({ kind, name, ...(tenant === undefined ? {} : { tenant }) }),
  );
  switch (result.kind) {
    case 'name-invalid':
      throw usage('--name must be 1 to 64 printable characters');
    case 'tenant-invalid':
      throw usage('--tenant must be 1 to 32 characters of a-z 0-9 -');
    case 'too-many-keys':
      throw failed(
        'too-many-keys',
        `There are ${result.keysMax} keys already, none of them revoked. No key was made. ` +
          'Revoke what is not used any more: holdfast keys list',
      );
    case 'created': {
      const { key, secret } = result;
      if (json) return writeJson(io, { ...keyDocument(key), secret });
      const paint = paintFor(io.err, io.env, false);
      io.out.write(`${secret}\n`);
      io.err.write(
        `${paint.good('Made')} the ${key.kind} key ${key.id} "${key.name}", tenant ${key.tenant}, ` +
          `in ${dataDir}. The line above is its secret, shown this once. Send it as\n` +
          '  Authorization: Bearer SECRET\n',
      );
    }
  }
}

function addList(keys: Command, { io, finish }: CommandContext): void {
  keys
    .command('list')
    .summary('list the keys, revoked ones too, without their secrets')
    .description('Lists the keys of the data folder, revoked ones too, without their secrets.')
    .option(DATA_FLAG, DATA_HELP)
    .option(JSON_FLAG, JSON_HELP)
    .action(({ data, json }: CommonFlags) => {
      const dataDir = dataDirOf(io, data);
      const list = existsSync(dataLayout(dataDir).keys)
        ? withKeys(io, dataDir, (opened) => opened.list())
        : [];
      if (json) writeJson(io, { keys: list.map(keyDocument) });
      else if (list.length > 0) io.out.write(tableOf(io, list));
      else io.err.write(`No keys in ${dataDir} yet. Make one: holdfast keys create --name NAME\n`);
      finish(EXIT.ok);
    });
}

function addRevoke(keys: Command, { io, finish }: CommandContext): void {
  keys
    .command('revoke')
    .summary('revoke a key for good')
    .description('Revokes a key for good; a running server refuses it from its next request on.')
    .argument('<id>', 'id of the key, as `holdfast keys list` shows it')
    .option(DATA_FLAG, DATA_HELP)
    .option(JSON_FLAG, JSON_HELP)
    .action((id: string, { data, json }: CommonFlags) => {
      revoke(io, id, dataDirOf(io, data), json === true);
      finish(EXIT.ok);
    });
}

function revoke(io: CliIo, id: string, dataDir: string, json: boolean): void {
  const result = existsSync(dataLayout(dataDir).keys)
    ? withKeys(io, dataDir, (keys) => keys.revoke(id))
    : ({ kind: 'unknown' } as const);
  switch (result.kind) {
    case 'unknown':
    case 'set-by-environment':
      throw failed(
        'unknown-key',
        `No key of ${dataDir} has the id ${JSON.stringify(id)}. Nothing was changed. ` +
          'See: holdfast keys list',
      );
    case 'revoked':
    case 'already-revoked': {
      if (json) return writeJson(io, { ...keyDocument(result.key), result: result.kind });
      const before = result.kind === 'revoked' ? 'Revoked' : 'Was revoked already:';
      io.out.write(`${before} ${result.key.id} "${result.key.name}"\n`);
    }
  }
}

function withKeys<Result>(io: CliIo, dataDir: string, work: (keys: Keys) => Result): Result {
  const keys = openKeys({ file: dataLayout(dataDir).keys, nowMs: io.nowMs, randomBytes });
  try {
    return work(keys);
  } finally {
    keys.close();
  }
}

function tableOf(io: CliIo, list: readonly Key[]): string {
  const paint = paintFor(io.out, io.env, false);
  const rows = list.map((key) => {
    const { createdAt, revokedAt } = keyDocument(key);
    const state = revokedAt === null ? 'good' : `revoked ${revokedAt}`;
    return [key.id, key.kind, key.tenant, createdAt ?? '', state, key.name];
  });
  const [head = '', ...lines] = columns([
    ['ID', 'KIND', 'TENANT', 'MADE', 'STATE', 'NAME'],
    ...rows,
  ]);
  return `${[paint.bold(head), ...lines].join('\n')}\n`;
}

function keyDocument({ id, kind, name, tenant, source }: Key) {
  const at = (ms: number | undefined): string | null =>
    ms === undefined ? null : new Date(ms).toISOString();
  const stored = source.kind === 'stored' ? source : undefined;
  return {
    id,
    kind,
    name,
    tenant,
    createdAt: at(stored?.createdAtMs),
    revokedAt: at(stored?.revokedAtMs),
  };
}

function usage(message: string): CliError {
  return new CliError(EXIT.usage, 'usage', `${message}. No key was made.`);
}

function failed(code: string, message: string): CliError {
  return new CliError(EXIT.failed, code, message);
}
