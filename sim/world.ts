// Everything of one simulated run, and what its observer writes down.

import { createHash } from 'node:crypto';
import { NO_HASH } from '@holdfast/engine/charter/charter-entry.ts';
import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import { isSameParty } from '@holdfast/engine/handover/charter-rules.ts';
import type { MetaRow } from '@holdfast/engine/counting/rows.ts';
import type { PartyState } from '@holdfast/engine/handover/party-state.ts';
import { seededRandom } from '@holdfast/engine/testing/random.ts';
import type { Random } from '@holdfast/engine/testing/random.ts';
import type { Epoch, VideoId } from '@holdfast/protocol/ids.ts';
import type { SubtotalsPublication } from '@holdfast/server/border/publication.ts';
import type { SubmitReply } from '@holdfast/server/cell/cell-client.ts';
import { signDecision } from '@holdfast/server/registrar/charter-entry.ts';
import { Audience, DURATION_MS, FICKLE, VIDEOS } from './audience.ts';
import type { Around, Shown } from './around.ts';
import { Disk } from './disk.ts';
import { SimGateway } from './gateway.ts';
import { History } from './history.ts';
import type { ChangedVideos } from './history.ts';
import type { Hooks } from './hooks.ts';
import { Marks } from './marks.ts';
import { Network } from './network.ts';
import { SimParty } from './party.ts';
import type { CheckerName, Violation } from './promises.ts';
import { makeKeys, Registrar, US } from './registrar.ts';
import type { Keys } from './registrar.ts';
import { VirtualTime } from './virtual-time.ts';

/** Lines of a run that a failure shows. */
const LINES_KEPT = 60;
const DEVICES = 6;

// Keys decide nothing in a run, and making them is slow.
let keys: Readonly<{ registrar: Keys; first: Keys; second: Keys }> | undefined;

export class World implements Around {
  readonly seed: number;
  readonly hooks: Hooks;
  readonly time = new VirtualTime();
  readonly marks = new Marks();
  readonly history = new History();
  readonly network: Network;
  readonly registrar: Registrar;
  readonly gateways: readonly SimGateway[];
  /** Two sites of one operator, of which one stands by; else two operators. */
  readonly hasStandby: boolean;
  parties: readonly SimParty[] = [];
  audience: Audience | undefined;
  readonly violations: Violation[] = [];
  readonly onState: ((party: string, state: PartyState) => void)[] = [];
  readonly publications: Readonly<{ seq: number; video: VideoId; likes: number; views: number }>[] =
    [];
  readonly #shown = new Map<string, Shown>();
  readonly #lines: string[] = [];
  readonly #hash = createHash('sha256');
  #events = 0;
  #isOver = false;

  private constructor(seed: number, hooks: Hooks) {
    this.seed = seed;
    this.hooks = hooks;
    this.hasStandby = this.random('kind').chance(0.3);
    this.network = new Network(this.time, this.random('network'), this.marks);
    keys ??= { registrar: makeKeys(), first: makeKeys(), second: makeKeys() };
    const { time, network, marks } = this;
    const key = keys.registrar.privateKey;
    this.registrar = new Registrar(time, { key, network, marks, hooks });
    this.gateways = ['gate-1', 'gate-2'].map(
      (name) => new SimGateway(this, name, this.random(name)),
    );
  }

  /** North founds the cell and owns it, and some videos are known; nothing has failed yet. */
  static async begin(seed: number, hooks: Hooks): Promise<World> {
    const world = new World(seed, hooks);
    world.parties = [await world.#party('north'), await world.#party('south')];
    const { registrar, parties, gateways } = world;
    registrar.readers.push(...[...parties, ...gateways].map(({ process }) => process));
    registrar.start();
    world.#found();
    for (const party of parties) party.start();
    for (const gateway of gateways) gateway.start();
    await world.time.pass(1_000);
    const engine = parties[0]?.engine;
    if (engine === undefined) throw new Error('the first owner does not serve');
    for (const video of VIDEOS) {
      void engine.ask({ kind: 'video', video, durationMs: DURATION_MS, creatorKey: 'c' });
    }
    await world.time.pass(1_100);
    world.audience = new Audience(world, world.random('audience'), DEVICES);
    return world;
  }

  /** A source of chance of its own for each part, so that one does not move the others. */
  random(part: string): Random {
    const mixed = createHash('sha256').update(`${this.seed} ${part}`).digest().readUInt32LE();
    return seededRandom(mixed);
  }

  async #party(site: 'north' | 'south'): Promise<SimParty> {
    const { time, marks, history, hooks } = this;
    const own = site === 'south' && !this.hasStandby ? keys?.second : keys?.first;
    if (own === undefined) throw new Error('keys are made first');
    const operator = this.hasStandby ? 'one' : site;
    const random = this.random(site);
    const me = { operator, site, publicKey: own.publicKey, url: `http://${site}` };
    return new SimParty(this, {
      me,
      key: { operator, privateKey: own.privateKey },
      disk: await Disk.empty(site, { time, random, marks, history, hooks }),
      random,
      isStandby: this.hasStandby,
    });
  }

