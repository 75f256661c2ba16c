// `holdfast handover start|status|watch|approve|abort|rollback|force|retire|verify`

import type { Command } from 'commander';
import { paintFor, writeJson } from './cli-io.ts';
import type { CliIo } from './cli-io.ts';
import { DATA_FLAG, JSON_FLAG, JSON_HELP } from './command-context.ts';
import type { CommandContext } from './command-context.ts';
import { columns } from './columns.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { fieldsOf, findParty } from './handover/party-client.ts';
import type { PartyClient, PartyFlags } from './handover/party-client.ts';
import { forceCell } from './handover/force.ts';
import type { ForceFlags } from './handover/force.ts';
import { pictureOf } from './handover/picture.ts';
import { RETIRE_HELP, retireParty } from './handover/retire.ts';
import type { RetireFlags } from './handover/retire.ts';
import { verifyFile } from './handover/verify.ts';
import type { VerifyFlags } from './handover/verify.ts';
import { watchHandover } from './handover/watch.ts';

type CommonFlags = PartyFlags & Readonly<{ json?: true }>;
type RollbackFlags = CommonFlags & Readonly<{ dryRun?: true; approve?: true }>;
type StartFlags = RollbackFlags & Readonly<{ to: string }>;
type AbortFlags = CommonFlags & Readonly<{ reason: string }>;

const HELP = `
A hand-over gives a cell to another party while people go on liking: the data is copied, both sides
acknowledge together, and one entry in the charter decides. Writes pause for less than a second;
nothing that was acknowledged is lost, and the side that gave the cell away can take it back.

Run these commands on the machine and as the user that run your cell: they then find it by
themselves. Elsewhere say --cell, --registrar and --data, the folder with your operator's key, which
signs what you ask. The charter says where your party is reached.

Examples:
  $ holdfast handover start --cell us --to http://127.0.0.1:7431 --dry-run
  $ holdfast handover start --cell us --to http://127.0.0.1:7431 --approve
  $ holdfast handover watch
  $ holdfast handover approve
  $ holdfast handover verify ./us/certificates/us-1-5e0c11f2.json

And back, by the operator that has the cell now:
  $ holdfast handover rollback --registrar http://127.0.0.1:7410 --cell us --data ./us-south`;

const START_HELP = `
The target is a \`holdfast cell\` of the same jurisdiction and registrar, by another operator or at
another site. It is asked who it is and whether it fits; when it does not, nothing is begun and the
reason is said.

The cut comes by itself when every gate is green, or with --approve when you say so: the hand-over
then waits, with both sides acknowledging, until \`holdfast handover approve\`. A gate that turns red
ends it, and the cell stays where it is.

Data: --dry-run changes nothing anywhere.`;

const VERIFY_HELP = `
Checks every signature, hash and sum of the file, without the network, and says what no file can
prove. A file in which one byte was changed does not hold.

Examples:
  $ curl -o c.json https://us.south.example/v1/handovers/us-1-5e0c11f2/certificate
  $ holdfast handover verify c.json
  $ holdfast handover verify c.json --registrar-key MCowBQYDK2VwAyEA…
  $ curl -o b.json https://holdfast.example/v1/videos/v1/balances
  $ holdfast handover verify c.json --balance b.json`;

export function addHandoverCommand(
  program: Command,
  context: CommandContext,
  fetch: typeof globalThis.fetch,
): void {
  const handover = program
    .command('handover')
    .summary('give a cell to another operator or site, and take it back')
    .description('Gives a cell to another operator or site while people go on liking.')
    .addHelpText('after', HELP);
  addStart(handover, context, fetch);
  addLooks(handover, context, fetch);
  addDecisions(handover, context, fetch);
  addRollback(handover, context, fetch);
  addForce(handover, context);
  addRetire(handover, context, fetch);
  addVerify(handover, context);
}

/** The flags of every command that asks a party. */
function partyCommand(handover: Command, name: string): Command {
  return handover
    .command(name)
    .option('--cell <name>', 'the cell, such as us (the one that runs on this machine)')
    .option('--registrar <url>', "where the charter is kept (HOLDFAST_REGISTRAR, or that cell's)")
    .option(
      DATA_FLAG,
      "data folder of your cell, for its operator's key (HOLDFAST_DATA, or that cell's)",
    )
    .option(JSON_FLAG, JSON_HELP);
}

