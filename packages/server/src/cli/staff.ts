// `holdfast staff add|list|revoke`

import { randomBytes } from 'node:crypto';
import { Option } from 'commander';
import type { Command } from 'commander';
import { isStaffName, STAFF_ROLES } from '@holdfast/protocol/console.ts';
import type { StaffRole } from '@holdfast/protocol/console.ts';
import { openAudit } from '../console/audit-file.ts';
import { hashOfCode, newCode } from '../console/enrol-code.ts';
import { consoleDirOf } from '../console/open-console.ts';
import { CODE_MS_MAX, KEYS_MAX, STAFF_MAX, withCode, withoutPerson } from '../console/staff.ts';
import type { Change, ChangeRefusal, Person, Staff } from '../console/staff.ts';
import { openStaffFile } from '../console/staff-file.ts';
import { CliError } from './cli-error.ts';
import { paintFor, writeJson } from './cli-io.ts';
import type { CliIo } from './cli-io.ts';
import { columns } from './columns.ts';
import { DATA_FLAG, DATA_HELP, dataDirOf, JSON_FLAG, JSON_HELP } from './command-context.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-codes.ts';

type CommonFlags = Readonly<{ data?: string; json?: true }>;
type AddFlags = CommonFlags & Readonly<{ role?: StaffRole }>;

const MINUTE_MS = 60_000;
const HELP = `
The people of the staff use the console, which the cell process serves at /console while there is
anybody on the list. An operator may start, approve and stop hand-overs; a viewer may look. A cut
needs the approval of two different persons.

Examples:
  $ holdfast staff add alice --data ./us
  $ holdfast staff add bob --role viewer --data ./us
  $ holdfast staff list --data ./us
  $ holdfast staff revoke alice --data ./us

Each person is given a code, good once and for 15 minutes. Their browser makes a key of its own and
shows the code; from then on the key signs them in. Adding somebody who is there gives a code for
another browser of theirs. A running cell takes changes at once.

Data: console/staff.json in the data folder, with hashes of codes and with public keys. Whoever may
write there, or holds the operator's key, is above the console.`;

export function addStaffCommand(program: Command, context: CommandContext): void {
  const staff = program
    .command('staff')
    .summary('let people use the console of a cell, and take that away')
    .description('Adds, lists and revokes the people who use the console of a cell.')
    .addHelpText('after', HELP);
  addAdd(staff, context);
  addList(staff, context);
  addRevoke(staff, context);
}

function addAdd(staff: Command, { io, finish }: CommandContext): void {
  staff
    .command('add')
    .summary('give somebody a code for their browser; it is shown this once')
    .description('Gives a person a code by which a browser of theirs is let in.')
    .argument('<name>', 'what you call them: 1 to 32 of a-z 0-9 -')
    .addOption(
      new Option('--role <role>', 'what they may do (operator; who is there keeps theirs)').choices(
        STAFF_ROLES,
      ),
    )
    .option(DATA_FLAG, DATA_HELP)
    .option(JSON_FLAG, JSON_HELP)
    .action((name: string, { role, data, json }: AddFlags) => {
      const dataDir = dataDirOf(io, data);
      const code = newCode(randomBytes);
      const nowMs = io.nowMs();
      const codeHash = hashOfCode(code);
      const person = change(io, dataDir, name, 'add to staff', (list) =>
        withCode(list, { name, role, codeHash, nowMs }),
      );
      const expiresAt = new Date(nowMs + CODE_MS_MAX).toISOString();
      if (json) writeJson(io, { name, role: person.role, code, expiresAt });
      else showCode(io, person, code);
      finish(EXIT.ok);
    });
}

function showCode(io: CliIo, { name, role, keys }: Person, code: string): void {
  const paint = paintFor(io.err, io.env, false);
  const which = keys.length === 0 ? 'first' : `${keys.length + 1}th`;
  io.out.write(`${code}\n`);
  io.err.write(
    `The line above is the code of ${name} (${role}) for their ${which} browser, shown this once ` +
      `and good for ${CODE_MS_MAX / MINUTE_MS} minutes.\n${paint.good('Next:')} ${name} opens ` +
      '/console at the address of the cell and gives name and code.\n',
  );
}

