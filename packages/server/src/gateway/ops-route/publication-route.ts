// What the owner of a cell publishes, on its way into a gateway: one stream at a time, to whoever
// owns the newest epoch, opened again for as long as it takes.
//
// Rules: docs/spec/wire.md (W109, W116).
//
// Why readers are told nothing wrong: publications are taken only from the owner of their epoch
// (H21); every stream begins with all that changed since the last watermark that was taken; and
// while there is none, nothing is said, so counts go stale and stay what they were.

import { isEqualParty } from '@holdfast/engine/handover/charter-rules.ts';
import type { CharterBody, Party } from '@holdfast/engine/handover/charter-rules.ts';
import { takesSubtotal } from '@holdfast/engine/handover/gateway-route.ts';
import type { Publication } from '../../border/publication.ts';
import type { Position } from '../../cell/cell-client.ts';
import type { Timers } from '../../exchange/timers.ts';
import type { OwnerLine } from './owner-line.ts';

/** The first pause before a stream is opened again; each further one is twice as long … */
export const REOPEN_MS_MIN = 50;
/** … up to this: the stream is also how a cell that was away is noticed. */
export const REOPEN_MS_MAX = 500;

export type PublicationRoute = Readonly<{
  subscribe: (listener: (publication: Publication) => void) => () => void;
  /** Opens the stream, anew if it is open, from a position or from the beginning. */
  resync: (position: Position | undefined) => void;
  /** Whether the owner is publishing to us now. */
  isOpen: () => boolean;
  close: () => Promise<void>;
}>;

export type PublicationParts = Readonly<{
  line: OwnerLine;
  timers: Timers;
  /** From 0 to 1: keeps gateways from coming back all at once. */
  random: () => number;
  /** A cell published what its party may not. */
  onRefused: (detail: string) => void;
}>;

export function publicationRoute(parts: PublicationParts): PublicationRoute {
  const listener = new OwnerListener(parts);
  const end = parts.line.onEntry(() => listener.followOwner());
  return {
    subscribe: (take) => listener.subscribe(take),
    resync: (position) => listener.resync(position),
    isOpen: () => listener.isOpen,
    close: async () => {
      end();
      await listener.close();
    },
  };
}

class OwnerListener {
  readonly #parts: PublicationParts;
  readonly #listeners = new Set<(publication: Publication) => void>();
  #position: Position | undefined;
  #stream: Stream | undefined;
  #running: Promise<void> | undefined;
  #failures = 0;
  #wake = (): void => undefined;
  #isClosed = false;

  constructor(parts: PublicationParts) {
    this.#parts = parts;
  }

  get isOpen(): boolean {
    return this.#stream?.isOpen === true;
  }

  subscribe(listener: (publication: Publication) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  resync(position: Position | undefined): void {
    this.#position = position;
    this.#stream?.cancel();
    this.#running ??= this.#run();
    this.#wake();
  }

  followOwner(): void {
    const owner = this.#parts.line.newest()?.owner;
    // The stream of an owner that stays goes on.
    if (owner === undefined || this.#isFrom(owner)) return;
    this.#stream?.cancel();
    this.#wake();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stream?.cancel();
    this.#wake();
    await this.#running;
  }

  #isFrom(owner: Party): boolean {
    return this.#stream !== undefined && isEqualParty(owner, this.#stream.owner);
  }

  async #run(): Promise<void> {
    const { line, timers, random } = this.#parts;
    while (!this.#isClosed) {
      const newest = line.newest();
      if (newest !== undefined) await this.#follow(newest);
      if (this.#isClosed) return;
      await new Promise<void>((resolve) => {
        const cancel = timers.after(pauseMsAfter(this.#failures, random()), resolve);
        this.#wake = () => {
          cancel();
          resolve();
        };
      });
    }
  }

  async #follow({ owner, epoch }: CharterBody): Promise<void> {
    const { line } = this.#parts;
    const stream = openedStream(owner);
    this.#stream = stream;
    const take = (publications: readonly Publication[]): boolean =>
      this.#take(stream, publications);
    const end = await line.to(owner).listen(epoch, this.#position, take, stream.signal);
    this.#stream = undefined;
    this.#failures = stream.isOpen ? 0 : this.#failures + 1;
    if (stream.signal.aborted || stream.isLeft) return;
    if (end.kind === 'lost') line.missed(owner, end.detail);
    else line.heard(owner);
    if (end.kind !== 'lost' && end.kind !== 'unavailable') line.learn(owner, end);
  }

  /** Takes what came on a stream; `false` ends it. */
  #take(stream: Stream, publications: readonly Publication[]): boolean {
    const { line, onRefused } = this.#parts;
    if (stream.signal.aborted) return false;
    stream.isOpen = true;
    line.heard(stream.owner);
    for (const publication of publications) {
      const entry = line.entryOf(publication.epoch);
      if (!takesSubtotal(undefined, publication, stream.owner, entry)) {
        // An entry that has yet to reach us is no fault; all that follows rests on it.
        if (entry !== undefined) onRefused(refusalText(publication, stream.owner));
        stream.isLeft = true;
        return false;
      }
      for (const listener of this.#listeners) listener(publication);
      const { epoch, seq } = publication;
      if (publication.kind === 'watermark') this.#position = { epoch, seq };
    }
    return true;
  }
}

type Stream = {
  readonly owner: Party;
  readonly signal: AbortSignal;
  readonly cancel: () => void;
  /** Something has come on it. */
  isOpen: boolean;
  /** Ended by us, because of what came. */
  isLeft: boolean;
};

function openedStream(owner: Party): Stream {
  const controller = new AbortController();
  const cancel = (): void => controller.abort();
  return { owner, signal: controller.signal, cancel, isOpen: false, isLeft: false };
}

function pauseMsAfter(failures: number, random: number): number {
  const pauseMs = Math.min(REOPEN_MS_MIN * 2 ** failures, REOPEN_MS_MAX);
  return pauseMs * (0.5 + random / 2);
}

function refusalText({ epoch, seq }: Publication, { operator, site }: Party): string {
  return (
    `${operator} at ${site} publishes counts of epoch ${epoch}, batch ${seq}, which is not its own; ` +
    'they were not taken, and the counts shown stay as they were'
  );
}
