// One gateway process of a simulated world: the real queue of ops, the real following of the owner
// and of what it publishes, and the real book of subtotals, over a simulated network.

import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import { takesSubtotal } from '@holdfast/engine/handover/gateway-route.ts';
import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { Random } from '@holdfast/engine/testing/random.ts';
import type { Publication } from '@holdfast/server/border/publication.ts';
import type { OpGroup, SubmitReply } from '@holdfast/server/cell/cell-client.ts';
import type {
  EntriesResult,
  Lost,
  OpsResult,
  RemoteCell,
} from '@holdfast/server/cell/remote/remote-cell.ts';
import { createExchange } from '@holdfast/server/exchange/create-exchange.ts';
import type { Exchange } from '@holdfast/server/exchange/exchange.ts';
import { SubtotalBook } from '@holdfast/server/exchange/subtotal-book.ts';
import { opsQueue } from '@holdfast/server/gateway/ops-route/ops-queue.ts';
import { PauseBook } from '@holdfast/server/gateway/ops-route/pause-book.ts';
import type { OpsQueue } from '@holdfast/server/gateway/ops-route/ops-queue.ts';
import { ownerLine } from '@holdfast/server/gateway/ops-route/owner-line.ts';
import type { OwnerLine } from '@holdfast/server/gateway/ops-route/owner-line.ts';
import { publicationRoute } from '@holdfast/server/gateway/ops-route/publication-route.ts';
import type { Around, GatewayDoor } from './around.ts';
import { Process } from './process.ts';
import type { Life } from './process.ts';
import { US } from './registrar.ts';
import type { CharterCopy } from './registrar.ts';

const OPS_SILENCE_MS = 2_000;
const STREAM_SILENCE_MS = 2_000;
const OPEN_SILENCE_MS = 2_000;
const VIDEOS_MAX = 64;

type Run = Readonly<{ life: Life; queue: OpsQueue; exchange: Exchange; line: OwnerLine }>;

export class SimGateway implements GatewayDoor {
  readonly process: Process;
  readonly #world: Around;
  readonly #random: Random;
  #entries: CharterEntry[] = [];
  #run: Run | undefined;
  /** Times that each session's first op of a request was sent, for a mistake in `bugs.ts`. */
  readonly #times = new Map<string, number>();

  constructor(world: Around, name: string, random: Random) {
    this.#world = world;
    this.#random = random;
    this.process = new Process(name, world.time);
  }

  get name(): string {
    return this.process.name;
  }

  /** Starts with the copy of the charter that it has, or with an older one from a backup. */
  start(isCopyOld = false): void {
    if (isCopyOld && this.#entries.length > 1) {
      this.#entries = this.#entries.slice(0, 1);
      this.#world.marks.hit('fault: gateway with an old charter');
    }
    const life = this.process.begin();
    const charter = this.#world.registrar.copyFor(life, this.#entries);
    const { timers } = life;
    const monotonicMs = (): number => this.#world.time.nowMs;
    const random = (): number => this.#random.below(1_000) / 1_000;
    const onRefused = (detail: string): void => this.#world.note(`${this.name} ${detail}`);
    const line = ownerLine({
      jurisdiction: US,
      book: bookOf(charter),
      connect: (party) => this.#connect(life, party),
      monotonicMs,
      onReach: () => undefined,
      onRefused,
    });
    const publications = publicationRoute({ line, timers, random, onRefused });
    const exchange = createExchange({
      book: new SubtotalBook([US], VIDEOS_MAX),
      saver: undefined,
      monotonicMs,
      timers,
      onProblem: ({ message }) => this.#world.note(`${this.name} ${message}`),
    });
    publications.subscribe((publication) => this.#take(exchange, line, publication));
    publications.resync(exchange.positionOf(US));
    const pauses = new PauseBook();
    const queue = opsQueue({ line, timers, monotonicMs, pauses });
    this.#run = { life, queue, exchange, line };
  }

  kill(): void {
    this.process.end();
    this.#run = undefined;
  }

  get exchange(): Exchange | undefined {
    return this.#run?.exchange;
  }

  /** Ops of a device; resolves with what it is told. */
  async submit(groups: readonly OpGroup[]): Promise<SubmitReply | undefined> {
    const run = this.#run;
    if (run === undefined) return undefined;
    return new Promise((resolve) => run.queue.submit(groups, resolve));
  }

  #take(exchange: Exchange, line: OwnerLine, publication: Publication): void {
    exchange.accept(publication);
    if (publication.kind !== 'subtotals') return;
    const entry = line.entryOf(publication.epoch);
    const isOwners =
      entry !== undefined && takesSubtotal(undefined, publication, entry.owner, entry);
    if (isOwners) this.#world.published(this.name, publication);
    for (const video of publication.videos) {
      const { likes, views } = exchange.counts(video);
      this.#world.shown(this.name, video, { likes: likes.value, views: views.value });
    }
  }

