// `holdfast status incident` and `holdfast status maintenance`: what people may say and do.
//
// An order is left in the file of the page and done at its next look, so it also works while the
// page does not run. Nothing here can make a measured state better (ST20).

import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { isJurisdiction } from '@holdfast/protocol/ids.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { isComponent, NAME_CHARS_MAX, TEXT_CHARS_MAX } from '../status/rules/orders.ts';
import type { Order } from '../status/rules/orders.ts';
import { COMPONENTS, STATES } from '../status/rules/words.ts';
import type { Component, State } from '../status/rules/words.ts';
import { writeJson } from './cli-io.ts';
import type { CliIo } from './cli-io.ts';
import { columns } from './columns.ts';
import { collect, JSON_FLAG, JSON_HELP } from './command-context.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { notEmpty } from './start.ts';
import { STATUS_DATA_FLAG, STATUS_DATA_HELP, usage } from './status-flags.ts';
import { withStore } from './status-places.ts';

type Flags = Readonly<{ data?: string; by?: string; json?: true }>;
type WordsFlags = Flags & Readonly<{ phase?: string }>;
type PlanFlags = Flags &
  Readonly<{
    cell: readonly string[];
    component: readonly string[];
    from: string;
    until: string;
    body: string;
  }>;
type LateFlags = Flags & Readonly<{ metric: string; count: string; day: string }>;

const BY_PATTERN = /^[\p{L}\p{N} ._-]{1,64}$/u;
/** How long a command waits for the page to do what it was told. */
const WAIT_MS_MAX = 4_000;
const WAIT_LOOK_MS = 100;

export function addIncidentCommands(status: Command, context: CommandContext): void {
  const incident = status.command('incident').summary('words, root causes, and worse states');
  addList(incident, context);
  addWords(incident, context);
  addStates(incident, context);
  addMaintenance(status, context);
}

function common(command: Command): Command {
  return command
    .option(STATUS_DATA_FLAG, STATUS_DATA_HELP, notEmpty)
    .option('--by <name>', 'who says so (the user of this machine)')
    .option(JSON_FLAG, JSON_HELP);
}

function addList(incident: Command, { io, finish }: CommandContext): void {
  common(incident.command('list'))
    .description('Lists the newest incidents.')
    .action((flags: Flags) => {
      const incidents = withStore(io, flags, (store) => store.incidents(50));
      if (flags.json === true) writeJson(io, { incidents });
      else if (incidents.length === 0) io.out.write('No incident so far.\n');
      else {
        const rows = incidents.map(({ id, phase, openedAtMs, name }) => [
          id,
          phase,
          new Date(openedAtMs).toISOString(),
          name,
        ]);
        io.out.write(`${columns(rows).join('\n')}\n`);
      }
      finish(EXIT.ok);
    });
}

function addWords(incident: Command, { io, finish }: CommandContext): void {
  common(incident.command('say <incident> <text>'))
    .description('Adds words of a person to an incident.')
    .option('--phase <phase>', 'investigating, identified or monitoring')
    .action(async (id: string, text: string, flags: WordsFlags) => {
      const phase = phaseOf(flags.phase);
      finish(await give(io, flags, { kind: 'words', incident: id, phase, body: bodyOf(text) }));
    });
  const simple = [
    ['root-cause', 'States the root cause, without which no incident closes.'],
    ['action', 'Adds something that is done so that it does not happen again.'],
    ['postmortem', 'Publishes the post-mortem of a closed incident.'],
  ] as const;
  for (const [kind, description] of simple) {
    common(incident.command(`${kind} <incident> <text>`))
      .description(description)
      .action(async (id: string, text: string, flags: Flags) => {
        finish(await give(io, flags, { kind, incident: id, body: bodyOf(text) }));
      });
  }
  common(incident.command('late <incident>'))
    .description('Says that data which came late has been counted; the gap in charts is lifted.')
    .requiredOption('--metric <metric>', 'likes or views')
    .requiredOption('--count <n>', 'how many')
    .requiredOption('--day <day>', 'the day they belong to, as 2026-11-17')
    .action(async (id: string, flags: LateFlags) => {
      const { metric, day } = flags;
      const count = Number(flags.count);
      if (metric !== 'likes' && metric !== 'views')
        throw usage('metric', '--metric is likes or views.');
      if (!Number.isSafeInteger(count) || count < 1) throw usage('count', '--count is 1 or more.');
      if (!/^\d{4}-\d\d-\d\d$/.test(day)) throw usage('day', '--day is written as 2026-11-17.');
      finish(await give(io, flags, { kind: 'late', incident: id, late: { metric, count, day } }));
    });
}

