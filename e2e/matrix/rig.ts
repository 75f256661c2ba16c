// An installation whose every part can be lost: a registrar, two parties of one cell and a gateway,
// each a process of its own, on a network that a test holds in its hands.

import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { apiOf, bodyOf } from '../harness/api.ts';
import { openInstallation } from '../harness/installation.ts';
import type { CommandResult, Installation, RunningServer } from '../harness/installation.ts';
import { freePort } from './free-port.ts';
import { openNetwork } from './network.ts';
import type { Network } from './network.ts';

export const CELL_NAMES = ['north', 'south'] as const;
export type CellName = (typeof CELL_NAMES)[number];
export type PartName = 'registrar' | 'gateway' | CellName;
export const PART_NAMES: readonly PartName[] = ['registrar', 'gateway', ...CELL_NAMES];

export type Entry = Readonly<{
  epoch: number;
  act: string;
  rule: string;
  owner: Readonly<{ operator: string; site: string }>;
  handover?: string;
  reason: string;
}>;

export type Rig = Readonly<{
  place: Installation;
  network: Network;
  /** The gateway's address. */
  url: string;
  /** Where a party is reached by others. */
  addressOf: (name: CellName) => string;
  running: (name: PartName) => RunningServer;
  start: (name: PartName) => Promise<void>;
  /**
   * Starts another gateway, of a name that begins with `gateway`, or starts it again where it was;
   * resolves with its address.
   */
  gateway: (name: `gateway-${string}`) => Promise<RunningServer>;
  /** Ends a part as a power cut would. */
  kill: (name: PartName) => Promise<void>;
  dataOf: (name: PartName) => string;
  /** States that a party has entered since it was started, as its log tells. */
  statesOf: (name: CellName) => readonly string[];
  charter: () => Promise<readonly Entry[]>;
  /** Who has the cell, as the charter says. */
  owner: () => Promise<CellName>;
  /** Runs `holdfast handover …` with the key of a party. */
  handover: (as: CellName, ...args: readonly string[]) => Promise<CommandResult>;
  /** Recounts what is on a party's disk now; it stands still for a moment if it runs. */
  fsck: (name: CellName) => Promise<CommandResult>;
  close: () => Promise<void>;
}>;

export type RigOptions = Readonly<{
  /** Both parties are sites of one operator, and either takes over when the other is lost. */
  isStandby?: boolean;
  /** What a part is started with beside. */
  env?: (name: PartName) => Readonly<Record<string, string>>;
  /**
   * Called before anything is started, such as to put a data folder on a small disk; what it gives
   * back is called at the end, before the folders are removed.
   */
  prepare?: (place: Installation) => (() => void) | undefined;
}>;

const CELL = 'us';
const OPERATOR_OF_BOTH = 'north';
const STARTS_MAX = 3;

export const otherOf = (name: CellName): CellName => (name === 'north' ? 'south' : 'north');

export async function openRig(options: RigOptions = {}): Promise<Rig> {
  const place = openInstallation();
  const network = openNetwork((operator, site) => nameOf(options, operator, site));
  let undo: (() => void) | undefined;
  const close = async (): Promise<void> => {
    await network.close();
    undo?.();
    await place.close();
  };
  try {
    undo = options.prepare?.(place);
    return { ...(await openParts(options, place, network)), close };
  } catch (cause) {
    await close();
    throw cause;
  }
}

/** Of two sites of one operator the site has the name, of two operators the operator. */
function nameOf({ isStandby }: RigOptions, operator: string, site: string): string {
  if (site.startsWith('gateway')) return site;
  return isStandby === true ? site : operator;
}

