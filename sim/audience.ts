// People with devices: they like, change their minds and watch, keep what was not acknowledged in an
// outbox, send it again under the same names, and remember what they were told. The oracle is what
// they did, in their own order; it knows nothing of cells.

import type { Random } from '@holdfast/engine/testing/random.ts';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import type { Op } from '@holdfast/protocol/ops.ts';
import type { OpGroup } from '@holdfast/server/cell/cell-client.ts';
import type { Around } from './around.ts';
import { Process } from './process.ts';
import type { Life } from './process.ts';

/** Of this one alone likes are taken back. */
export const FICKLE = 'fickle' as VideoId;
export const VIDEOS: readonly VideoId[] = [FICKLE, 'calm' as VideoId, 'loved' as VideoId];
export const DURATION_MS = 9_000;
const TENANT = 'sim';
/** Ops that one device sends at a time, and keeps at most. */
const OPS_SENT_MAX = 8;
const OUTBOX_MAX = 24;
const DEVICE_SILENCE_MS = 3_000;
/** So that no view is one too many of its day (V3). */
const VIEWS_MAX = 8;
const LONG_MS = 3_000;
const SHORT_MS = 500;

type Device = {
  readonly name: string;
  readonly ops: Op[];
  /** How many of `ops` were acknowledged: always the first ones. */
  acked: number;
  isSending: boolean;
  readonly views: Map<string, number>;
};

export type Expected = Readonly<{ likers: ReadonlySet<string>; views: number }>;

export class Audience {
  readonly #world: Around;
  readonly #random: Random;
  readonly #life: Life;
  readonly #devices: readonly Device[];
  isActive = true;

  constructor(world: Around, random: Random, devices: number) {
    this.#world = world;
    this.#random = random;
    this.#life = new Process('audience', world.time).begin();
    this.#devices = Array.from({ length: devices }, (_, index) => ({
      name: `p${index + 1}`,
      ops: [],
      acked: 0,
      isSending: false,
      views: new Map(),
    }));
    for (const device of this.#devices) this.#act(device);
  }

  #act(device: Device): void {
    this.#life.after(60 + this.#random.below(500), () => {
      const isRoom = device.ops.length - device.acked < OUTBOX_MAX;
      if (this.isActive && isRoom) device.ops.push(this.#op(device));
      this.#act(device);
      if (!device.isSending) void this.#send(device);
    });
  }

  #op(device: Device): Op {
    const n = device.ops.length + 1;
    const video = this.#random.pick(VIDEOS);
    const views = device.views.get(video) ?? 0;
    if (views < VIEWS_MAX && this.#random.chance(0.5)) {
      device.views.set(video, views + 1);
      const watchedMs = this.#random.chance(0.8) ? LONG_MS : SHORT_MS;
      return { n, kind: 'view', video, watchedMs, source: 'feed' };
    }
    const isBack = video === FICKLE && this.#random.chance(0.5);
    return { n, kind: isBack ? 'unlike' : 'like', video };
  }

  async #send(device: Device): Promise<void> {
    const ops = device.ops.slice(device.acked, device.acked + OPS_SENT_MAX);
    if (ops.length === 0) return;
    device.isSending = true;
    const who = { kind: 'subject', tenant: TENANT, subject: device.name } as OpGroup['who'];
    const group: OpGroup = {
      sessionKey: `${TENANT}/${device.name}`,
      who,
      startedAtMs: undefined,
      ops,
    };
    const gateway = this.#random.pick(this.#world.gateways);
    const serve = async () => gateway.submit([group]);
    const { network } = this.#world;
    const reply = await network.ask(this.#life, gateway.process, serve, DEVICE_SILENCE_MS);
    if (reply?.kind === 'durable') {
      device.acked += ops.length;
      if (reply.outcomes.length !== ops.length)
        this.#world.broken('NoLoss', 'outcomes are missing');
    } else if (reply !== undefined) {
      if (reply.kind === 'unavailable') this.#world.marks.hit('event: an op was given up');
      else this.#world.broken('EndsWell', `${device.name} was answered ${reply.kind}`);
      await this.#life.pause(200);
    }
    device.isSending = false;
  }

  /** Whether everything that anybody did was acknowledged. */
  get isServed(): boolean {
    return this.#devices.every(({ ops, acked }) => ops.length === acked);
  }

  get left(): number {
    return this.#devices.reduce((sum, { ops, acked }) => sum + ops.length - acked, 0);
  }

  get made(): number {
    return this.#devices.reduce((sum, { ops }) => sum + ops.length, 0);
  }

  /** What a video should show when all that was acknowledged counts, once. */
  expected(video: VideoId): Expected {
    const likers = new Set<string>();
    let views = 0;
    for (const { name, ops, acked } of this.#devices) {
      for (const op of ops.slice(0, acked)) {
        if (op.video !== video) continue;
        if (op.kind === 'like') likers.add(name);
        else if (op.kind === 'unlike') likers.delete(name);
        else if (op.kind === 'view' && op.watchedMs === LONG_MS) views += 1;
      }
    }
    return { likers, views };
  }
}