function addStates(incident: Command, { io, finish }: CommandContext): void {
  common(incident.command('override <cell> <component> <state> <reason>'))
    .description('Shows a component at least as bad as this. Never better than what is measured.')
    .action(
      async (cell: string, component: string, state: string, reason: string, flags: Flags) => {
        const at = partOf(cell, component);
        finish(
          await give(io, flags, {
            kind: 'override',
            ...at,
            state: stateOf(state),
            reason: bodyOf(reason),
          }),
        );
      },
    );
  common(incident.command('lift <cell> <component> <reason>'))
    .description('Takes an override back; what is measured is shown again.')
    .action(async (cell: string, component: string, reason: string, flags: Flags) => {
      finish(
        await give(io, flags, { kind: 'lift', ...partOf(cell, component), reason: bodyOf(reason) }),
      );
    });
}

function addMaintenance(status: Command, { io, finish }: CommandContext): void {
  common(status.command('maintenance <name>'))
    .description('Announces planned work or a hand-over. Wrong numbers stay red during it.')
    .requiredOption('--from <time>', 'when it begins, as 2026-12-01T08:00Z')
    .requiredOption('--until <time>', 'when it ends')
    .requiredOption('--body <text>', 'what people will notice')
    .option('--cell <name>', 'a cell; repeatable', collect, [])
    .option('--component <name>', `a component; repeatable (all)`, collect, [])
    .action(async (name: string, flags: PlanFlags) => {
      const fromMs = Date.parse(flags.from);
      const untilMs = Date.parse(flags.until);
      if (Number.isNaN(fromMs) || Number.isNaN(untilMs) || untilMs <= fromMs) {
        throw usage('times', '--from and --until must be times, the first before the second.');
      }
      const cells = flags.cell.map((cell) => partOf(cell, 'border').cell);
      if (cells.length === 0) throw usage('cell', 'Name at least one --cell.');
      const named = flags.component.map((component) => partOf('us', component).component);
      const components = named.length === 0 ? [...COMPONENTS] : named;
      const body = bodyOf(flags.body);
      const plan = {
        name: name.slice(0, NAME_CHARS_MAX),
        body,
        cells,
        components,
        fromMs,
        untilMs,
      };
      finish(await give(io, flags, { kind: 'maintenance', ...plan }));
    });
}

function phaseOf(
  text: string | undefined,
): 'investigating' | 'identified' | 'monitoring' | undefined {
  if (text === undefined) return undefined;
  if (text === 'investigating' || text === 'identified' || text === 'monitoring') return text;
  throw usage(
    'phase',
    '--phase is investigating, identified or monitoring; closing is not by hand.',
  );
}

function bodyOf(text: string): string {
  if (text.trim() === '' || text.length > TEXT_CHARS_MAX) {
    throw usage('text', `A text has 1 to ${TEXT_CHARS_MAX} characters.`);
  }
  return text;
}

function partOf(
  cell: string,
  component: string,
): Readonly<{ cell: Jurisdiction; component: Component }> {
  if (!isJurisdiction(cell)) throw usage('cell', `${cell} is no name of a cell.`);
  if (!isComponent(component))
    throw usage('component', `A component is one of ${COMPONENTS.join(', ')}.`);
  return { cell, component };
}

function stateOf(text: string): State {
  const state = STATES.find((name) => name === text);
  if (state === undefined) throw usage('state', `A state is one of ${STATES.join(', ')}.`);
  return state;
}

async function give(io: CliIo, flags: Flags, order: Order): Promise<ExitCode> {
  const by = flags.by ?? userInfo().username;
  if (!BY_PATTERN.test(by)) throw usage('by', '--by is 1 to 64 letters, digits and spaces.');
  const id = withStore(io, flags, (store) => store.giveOrder(io.nowMs(), by, order));
  const untilMs = io.nowMs() + WAIT_MS_MAX;
  let result: string | undefined;
  while (result === undefined && io.nowMs() < untilMs) {
    await sleep(WAIT_LOOK_MS);
    result = withStore(io, flags, (store) => store.orderResult(id));
  }
  const words = result ?? 'kept; the page does not run, and does it when it runs again';
  if (flags.json === true) writeJson(io, { order: id, result: words });
  else io.out.write(`${words}\n`);
  return result === undefined || result === 'done' ? EXIT.ok : EXIT.failed;
}