  #found(): void {
    const me = this.parties[0]?.me;
    const privateKey = keys?.first.privateKey;
    if (me === undefined || privateKey === undefined) throw new Error('parties are made first');
    const epoch = 1 as Epoch;
    const decision = {
      cell: US,
      epoch,
      act: 'found',
      owner: me,
      rule: 'solo',
      reason: 'sim',
    } as const;
    const signature = signDecision(decision, NO_HASH, { operator: me.operator, privateKey });
    this.registrar.append({ decision, signatures: [signature] });
  }

  partyOf(party: Party): SimParty {
    const found = this.parties.find(({ me }) => isSameParty(me, party));
    if (found === undefined) throw new Error('there are two parties only');
    return found;
  }

  entered(party: string, state: PartyState): void {
    this.note(`${party} ${state.kind} ${state.entry?.epoch ?? 0}`);
    this.marks.hit(`state: ${state.kind}`);
    for (const listener of this.onState) listener(party, state);
  }

  /** One line of what happened: the same seed gives the same lines. */
  note(line: string): void {
    if (this.#isOver) return;
    const whole = `${this.time.nowMs} ${line}`;
    this.#events += 1;
    this.#hash.update(`${whole}\n`);
    this.#lines.push(whole);
    if (this.#lines.length > LINES_KEPT) this.#lines.shift();
  }

  get lastLines(): readonly string[] {
    return this.#lines;
  }

  /** Ends all processes; what they had begun does nothing more. Gives what stands for the run. */
  end(): string {
    this.#isOver = true;
    for (const { process } of [this.registrar, ...this.gateways, ...this.parties]) process.end();
    return `${this.#events} ${this.#hash.digest('hex')}`;
  }

  broken(checker: CheckerName, detail: string): void {
    this.note(`BROKEN ${checker}: ${detail}`);
    this.violations.push({ checker, detail });
  }

  applied(party: string, meta: Readonly<MetaRow>, videos: ChangedVideos): void {
    const difference = this.history.applied(party, meta, videos);
    if (difference !== undefined) this.broken('SidesEqual', difference);
  }

  /** A party has told a gateway that ops are durable. */
  acked(party: string, { epoch, seq }: Extract<SubmitReply, { kind: 'durable' }>): void {
    const batch = this.history.at(party, seq);
    this.note(`${party} acked ${epoch}/${seq}`);
    if (batch === undefined) {
      this.broken('NoLoss', `${party} acknowledged batch ${seq}, which it does not have`);
      return;
    }
    this.history.acked.push({ party, epoch, seq, hash: batch.hash });
    const { entries } = this.registrar;
    const entry = entries[epoch - 1];
    if (entry?.owner.site !== party) {
      this.broken('OneOwner', `${party} acknowledged in epoch ${epoch}, which it does not own`);
      return;
    }
    // A batch that waited for the follower may be acknowledged under the entry that ended the rule.
    const next = entries[epoch];
    const isAlone = entry.rule === 'solo' || (next?.act === 'leave' && next.owner.site === party);
    if (isAlone || batch.holders.has(entry.follower?.site ?? '')) return;
    this.broken('OneOwner', `${party} acknowledged batch ${seq} alone, in joint epoch ${epoch}`);
  }

  published(gateway: string, { epoch, seq, videos, likes, views }: SubtotalsPublication): void {
    videos.forEach((video, index) => {
      const [liked, viewed] = [likes[index] ?? NaN, views[index] ?? NaN];
      this.note(`${gateway} heard ${epoch}/${seq} ${video} ${liked} ${viewed}`);
      this.publications.push({ seq, video, likes: liked, views: viewed });
    });
  }

  /** What a viewer sees now. */
  shown(gateway: string, video: VideoId, now: Shown): void {
    const name = `${gateway} ${video}`;
    const before = this.#shown.get(name);
    const seen: Shown = {
      likes: now.likes ?? this.hooks.unknown ?? null,
      views: now.views ?? this.hooks.unknown ?? null,
    };
    if (before !== undefined) {
      this.#judgeShown(name, 'views', before.views, seen.views);
      if (video !== FICKLE) this.#judgeShown(name, 'likes', before.likes, seen.likes);
    }
    // A gateway that starts again knows nothing for a moment; what it shows then follows this.
    this.#shown.set(name, {
      likes: seen.likes ?? before?.likes ?? null,
      views: seen.views ?? before?.views ?? null,
    });
  }

  #judgeShown(name: string, what: string, before: number | null, now: number | null): void {
    if (before === null || now === null || now >= before) return;
    const checker = now === 0 ? 'NeverZero' : 'MonotoneDisplay';
    this.broken(checker, `${what} of ${name} fell from ${before} to ${now}`);
  }

  /** Somebody looks at every video at every gateway. */
  look(): void {
    for (const { name, exchange } of this.gateways) {
      if (exchange === undefined) continue;
      for (const video of VIDEOS) {
        const { likes, views } = exchange.counts(video);
        this.shown(name, video, { likes: likes.value, views: views.value });
      }
    }
  }
}