function addList(staff: Command, { io, finish }: CommandContext): void {
  staff
    .command('list')
    .summary('list the people, revoked ones too')
    .description('Lists the people who were ever added.')
    .option(DATA_FLAG, DATA_HELP)
    .option(JSON_FLAG, JSON_HELP)
    .action(({ data, json }: CommonFlags) => {
      const dataDir = dataDirOf(io, data);
      const list = openStaffFile(consoleDirOf(dataDir), 'holdfast staff').read();
      if (json) writeJson(io, { staff: list.map((one) => personDocument(one, io.nowMs())) });
      else if (list.length > 0) io.out.write(tableOf(io, list));
      else io.err.write(`Nobody in ${dataDir} yet. Add somebody: holdfast staff add NAME\n`);
      finish(EXIT.ok);
    });
}

function addRevoke(staff: Command, { io, finish }: CommandContext): void {
  staff
    .command('revoke')
    .summary("take somebody's access away for good")
    .description(
      'Takes access away for good: open sessions end at once, and approvals that were given count ' +
        'no more.',
    )
    .argument('<name>', 'who')
    .option(DATA_FLAG, DATA_HELP)
    .option(JSON_FLAG, JSON_HELP)
    .action((name: string, { data, json }: CommonFlags) => {
      const dataDir = dataDirOf(io, data);
      const nowMs = io.nowMs();
      const person = change(io, dataDir, name, 'revoke from staff', (list) =>
        withoutPerson(list, name, nowMs),
      );
      if (json) writeJson(io, personDocument(person, nowMs));
      else io.out.write(`Revoked ${name}.\n`);
      finish(EXIT.ok);
    });
}

function change(
  io: CliIo,
  dataDir: string,
  name: string,
  what: string,
  work: (staff: Staff) => Change,
): Person {
  if (!isStaffName(name)) {
    throw new CliError(
      EXIT.usage,
      'usage',
      `'${name}' is no name of a person: 1 to 32 of a-z 0-9 -. Nothing was changed.`,
    );
  }
  const consoleDir = consoleDirOf(dataDir);
  const result = openStaffFile(consoleDir, 'holdfast staff').change(work);
  if (result.kind === 'busy') {
    const text = 'Another process is changing the list. Nothing was changed. Try again.';
    throw new CliError(EXIT.locked, 'staff-busy', text);
  }
  if (result.kind === 'refused') {
    const text = `${WHY_NOT[result.code]}. Nothing was changed. See: holdfast staff list`;
    throw new CliError(EXIT.failed, `staff-${result.code}`, text);
  }
  const detail = `${name}, ${result.person.role}`;
  openAudit(consoleDir, io.nowMs).append({
    who: 'the command line',
    what,
    outcome: 'done',
    detail,
  });
  return result.person;
}

const WHY_NOT: Readonly<Record<ChangeRefusal, string>> = {
  revoked: 'This name was revoked, and a name is given to one person only: take another',
  'other-role': 'This person is there with another role: revoke them and add them by another name',
  'too-many': `There are ${STAFF_MAX} names already`,
  unknown: 'Nobody has this name',
  'too-many-keys': `This person has ${KEYS_MAX} browsers: revoke them and add them by another name`,
  'code-wrong': 'The code is wrong',
  'code-expired': 'The code has expired',
  'key-known': 'The key is known',
};

function personDocument({ name, role, addedAtMs, revokedAtMs, code, keys }: Person, nowMs: number) {
  const at = (ms: number | null): string | null =>
    ms === null ? null : new Date(ms).toISOString();
  const isWaiting = code !== null && nowMs < code.expiresAtMs;
  return {
    name,
    role,
    addedAt: at(addedAtMs),
    revokedAt: at(revokedAtMs),
    browsers: keys.length,
    codeExpiresAt: isWaiting ? at(code.expiresAtMs) : null,
  };
}

function tableOf(io: CliIo, list: Staff): string {
  const paint = paintFor(io.out, io.env, false);
  const rows = list.map((person) => {
    const { name, role, addedAt, revokedAt, browsers, codeExpiresAt } = personDocument(
      person,
      io.nowMs(),
    );
    const waits = codeExpiresAt === null ? '' : `, a code waits until ${codeExpiresAt}`;
    const state = revokedAt === null ? `good${waits}` : `revoked ${revokedAt}`;
    return [name, role, addedAt ?? '', String(browsers), state];
  });
  const [head = '', ...lines] = columns([['NAME', 'ROLE', 'ADDED', 'BROWSERS', 'STATE'], ...rows]);
  return `${[paint.bold(head), ...lines].join('\n')}\n`;
}