  #connect(life: Life, party: Party): RemoteCell {
    const to = this.#world.partyOf(party);
    const { network } = this.#world;
    return {
      sendOps: (epoch, requests, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve(lost('unknown')));
          const sent = requests.map((groups) => this.#named(groups));
          const serve = async (): Promise<OpsResult | undefined> => to.ops(epoch, sent);
          void network
            .ask(life, to.process, serve, OPS_SILENCE_MS)
            .then((result) => resolve(result ?? lost('unknown')));
        }),
      call: async () => lost('none'),
      entriesAfter: async (n) => {
        const serve = async (): Promise<EntriesResult> => to.entriesAfter(n);
        const page = await network.ask(life, to.process, serve, OPS_SILENCE_MS);
        if (page?.kind === 'entries') this.#world.marks.hit('event: a party told what was missed');
        return page ?? lost('none');
      },
      // Nobody here waits for a certificate, so nobody is told what a pause was.
      reportPause: async () => lost('none'),
      listen: (epoch, after, take, signal) =>
        new Promise((resolve) => {
          let cancel = (): void => undefined;
          const over = (result: Lost): void => {
            cancel();
            stream.line.isBroken = true;
            resolve(result);
          };
          const heard = (): void => {
            cancel();
            cancel = life.after(STREAM_SILENCE_MS, () => over(lost('none')));
          };
          const stream = {
            to: life,
            line: { arrivesMs: 0, isBroken: false },
            take: (publication: Publication): void => {
              if (signal.aborted || stream.line.isBroken) return;
              heard();
              if (!take([publication])) over(lost('none'));
            },
            end: (): void => over(lost('none')),
          };
          signal.addEventListener('abort', () => over(lost('none')));
          heard();
          void network
            .ask(
              life,
              to.process,
              async () => to.listen(epoch, after, stream) ?? OPENED,
              OPEN_SILENCE_MS,
            )
            .then((result) => {
              if (result === undefined) over(lost('none'));
              else if (result !== OPENED) {
                cancel();
                resolve(result as Exclude<typeof result, typeof OPENED>);
              }
            });
        }),
      close: () => undefined,
    };
  }

  #named(groups: readonly OpGroup[]): readonly OpGroup[] {
    const [group] = groups;
    const name = `${group?.sessionKey} ${group?.ops[0]?.n}`;
    const times = this.#times.get(name) ?? 0;
    this.#times.set(name, times + 1);
    if (times > 0) this.#world.marks.hit('event: an op was sent again');
    return this.#world.hooks.resend(groups, times);
  }
}

const OPENED = { kind: 'opened' } as const;

function lost(effect: Lost['effect']): Lost {
  return { kind: 'lost', effect, detail: 'no answer' };
}

function bookOf(charter: CharterCopy) {
  return {
    newest: () => charter.newest(),
    entryOf: (_cell: unknown, epoch: Parameters<CharterCopy['entryOf']>[0]) =>
      charter.entryOf(epoch),
    watch: (listener: (entry: CharterEntry) => void) => charter.watch(listener),
    size: () => charter.size(),
    offer: (entry: CharterEntry) => charter.offer(entry),
  };
}
