// A place at work: probes, gathers what it saw, and hands it to the page, here or far away.
//
// Rules: docs/spec/status.md (ST11, ST30, ST33). What cannot be handed over is let go of: a result
// that comes late says nothing of now, and silence is what the page understands.

import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { KeyObject } from 'node:crypto';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { canaryOf, keptOf, newCanary } from '../probe/canaries.ts';
import type { Canary, KeptCanary } from '../probe/canaries.ts';
import { startProber } from '../probe/prober.ts';
import type { World } from '../probe/journey.ts';
import { OBSERVATIONS_MAX } from '../rules/observation.ts';
import type { Observation, Place, Report } from '../rules/observation.ts';
import { SIGNATURE_HEADER, signReport } from './place-key.ts';

/** What is seen gathers this long before it is handed over. */
const GATHER_MS = 500;
const REFERENCE_MS = 2_000;

/** Takes a report; never rejects. */
export type HandOver = (report: Report) => Promise<void>;

export type RunPlace = Readonly<{
  place: Place;
  world: World;
  gateways: readonly string[];
  cells: readonly Jurisdiction[];
  /** Addresses of others; while none of them answers either, this place sees nothing (ST11). */
  references: readonly string[];
  /** File of the canaries. */
  file: string;
  randomBytes: (bytes: number) => Uint8Array;
  handOver: HandOver;
  /** Number of the first report; must be higher than all before. */
  firstN: number;
}>;

export type RunningPlace = Readonly<{ stop: () => Promise<void> }>;

export function runPlace(options: RunPlace): RunningPlace {
  const { place, world, gateways, cells, handOver } = options;
  const canaries = openCanaries(options);
  let gathered: Observation[] = [];
  let n = options.firstN;
  let timer: Promise<void> | undefined;
  const send = async (): Promise<void> => {
    await world.pause(GATHER_MS);
    timer = undefined;
    const observations = gathered.splice(0, OBSERVATIONS_MAX);
    gathered = [];
    n += 1;
    await handOver({ place, n, sentAtMs: world.nowMs(), observations });
  };
  const prober = startProber({
    world,
    gateways,
    cells,
    canaryOf: canaries.of,
    onCanary: canaries.keep,
    onObserved: (observations) => {
      gathered.push(...observations);
      timer ??= send();
    },
    isOnline: () => isOnline(options),
  });
  return {
    stop: async () => {
      await prober.stop();
      await timer;
    },
  };
}

/** Whether anything at all answers; without references this machine is taken to be online. */
async function isOnline({ world, references }: RunPlace): Promise<boolean> {
  if (references.length === 0) return true;
  const asked = references.map(async (url) => (await world.ask({ method: 'HEAD', url })).kind);
  const late = world.pause(REFERENCE_MS).then((): string[] => []);
  const answers = await Promise.race([Promise.all(asked), late]);
  return answers.includes('answer');
}

/** The canaries of a place outlive it, so that it does not leave new ones behind at each start. */
function openCanaries({ file, randomBytes }: Pick<RunPlace, 'file' | 'randomBytes'>) {
  const live = new Map<string, Canary>();
  const kept = readKept(file);
  const keep = (): void => {
    for (const [name, canary] of live) kept[name] = keptOf(canary);
    writeWhole(file, JSON.stringify(kept));
  };
  return {
    keep,
    of: (gateway: string, cell: Jurisdiction): Canary => {
      const name = `${gateway} ${cell}`;
      const known = live.get(name);
      if (known !== undefined) return known;
      const canary = canaryOf(kept[name] ?? newCanary(randomBytes));
      live.set(name, canary);
      if (kept[name] === undefined) keep();
      return canary;
    },
  };
}

function readKept(file: string): Record<string, KeptCanary> {
  try {
    // Written by `writeWhole` below, whole or not at all.
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, KeptCanary>;
  } catch {
    // Not there yet, or not readable: new canaries do as well as the old ones.
    return {};
  }
}

function writeWhole(file: string, text: string): void {
  const fd = openSync(`${file}.new`, 'w', 0o600);
  try {
    writeFileSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  // A crash here means that the old file is there, or the new one, whole.
  renameSync(`${file}.new`, file);
}

/** Hands reports to a page over HTTP, signed. A page that does not answer hears the next one. */
export function handOverTo(
  pageUrl: string,
  privateKey: KeyObject,
  fetch: typeof globalThis.fetch,
  onRefused: (detail: string) => void,
): HandOver {
  return async (report) => {
    const body = JSON.stringify(report);
    const headers = {
      'content-type': 'application/json',
      [SIGNATURE_HEADER]: signReport(body, privateKey),
    };
    try {
      const response = await fetch(`${pageUrl}/status/reports`, {
        method: 'POST',
        headers,
        body,
        signal: AbortSignal.timeout(5_000),
      });
      const text = await response.text();
      if (response.status !== 204) onRefused(`${response.status} ${text.slice(0, 300)}`);
    } catch (cause) {
      onRefused(cause instanceof Error ? cause.message : String(cause));
    }
  };
}
