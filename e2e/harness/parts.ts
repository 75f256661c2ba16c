// An installation of separate processes: a registrar, two cells of two operators, and a gateway,
// each of which a test can end and start again where it was.

import { openInstallation } from './installation.ts';
import type { Installation, RunningServer } from './installation.ts';

export const PART_NAMES = ['registrar', 'us', 'eu', 'gateway'] as const;
export type PartName = (typeof PART_NAMES)[number];

export type Parts = Readonly<{
  place: Installation;
  running: (name: PartName) => RunningServer;
  /** Where the gateway is; it stays there. */
  url: string;
  /** Ends a part as a power cut would. */
  kill: (name: PartName) => Promise<void>;
  /** Starts a part that was ended, at its old address or at a new one. */
  start: (name: PartName, where?: 'elsewhere') => Promise<RunningServer>;
  close: () => Promise<void>;
}>;

const OPERATORS = { us: 'north', eu: 'south' } as const;

/** Starts all four; they find each other over the address of the registrar alone. */
export async function openParts(): Promise<Parts> {
  const place = openInstallation();
  const parts = new Map<PartName, RunningServer>();
  const ports = new Map<PartName, number>();
  const running = (name: PartName): RunningServer => {
    const found = parts.get(name);
    if (found === undefined) throw new Error(`${name} was not started`);
    return found;
  };
  const start: Parts['start'] = async (name, where) => {
    const port = where === 'elsewhere' ? 0 : (ports.get(name) ?? 0);
    const started = await place.part(name, [...argsOf(name), '--port', String(port)]);
    parts.set(name, started);
    ports.set(name, started.port);
    return started;
  };
  const argsOf = (name: PartName): readonly string[] => {
    if (name === 'registrar') return ['registrar'];
    const registrar = ['--registrar', running('registrar').url];
    if (name === 'gateway') return ['gateway', ...registrar];
    return ['cell', '--jurisdiction', name, '--operator', OPERATORS[name], ...registrar];
  };
  try {
    await start('registrar');
    await Promise.all([start('us'), start('eu')]);
    const { url } = await start('gateway');
    return { place, running, url, kill: (name) => running(name).kill(), start, close: place.close };
  } catch (cause) {
    await place.close();
    throw cause;
  }
}
