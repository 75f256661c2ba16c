// The rehearsals themselves: one hand-over with a copy, then back and forth without, while the load
// goes on. It asks as people ask, and sees what people see: the status of each side.

import { setTimeout as pause } from 'node:timers/promises';
import type { HandoverStatus } from '@holdfast/server/replication/handover-status.ts';
import { JURISDICTION } from '../load/job.ts';
import type { Asked, PartyControl } from './control.ts';
import { stateBytes } from './disk-speed.ts';
import { otherSide } from './installation.ts';
import type { Installation, Side } from './installation.ts';
import type { HandoverLoad } from './load.ts';
import { TOLD_NOTHING } from './report.ts';
import type { Rehearsal, Seeding } from './report.ts';

const LOOK_MS = 100;
/** A hand-over that is not over by then hangs. */
const REHEARSAL_MS_MAX = 5 * 60_000;
const SEEDING_MS_MAX = 20 * 60_000;
/** After a cut, for what was held in it to be answered. */
const REST_MS = 700;
/** A certificate that is not there by then is looked for again at the end. */
const CERTIFICATE_MS_MAX = 5_000;
/** The first hand-over and each so-manieth wait under the joint rule, to measure what it costs. */
const JOINT_EVERY = 10;
/** More that stop by themselves than these, and a share of what is asked for, are not tried again. */
const STOPPED_MIN = 3;
const STOPPED_SHARE = 0.2;

export type Stage = Readonly<{
  installation: Installation;
  load: HandoverLoad;
  controls: Readonly<Record<Side, PartyControl>>;
  /** How long the joint rule is held where it is measured. */
  jointMs: number;
  say: (text: string) => void;
}>;

type Ask = Readonly<{
  from: Side;
  kind: Rehearsal['kind'];
  mode: Rehearsal['mode'];
  begin: () => Promise<void>;
}>;

/** Begins the first hand-over, and waits until the copy follows. */
export async function seed(
  { installation, controls, load, say }: Stage,
  from: Side,
  diskBytesPerSecond: number,
): Promise<Seeding> {
  await load.ask({ kind: 'window', name: 'seeding' });
  const party = controls[from];
  const to = installation.urlOf(otherSide(from));
  await untilTaken(from, () => party.start(to, 'approve'));
  let startedAtMs = Date.now();
  let firstByteMs: number | null = null;
  let looks = 0;
  let throttled = 0;
  for (;;) {
    const { state, progress, handover } = await party.status();
    const { copying, pace } = progress;
    looks += 1;
    startedAtMs = handover?.startedAtMs ?? startedAtMs;
    if (pace === 'throttled') throttled += 1;
    if (copying !== null) {
      firstByteMs ??= Date.now();
      say(`copying, ${mb(copying.bytes)} of ${mb(copying.bytesTotal)} MB, ${pace}`);
    }
    if (handover?.ended) throw new Error(`the copy was not made: ${handover.ended.reason}`);
    if (state !== 'seeding' && state !== 'owning') break;
    if (Date.now() - startedAtMs > SEEDING_MS_MAX) throw new Error('the copy takes too long');
    await pause(LOOK_MS);
  }
  const endedAtMs = Date.now();
  await load.ask({ kind: 'window', name: null });
  return {
    bytes: stateBytes(installation.dataOf(otherSide(from)), JURISDICTION),
    ms: endedAtMs - startedAtMs,
    transferMs: firstByteMs === null ? null : endedAtMs - firstByteMs,
    diskBytesPerSecond,
    throttledShare: throttled / looks,
  };
}

