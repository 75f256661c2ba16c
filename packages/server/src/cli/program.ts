// The `holdfast` command: its parts, its help, and how every way of ending becomes an exit code.

import { Command, CommanderError } from 'commander';
import { addBackupCommand } from './backup.ts';
import type { BackupData } from './backup.ts';
import { addCellCommand } from './cell.ts';
import type { StartCellProcess } from './cell.ts';
import { CliError } from './cli-error.ts';
import { paintFor, writeJson } from './cli-io.ts';
import type { CliIo } from './cli-io.ts';
import { messageOf } from './command-context.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT, exitCodesHelp } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { addExportCommand } from './export.ts';
import { addFsckCommand } from './fsck.ts';
import type { FsckData } from './fsck.ts';
import { addGatewayCommand } from './gateway.ts';
import type { StartGateway } from './gateway.ts';
import { addHandoverCommand } from './handover.ts';
import { addKeysCommand } from './keys.ts';
import { addRegistrarCommand } from './registrar.ts';
import type { StartRegistrar } from './registrar.ts';
import { addRolesCommand } from './roles.ts';
import { addStaffCommand } from './staff.ts';
import { addStartCommand } from './start.ts';
import type { StartServer } from './start.ts';
import { addStatusCommand } from './status.ts';
import type { StartStatus } from './status-run.ts';
import { addVersionCommand } from './version.ts';

/** What commands do that reaches beyond the command line; `main.ts` has the real ones. */
export type Works = Readonly<{
  startServer: StartServer;
  startRegistrar: StartRegistrar;
  startCell: StartCellProcess;
  startGateway: StartGateway;
  startStatus: StartStatus;
  fsckData: FsckData;
  backupData: BackupData;
  fetch: typeof globalThis.fetch;
}>;

const HELP = `
Start here:
  $ holdfast start                          everything in one process, on http://127.0.0.1:7400
  $ holdfast keys create --name my-site     a key to count your own videos through the API
  $ holdfast help start                     more about a command, with examples
`;

/** Runs one command to its end. Resolves with the exit code; never rejects. */
export async function runCli(args: readonly string[], io: CliIo, works: Works): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.usage;
  const program = programFor(io, works, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (thrown) {
    return endedBy(thrown, io, args.includes('--json'));
  }
}

function programFor(io: CliIo, works: Works, finish: CommandContext['finish']): Command {
  const context: CommandContext = { io, finish };
  const program = new Command('holdfast')
    .description('A short-video platform whose likes and views stay right.')
    .addHelpText('after', HELP)
    .exitOverride()
    // A part of a command has its own flags, also where the command has one of the same name.
    .enablePositionalOptions()
    .configureHelp({ styleTitle: paintFor(io.out, io.env, false).bold, helpWidth: helpWidth(io) })
    .configureOutput({
      writeOut: io.out.write,
      writeErr: io.err.write,
      getOutHasColors: () => io.out.isTerminal,
      getErrHasColors: () => io.err.isTerminal,
    })
    .showHelpAfterError('(more: add --help)');
  addStartCommand(program, context, works.startServer);
  addKeysCommand(program, context);
  addFsckCommand(program, context, works.fsckData);
  addBackupCommand(program, context, works.backupData);
  addExportCommand(program, context, works.fetch);
  addRegistrarCommand(program, context, works.startRegistrar);
  addCellCommand(program, context, works.startCell);
  addGatewayCommand(program, context, works.startGateway);
  addHandoverCommand(program, context, works.fetch);
  addStaffCommand(program, context);
  addRolesCommand(program, context);
  addStatusCommand(program, context, works.startStatus);
  addVersionCommand(program, context);
  addExitCodes(program);
  return program;
}

/** The table of exit codes at the end of every help. */
function addExitCodes(command: Command): void {
  command.addHelpText('after', `\n${exitCodesHelp()}`);
  for (const part of command.commands) addExitCodes(part);
}

function helpWidth({ out }: CliIo): number {
  const HELP_COLUMNS_MAX = 100;
  return out.isTerminal ? Math.min(out.columns, HELP_COLUMNS_MAX) : HELP_COLUMNS_MAX;
}

function endedBy(thrown: unknown, io: CliIo, json: boolean): ExitCode {
  if (thrown instanceof CommanderError) {
    // The parser has written its words already.
    const helped = ['commander.helpDisplayed', 'commander.help', 'commander.version'];
    if (helped.includes(thrown.code) && thrown.exitCode === 0) return EXIT.ok;
    if (json) writeJson(io, { error: { code: 'usage', message: thrown.message } });
    return EXIT.usage;
  }
  const message = messageOf(thrown);
  const paint = paintFor(io.err, io.env, json);
  io.err.write(`${paint.bad('holdfast:')} ${message}\n`);
  if (json) writeJson(io, { error: { code: errorCodeOf(thrown), message } });
  return thrown instanceof CliError ? thrown.exitCode : EXIT.failed;
}

function errorCodeOf(thrown: unknown): string {
  if (!(thrown instanceof Error) || !('code' in thrown)) return 'failed';
  return typeof thrown.code === 'string' ? thrown.code : 'failed';
}