async function openParts(
  options: RigOptions,
  place: Installation,
  network: Network,
): Promise<Omit<Rig, 'close'>> {
  const servers = new Map<PartName, RunningServer>();
  const ports = new Map<PartName, number>();
  const running = (name: PartName): RunningServer => {
    const found = servers.get(name);
    if (found === undefined) throw new Error(`${name} was not started`);
    return found;
  };
  const target = (name: PartName) => (): string => `http://127.0.0.1:${ports.get(name)}`;
  const doors = new Map<string, string>();
  const addressOf = (name: string): string => doors.get(name) ?? '';
  for (const name of CELL_NAMES) {
    doors.set(name, await network.door({ to: name, target: target(name) }));
  }
  for (const from of PART_NAMES) {
    const door = { to: 'registrar', from, target: target('registrar') };
    doors.set(`${from} to registrar`, await network.door(door));
  }
  const argsOf = (name: PartName): readonly string[] => {
    if (name === 'registrar') return ['registrar'];
    const registrar = ['--registrar', addressOf(`${name} to registrar`)];
    if (name === 'gateway') return ['gateway', ...registrar];
    const standby = ['--operator', OPERATOR_OF_BOTH, '--site', name, '--standby'];
    const who = options.isStandby === true ? standby : ['--operator', name];
    return ['cell', '--jurisdiction', CELL, ...who, '--url', addressOf(name), ...registrar];
  };
  const start: Rig['start'] = async (name) => {
    const server = await started(
      (port) => {
        ports.set(name, port);
        const args = [...argsOf(name), '--port', String(port)];
        return place.part(name, args, options.env?.(name));
      },
      // People reach the gateway where it was.
      name === 'gateway' ? ports.get(name) : undefined,
    );
    servers.set(name, server);
  };
  const gateway: Rig['gateway'] = async (name) => {
    const to = `${name} to registrar`;
    if (!doors.has(to)) {
      const door = { to: 'registrar', from: name, target: target('registrar') };
      doors.set(to, await network.door(door));
    }
    const args = ['gateway', '--site', name, '--registrar', addressOf(to), '--port', '0'];
    return place.part(name, args, options.env?.('gateway'));
  };
  await start('registrar');
  await start('north');
  if (options.isStandby === true) shareKey(place);
  await start('south');
  await start('gateway');
  return rigOf({ place, network, start, gateway, addressOf, running });
}

/** Starts a part on a port of its own; another program may take that port in the same moment. */
async function started(
  launch: (port: number) => Promise<RunningServer>,
  before: number | undefined,
): Promise<RunningServer> {
  for (let starts = 1; ; starts += 1) {
    try {
      return await launch(before ?? (await freePort()));
    } catch (error) {
      if (starts === STARTS_MAX || !String(error).includes('port-in-use')) throw error;
    }
  }
}

function shareKey({ scratchDir }: Installation): void {
  const keys = join('operators', OPERATOR_OF_BOTH);
  mkdirSync(join(scratchDir, 'south', keys), { recursive: true });
  cpSync(join(scratchDir, 'north', keys), join(scratchDir, 'south', keys), { recursive: true });
}

type Parts = Pick<Rig, 'place' | 'network' | 'start' | 'gateway' | 'running'> &
  Readonly<{ addressOf: (name: string) => string }>;

function rigOf({ place, network, start, gateway, addressOf, running }: Parts): Omit<Rig, 'close'> {
  const dataOf = (name: PartName): string => join(place.scratchDir, name);
  const charter: Rig['charter'] = async () => {
    const answer = await apiOf(running('registrar').url).send('GET', '/v1/charter');
    return bodyOf<{ entries: readonly Entry[] }>(answer).entries;
  };
  return {
    place,
    network,
    url: running('gateway').url,
    addressOf,
    running,
    start,
    gateway,
    kill: (name) => running(name).kill(),
    dataOf,
    statesOf: (name) => statesIn(running(name).err()),
    charter,
    owner: async () => {
      const { owner } = (await charter()).at(-1) ?? {};
      const bySite = CELL_NAMES.find((one) => one === owner?.site);
      const name = bySite ?? CELL_NAMES.find((one) => one === owner?.operator);
      if (name === undefined) throw new Error(`nobody owns ${CELL}`);
      return name;
    },
    handover: (as, ...args) => {
      const whose = ['--cell', CELL, '--data', dataOf(as)];
      return place.holdfast(
        ...['handover', ...args, ...whose, '--registrar', running('registrar').url],
      );
    },
    fsck: async (name) => {
      const copy = join(place.scratchDir, `copy of ${name}`);
      running(name).signal('SIGSTOP');
      try {
        cpSync(dataOf(name), copy, { recursive: true });
      } finally {
        running(name).signal('SIGCONT');
      }
      try {
        return await place.holdfast('fsck', '--data', copy);
      } finally {
        rmSync(copy, { recursive: true });
      }
    },
  };
}

/** The log says every state that a party enters, in the moment in which it does. */
function statesIn(log: string): readonly string[] {
  return [...log.matchAll(/"state":"([a-z-]+)"/g)].map(([, state = '']) => state);
}

/** The log is looked at so often that no state of interest is over by then. */
const LOOK_EVERY_MS = 3;
const STATE_MS_MAX = 240_000;

/** Resolves when a party has entered a state, after so many that it had entered before. */
export async function untilState(
  rig: Rig,
  name: CellName,
  wanted: string,
  after: number,
): Promise<void> {
  const untilMs = performance.now() + STATE_MS_MAX;
  for (;;) {
    const states = rig.statesOf(name).slice(after);
    if (states.includes(wanted)) return;
    if (performance.now() > untilMs) {
      throw new Error(`${name} was never ${wanted}, only ${states.join(', ')}`);
    }
    await sleep(LOOK_EVERY_MS);
  }
}