/** The first, which is begun already, and then back and forth until so many have come about. */
export async function* rehearsals(
  stage: Stage,
  first: Side,
  wanted: number,
): AsyncGenerator<Rehearsal> {
  let from = first;
  let handedOver = 0;
  let stopped = 0;
  for (let n = 0; handedOver < wanted; n += 1) {
    const mode = n % JOINT_EVERY === 0 ? 'approve' : 'auto';
    const kind = handedOver === 0 ? 'first' : 'back';
    const party = stage.controls[from];
    const begin = async (): Promise<void> => {
      if (n === 0) return;
      const to = stage.installation.urlOf(otherSide(from));
      const ask = () => (kind === 'first' ? party.start(to, mode) : party.rollback(mode));
      await untilTaken(party.side, ask);
    };
    const one = await rehearse(stage, { from, kind, mode, begin });
    yield one;
    if (one.outcome === 'handed-over') {
      handedOver += 1;
      from = otherSide(from);
      continue;
    }
    stopped += 1;
    if (stopped > Math.max(STOPPED_MIN, wanted * STOPPED_SHARE)) return;
  }
}

/** What is asked may not fit in the first moments after a cut: asked until it is taken. */
async function untilTaken(side: Side, ask: () => Promise<Asked>): Promise<void> {
  const untilMs = performance.now() + REHEARSAL_MS_MAX;
  for (;;) {
    const { isDone, detail } = await ask();
    if (isDone) return;
    if (performance.now() > untilMs) throw new Error(`${side} begins no hand-over: ${detail}`);
    await pause(LOOK_MS);
  }
}

async function rehearse(stage: Stage, { from, kind, mode, begin }: Ask): Promise<Rehearsal> {
  const { load, controls } = stage;
  const party = controls[from];
  await load.ask({ kind: 'watch' });
  await begin();
  const ended = await untilEnded(stage, party, mode);
  const outcome = ended.handover?.ended?.outcome ?? 'aborted';
  const owner = outcome === 'handed-over' ? controls[otherSide(from)] : party;
  await untilOwning(owner);
  await pause(REST_MS);
  const people = await load.ask({ kind: 'watched' });
  if (outcome === 'handed-over') await untilCertified(party);
  const { handover, pause: closed } = await party.status();
  return {
    from,
    to: otherSide(from),
    ...{ kind, mode, outcome, people },
    handover: handover?.id ?? '',
    reason: ended.handover?.ended?.reason ?? '',
    pauseMs: closed?.isOver === true ? closed.pauseMs : null,
    told: TOLD_NOTHING,
  };
}

/** Approves on the way, after a while under the joint rule that is measured. */
async function untilEnded(
  { load, jointMs, say }: Stage,
  party: PartyControl,
  mode: Rehearsal['mode'],
): Promise<HandoverStatus> {
  const untilMs = performance.now() + REHEARSAL_MS_MAX;
  let isApproved = mode === 'auto';
  for (;;) {
    const status = await party.status();
    if (status.handover !== null && status.handover.ended !== null) return status;
    say(`${party.side} is ${status.state}`);
    if (!isApproved && status.state === 'joint') {
      await load.ask({ kind: 'window', name: 'joint' });
      await pause(jointMs);
      await load.ask({ kind: 'window', name: null });
      // One that a gate has stopped meanwhile has nothing to approve; its end is told above.
      isApproved = (await party.approve()).isDone;
    }
    if (performance.now() > untilMs) {
      const gates = status.gates.filter(({ light }) => light !== 'green');
      const why = gates.map(({ name, light, reason }) => `${name} is ${light}: ${reason}`);
      throw new Error(`a hand-over hangs in ${status.state}; ${why.join('; ')}`);
    }
    await pause(LOOK_MS);
  }
}

/** Balances of all videos are made beside the load; the next cut is not to meet this one's. */
async function untilCertified(party: PartyControl): Promise<void> {
  const untilMs = performance.now() + CERTIFICATE_MS_MAX;
  while (performance.now() < untilMs) {
    const { certificate } = await party.status();
    if (certificate?.isMade === true) return;
    await pause(LOOK_MS);
  }
}

async function untilOwning(party: PartyControl): Promise<void> {
  const untilMs = performance.now() + REHEARSAL_MS_MAX;
  for (;;) {
    const { owner, state } = await party.status();
    if (owner?.operator === party.side && !state.startsWith('follow')) return;
    if (performance.now() > untilMs)
      throw new Error(`${party.side} does not go on: it is ${state}`);
    await pause(LOOK_MS);
  }
}

const mb = (bytes: number): string => Math.round(bytes / 1_000_000).toLocaleString('en-US');