async function withParty<Result>(
  { io, fetch }: Readonly<{ io: CliIo; fetch: typeof globalThis.fetch }>,
  flags: PartyFlags,
  work: (party: PartyClient) => Promise<Result>,
): Promise<Result> {
  const party = await findParty(io, flags, fetch);
  try {
    return await work(party);
  } finally {
    party.close();
  }
}

function addStart(
  handover: Command,
  { io, finish }: CommandContext,
  fetch: typeof globalThis.fetch,
): void {
  partyCommand(handover, 'start')
    .summary('begin a hand-over, or see what it would do')
    .description('Begins to hand a cell over to another party.')
    .requiredOption('--to <url>', 'where the party is reached that is to have the cell')
    .option('--dry-run', 'look at everything, say what would happen, and change nothing')
    .option('--approve', 'wait for `holdfast handover approve` before the cut')
    .addHelpText('after', START_HELP)
    .action(async (flags: StartFlags) => {
      const asked = { url: flags.to, ...askedOf(flags) };
      finish(
        await withParty({ io, fetch }, flags, async (party) =>
          begun(io, flags, party.cell, await party.ask('start', asked)),
        ),
      );
    });
}

function addRollback(
  handover: Command,
  { io, finish }: CommandContext,
  fetch: typeof globalThis.fetch,
): void {
  partyCommand(handover, 'rollback')
    .summary('give the cell back to whoever had it before')
    .description('Hands the cell back to the party that had it before, without another copy.')
    .option('--dry-run', 'look at everything, say what would happen, and change nothing')
    .option('--approve', 'wait for `holdfast handover approve` before the cut')
    .action(async (flags: RollbackFlags) => {
      finish(
        await withParty({ io, fetch }, flags, async (party) =>
          begun(io, flags, party.cell, await party.ask('rollback', askedOf(flags))),
        ),
      );
    });
}

const FORCE_HELP = `
For the day when the site that owns a cell is lost and the other site of its operator has a copy that
is not joint: it may lack acknowledged likes and views. A joint copy needs no force; start its process
with --standby. Between two operators nothing can be forced.

The process at --at is asked how much is known to be missing. It is refused while the owner is heard
by it or by the registrar. Without --dry-run, say the number that you were told with --yes-lose; when
it has changed meanwhile, nothing is done.

Data: acknowledged ops after the last batch of the copy are lost to readers. The charter says so for
ever. The old site, when it comes back, sets its batches aside in cells/NAME/set-aside and follows.

Examples:
  $ holdfast handover force --cell us --at http://127.0.0.1:7423 --data ./us-west --dry-run
  $ holdfast handover force --cell us --at http://127.0.0.1:7423 --data ./us-west --yes-lose 3`;

function addForce(handover: Command, { io, finish }: CommandContext): void {
  handover
    .command('force')
    .requiredOption('--cell <name>', 'the cell, such as us')
    .requiredOption('--at <url>', 'where the process is reached that is to take the cell')
    .option(DATA_FLAG, "its data folder, for its operator's key (HOLDFAST_DATA, or ./data)")
    .option('--dry-run', 'say what would be lost, and change nothing')
    .option('--yes-lose <batches>', 'the number that --dry-run said; or unknown, when it said so')
    .option(JSON_FLAG, JSON_HELP)
    .summary('take a cell whose owner is lost, with a copy that may lack something')
    .description('Gives a cell to a site whose copy may lack acknowledged ops. Loses them.')
    .addHelpText('after', FORCE_HELP)
    .action(async (flags: ForceFlags) => {
      finish(await forceCell(io, flags));
    });
}

function askedOf({ approve, dryRun }: RollbackFlags): object {
  return { mode: approve === true ? 'approve' : 'auto', dryRun: dryRun === true };
}

function addLooks(
  handover: Command,
  { io, finish }: CommandContext,
  fetch: typeof globalThis.fetch,
): void {
  partyCommand(handover, 'status')
    .summary('how it stands, once')
    .description('Says how the hand-over of a cell stands.')
    .action(async (flags: CommonFlags) => {
      await withParty({ io, fetch }, flags, async (party) => {
        const status = await party.status();
        if (flags.json === true) writeJson(io, status);
        else
          io.out.write(`${pictureOf(status, paintFor(io.out, io.env, false), WIDE).join('\n')}\n`);
      });
      finish(EXIT.ok);
    });
  partyCommand(handover, 'watch')
    .summary('how it stands, until it has ended')
    .description(
      'Shows how a hand-over stands until it has ended: a picture on a terminal, else lines, with ' +
        '--json a document a line. Exits 0 when the cell was handed over, 1 when it was stopped.',
    )
    .action(async (flags: CommonFlags) => {
      const json = flags.json === true;
      finish(await withParty({ io, fetch }, flags, (party) => watchHandover(io, party, json)));
    });
}

