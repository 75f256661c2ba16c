// The roles of one cell on one ledger: deciding, copying, or neither. A change of role keeps the
// rows in memory, so that nobody waits for a file to be read.

import type { Epoch, Seq } from '@holdfast/protocol/ids.ts';
import { Engine } from '@holdfast/engine/engine/engine.ts';
import type { EngineRole } from '@holdfast/engine/engine/engine-options.ts';
import { Follower } from '@holdfast/engine/engine/follower.ts';
import { applyJournal, openLedger, positionOf } from '@holdfast/engine/engine/ledger.ts';
import type { Ledger, LedgerOptions, LedgerPosition } from '@holdfast/engine/engine/ledger.ts';
import type { Journal } from '@holdfast/engine/journal/journal.ts';
import type { RowView } from '@holdfast/engine/engine/row-view.ts';
import { isSeal } from '@holdfast/engine/journal/seal.ts';
import type { CutCopy } from '../balances/balance-book.ts';

/** See `EngineRole.acknowledge`. */
export type Acknowledge = (seq: number) => Promise<'acknowledged' | 'lost'>;

type Role = Readonly<
  { kind: 'none' } | { kind: 'engine'; engine: Engine } | { kind: 'follower'; follower: Follower }
>;

export type LedgerRolesOptions = Readonly<{
  ledger: LedgerOptions;
  role: Pick<EngineRole, 'identify' | 'limits'>;
  /** Whoever sends requests to the engine is told of each new one, and of its end. */
  onEngine: (engine: Engine | undefined) => Promise<void>;
  /** A number in [0, 1), for what is compared. */
  random: () => number;
}>;

/** Videos that are named for a comparison at a time; the other side answers for no more. */
export const PROBES_MAX = 64;

export class LedgerRoles {
  readonly #options: LedgerRolesOptions;
  #ledger: Ledger | undefined;
  #role: Role = { kind: 'none' };
  /** The newest batch that the engine has put into the journal. */
  #writtenSeq = 0;

  constructor(options: LedgerRolesOptions) {
    this.#options = options;
  }

  journal(): Journal {
    return this.#options.ledger.journal;
  }

  durableSeq(): number {
    if (this.#role.kind === 'follower') return this.#role.follower.head.seq;
    return Math.max(this.#writtenSeq, this.#ledger?.view.meta.seq ?? 0);
  }

  view(): RowView | undefined {
    return this.#ledger?.view;
  }

  /**
   * The counts that the stored state lacks as of the last batch; that state stays where it is until
   * it is released, or memory is full. `undefined` while nothing is open.
   */
  copyCounts(): CutCopy | undefined {
    if (this.#ledger === undefined) return undefined;
    const { view, flusher } = this.#ledger;
    return { release: flusher.hold(), copies: view.copyUnstoredVideos() };
  }

  follower(): Follower | undefined {
    return this.#role.kind === 'follower' ? this.#role.follower : undefined;
  }

  /** Where the journal ends with a seal of `epoch`, which a crash may have left (H15). */
  async sealedAt(epoch: number): Promise<LedgerPosition | undefined> {
    const ledger = await this.open();
    const { seq } = ledger.view.meta;
    const [last] = await ledger.journal.read((seq - 1) as Seq, 1);
    if (last?.seq !== seq || last.epoch !== epoch || !isSeal(last)) return undefined;
    return positionOf(ledger);
  }

  /** Opens the ledger if it is not: replays what the state has not yet seen. */
  async open(): Promise<Ledger> {
    this.#ledger ??= await openLedger(this.#options.ledger);
    return this.#ledger;
  }

  isServing(): boolean {
    return this.#role.kind === 'engine';
  }

  async serve(epoch: Epoch, acknowledge: Acknowledge): Promise<void> {
    if (this.#role.kind === 'engine' && this.#role.engine.isOpen) {
      this.#role.engine.adoptEpoch(epoch);
      return;
    }
    const ledger = await this.open();
    await this.#endRole();
    await applyJournal(ledger);
    const engine = new Engine(ledger, {
      ...this.#options.role,
      epoch,
      acknowledge: async (seq) => {
        this.#writtenSeq = seq;
        return acknowledge(seq);
      },
    });
    this.#role = { kind: 'engine', engine };
    await this.#options.onEngine(engine);
  }

  async seal(handover: string, signal: AbortSignal): Promise<LedgerPosition | undefined> {
    if (this.#role.kind !== 'engine') return undefined;
    return this.#role.engine.seal(handover, signal);
  }

  async follow(): Promise<void> {
    if (this.#role.kind === 'follower') return;
    const ledger = await this.open();
    await this.#endRole();
    this.#writtenSeq = 0;
    await applyJournal(ledger);
    this.#role = { kind: 'follower', follower: await Follower.begin(ledger) };
  }

  /** The journal may then end behind the rows: with what nobody acknowledged. */
  async rest(): Promise<void> {
    await this.#endRole();
  }

  /** Ends the role, stores the state and lets go of the ledger; the ports stay open. */
  async close(): Promise<void> {
    await this.rest();
    await this.#ledger?.flusher.close();
    this.#ledger = undefined;
  }

  probes(): readonly number[] {
    const videos = this.#ledger?.view.meta.videosNumbered ?? 0;
    const wanted = Math.min(videos, PROBES_MAX);
    return Array.from({ length: wanted }, () => 1 + Math.floor(this.#options.random() * videos));
  }

  async #endRole(): Promise<void> {
    const role = this.#role;
    this.#role = { kind: 'none' };
    if (role.kind === 'engine') {
      await role.engine.end();
      await this.#options.onEngine(undefined);
    } else if (role.kind === 'follower') await role.follower.applied();
  }
}
