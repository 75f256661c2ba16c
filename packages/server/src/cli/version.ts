// `holdfast version`

import process from 'node:process';
import type { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { writeJson } from './cli-io.ts';
import { JSON_FLAG, JSON_HELP } from './command-context.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-codes.ts';

export const VERSION: string = manifest.version;

export function addVersionCommand(program: Command, { io, finish }: CommandContext): void {
  program
    .command('version')
    .summary('say which Holdfast this is')
    .description('Says which Holdfast, Node and SQLite this is: what a report of a fault needs.')
    .option(JSON_FLAG, JSON_HELP)
    .action(({ json }: { json?: true }) => {
      const { node, sqlite } = process.versions;
      const platform = `${process.platform}-${process.arch}`;
      if (json) writeJson(io, { holdfast: VERSION, node, sqlite, platform });
      else io.out.write(`holdfast ${VERSION} (Node ${node}, SQLite ${sqlite}, ${platform})\n`);
      finish(EXIT.ok);
    });
}
