// One hand-over with one fault in it, and everything that must hold afterwards.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../harness/api.ts';
import type { CommandResult } from '../harness/installation.ts';
import { goesOn } from '../harness/load.ts';
import type { Audience } from './audience.ts';
import type { Attempt, Moment } from './moments.ts';
import type { Held } from './network.ts';
import { CELL_NAMES, otherOf, untilState } from './rig.ts';
import type { CellName, PartName, Rig } from './rig.ts';

/** A part by what it is in this hand-over. */
export type Role = 'registrar' | 'gateway' | 'source' | 'target';

export type Struck = Readonly<{
  rig: Rig;
  partOf: (role: Role) => PartName;
  /** Lets go what was held on the network for the moment to last. */
  letGo: () => void;
}>;

/** Does harm, and mends it. */
export type Fault = (struck: Struck) => Promise<void>;

export type Ended = Readonly<{
  outcome: 'handed-over' | 'aborted';
  reason: string;
  /** The last state of either side before the fault. */
  struckIn: string;
}>;

const GOES_ON_OPS = 60;

/** Hands the cell to whoever does not have it, with a fault on the way; rejects for any lie. */
export async function handOverWith(
  rig: Rig,
  audience: Audience,
  moment: Moment,
  fault: Fault,
): Promise<Ended> {
  const source = await rig.owner();
  const target = otherOf(source);
  const begun = new Map<CellName, number>();
  const held: Held[] = [];
  let handover = '';
  let isAsked = false;
  const attempt: Attempt = {
    rig,
    source,
    target,
    begin: async (mode) => {
      for (const name of CELL_NAMES) begun.set(name, rig.statesOf(name).length);
      isAsked = mode === 'approve';
      handover = await beginHandover(rig, source, mode);
    },
    approve: async () => {
      await accepted(rig.handover(source, 'approve'));
    },
    enters: (name, state) => untilState(rig, name, state, begun.get(name) ?? 0),
    hold: (matches) => {
      const one = rig.network.hold(matches);
      held.push(one);
      return one;
    },
  };
  await moment.reach(attempt).catch(async (cause: unknown) => {
    throw new Error(`${moment.name} was not reached; ${await gatesOf(rig, source)}`, { cause });
  });
  const struckIn = CELL_NAMES.map((name) => rig.statesOf(name).at(-1)).join(' and ');
  const letGo = (): void => {
    for (const one of held) one.release();
  };
  const partOf = (role: Role): PartName => {
    if (role === 'source') return source;
    return role === 'target' ? target : role;
  };
  await fault({ rig, partOf, letGo });
  // Unless it has ended it may wait for a person's word still.
  if (isAsked) await rig.handover(source, 'approve');
  const { outcome, reason } = await endOf(rig, source);
  await goesOn(audience.load, GOES_ON_OPS);
  await checked(rig, audience, { handover, owner: outcome === 'aborted' ? source : target });
  return { outcome, reason, struckIn };
}

const TRIES_MAX = 5;

/**
 * The same until the cell has changed hands: on a busy machine a gate may be red, or a pause too
 * long, and the hand-over is then stopped as it should be.
 */
export async function handedOverWith(
  ...[rig, audience, moment, fault]: Parameters<typeof handOverWith>
): Promise<void> {
  const reasons: string[] = [];
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const { outcome, reason } = await handOverWith(rig, audience, moment, fault);
    if (outcome === 'handed-over') return;
    reasons.push(reason);
  }
  throw new Error(`never handed over: ${reasons.join('; ')}`);
}

/** The copy may be busy with what was before; the start then says so and changes nothing. */
async function beginHandover(
  rig: Rig,
  source: CellName,
  mode: 'auto' | 'approve',
): Promise<string> {
  const flags = mode === 'approve' ? ['--approve'] : [];
  const to = rig.addressOf(otherOf(source));
  const { out } = await until(
    'begun',
    () => rig.handover(source, 'start', '--to', to, '--json', ...flags),
    ({ code }) => code === 0,
  );
  return (JSON.parse(out) as Readonly<{ handover: string }>).handover;
}

async function accepted(command: Promise<CommandResult>): Promise<CommandResult> {
  const result = await command;
  if (result.code !== 0) throw new Error(`refused: ${result.out}${result.err}`);
  return result;
}

type Told = Readonly<{
  handover: Readonly<{ ended: Readonly<{ outcome: Ended['outcome']; reason: string }> | null }>;
}>;

/** Watches as its operator would, until it has ended. */
async function endOf(rig: Rig, source: CellName): Promise<Omit<Ended, 'struckIn'>> {
  const watched = await rig.handover(source, 'watch', '--json');
  const last = watched.out.trim().split('\n').at(-1) ?? '';
  const { handover } = JSON.parse(last === '' ? '{}' : last) as Partial<Told>;
  const ended = handover?.ended ?? undefined;
  if (ended === undefined) throw new Error(`no end: ${watched.out.slice(-1_000)}${watched.err}`);
  return ended;
}

/** What keeps a hand-over from going on, in words. */
async function gatesOf(rig: Rig, source: CellName): Promise<string> {
  const { out, err } = await rig.handover(source, 'status', '--json');
  const { gates = [] } = JSON.parse(out === '' ? '{}' : out) as Readonly<{
    gates?: readonly Readonly<{ name: string; light: string; reason: string }>[];
  }>;
  return `${gates.map(({ name, light, reason }) => `${name} is ${light}: ${reason}`).join('; ')}${err}`;
}

/** The outside oracle, the charter, the certificate and both disks. */
async function checked(
  rig: Rig,
  audience: Audience,
  { handover, owner }: Readonly<{ handover: string; owner: CellName }>,
): Promise<void> {
  const found: string[] = [];
  const entries = await rig.charter();
  if ((await rig.owner()) !== owner) found.push(`the charter does not name ${owner} as the owner`);
  const isCeded = entries.some((entry) => entry.act === 'cede' && entry.handover === handover);
  if (isCeded) found.push(...(await faultsOfCertificate(rig, handover)));
  found.push(...(await audience.complaints()));
  const disks = await Promise.all(CELL_NAMES.map((name) => rig.fsck(name)));
  for (const { code, out, err } of disks) {
    if (code !== 0 || !out.includes('0 differences')) found.push(`fsck: ${out}${err}`);
  }
  if (found.length > 0) throw new Error(found.join('\n'));
}

/** Both sides keep the same file, and it holds. */
async function faultsOfCertificate(rig: Rig, handover: string): Promise<readonly string[]> {
  const files = CELL_NAMES.map((name) => {
    return join(rig.dataOf(name), 'certificates', `${handover}.json`);
  });
  await until(
    'attested',
    async () => files.every((file) => existsSync(file)),
    (isThere) => isThere,
  );
  const [one = '', other = ''] = files;
  const verified = await rig.place.holdfast('handover', 'verify', one);
  const isHeld = verified.code === 0 && verified.out.includes('holds');
  return [
    ...(isHeld ? [] : [`the certificate: ${verified.out}${verified.err}`]),
    ...(readFileSync(one, 'utf8') === readFileSync(other, 'utf8') ? [] : ['two certificates']),
  ];
}