/** `status` cuts no line. */
const WIDE = 10_000;

function addDecisions(
  handover: Command,
  { io, finish }: CommandContext,
  fetch: typeof globalThis.fetch,
): void {
  partyCommand(handover, 'approve')
    .summary('let a hand-over that waits for it cut')
    .description('Approves the cut of a hand-over that was started with --approve.')
    .action(async (flags: CommonFlags) => {
      await withParty({ io, fetch }, flags, (party) => party.ask('approve', {}));
      if (flags.json === true) writeJson(io, { approved: true });
      else
        io.out.write('Approved. It cuts when every gate is green; see: holdfast handover watch\n');
      finish(EXIT.ok);
    });
  partyCommand(handover, 'abort')
    .summary('stop a hand-over; the cell stays where it is')
    .description('Stops a hand-over. The cell stays where it is; nothing acknowledged is lost.')
    .option('--reason <words>', 'why, for the charter', '')
    .action(async (flags: AbortFlags) => {
      const { reason } = flags;
      await withParty({ io, fetch }, flags, (party) => party.ask('abort', { reason }));
      if (flags.json === true) writeJson(io, { aborted: true });
      else io.out.write('Asked to stop. See how it ends with: holdfast handover status\n');
      finish(EXIT.ok);
    });
}

function addRetire(
  handover: Command,
  { io, finish }: CommandContext,
  fetch: typeof globalThis.fetch,
): void {
  partyCommand(handover, 'retire')
    .summary('destroy the copy of a cell that was given away')
    .description('Destroys the copy that this party kept of a cell that it gave away.')
    .option('--dry-run', 'say what would be destroyed, and change nothing')
    .option('--now', 'also within 72 hours of the hand-over, when the copy is the way back')
    .addHelpText('after', RETIRE_HELP)
    .action(async (flags: PartyFlags & RetireFlags) => {
      finish(
        await withParty({ io, fetch }, flags, (party) => retireParty(io, party, flags, fetch)),
      );
    });
}

function addVerify(handover: Command, { io, finish }: CommandContext): void {
  handover
    .command('verify')
    .argument('<certificate>', 'the file')
    .summary('check a certificate, offline')
    .description('Checks the certificate of a hand-over from its file alone.')
    .option('--registrar-key <key>', "the registrar's public key, when you know it")
    .option('--balance <file>', "a video's balances, to be checked against the certificate")
    .option(JSON_FLAG, JSON_HELP)
    .addHelpText('after', VERIFY_HELP)
    .action((file: string, flags: VerifyFlags) => {
      finish(verifyFile(io, file, flags));
    });
}

/** Tells what a start did, or would do. */
function begun(io: CliIo, flags: RollbackFlags, cell: string, document: unknown): ExitCode {
  const { kind, fits } = fieldsOf(document);
  const isGood = kind === 'started' || fits === true;
  if (flags.json === true) writeJson(io, document);
  else io.out.write(`${begunLines(io, cell, document).join('\n')}\n`);
  return isGood ? EXIT.ok : EXIT.failed;
}

function begunLines(io: CliIo, cell: string, document: unknown): readonly string[] {
  const { kind, fits, handover, checks, steps } = fieldsOf(document);
  const paint = paintFor(io.out, io.env, false);
  const rows = (Array.isArray(checks) ? checks : []).map((check: unknown) => {
    const { name, light, reason } = fieldsOf(check);
    return [`  ${String(light)}`, String(name), String(reason)];
  });
  const looked = ['', ...columns(rows)];
  if (kind === 'started') {
    const title = paint.good(`The hand-over ${String(handover)} has begun.`);
    return [title, ...looked, '', `Watch it: holdfast handover watch --cell ${cell}`];
  }
  if (fits !== true) return [paint.bad('It does not fit. Nothing was changed.'), ...looked];
  const planned = Array.isArray(steps) ? steps : [];
  const plan = planned.map((step: unknown, index) => `  ${index + 1}. ${String(step)}`);
  const title = paint.good('It fits. Nothing was changed; this is what would happen:');
  return [title, ...plan, ...looked];
}
