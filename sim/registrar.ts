// The registrar of a simulated world, and the copy of the charter that every process keeps: the
// rules, hashes and signatures are the real ones, disk and network are simulated.

import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { hexOf } from '@holdfast/engine/charter/check-crypto.ts';
import { mayAppend } from '@holdfast/engine/handover/charter-rules.ts';
import type { CharterBody } from '@holdfast/engine/handover/charter-rules.ts';
import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import { nodeCrypto } from '@holdfast/server/signed/node-crypto.ts';
import type { CopyTaken } from '@holdfast/server/registrar/charter-copy.ts';
import { emptyCharter } from '@holdfast/server/registrar/charter.ts';
import { witnessEntry } from '@holdfast/server/registrar/charter-entry.ts';
import { publicKeyText } from '@holdfast/server/signed/wire-key.ts';
import {
  decisionDigest,
  faultOfSignatures,
  NO_HASH,
} from '@holdfast/engine/charter/charter-entry.ts';
import type { CharterEntry, SignedDecision } from '@holdfast/engine/charter/charter-entry.ts';
import type { Hooks } from './hooks.ts';
import type { Marks } from './marks.ts';
import type { Network } from './network.ts';
import { Process } from './process.ts';
import type { Life } from './process.ts';
import type { VirtualTime } from './virtual-time.ts';

export const US = 'us' as Jurisdiction;
/** A copy asks for what is new this often, beside being told. */
const POLL_MS = 250;
const SILENCE_MS = 1_000;
/** The reason of what people do; a standby has its own. */
export const PERSON = 'a person';

export type Keys = Readonly<{ privateKey: KeyObject; publicKey: string }>;

export function makeKeys(): Keys {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { privateKey, publicKey: publicKeyText(publicKey) };
}

type Appended = Readonly<{
  kind: 'appended' | 'not-next' | 'refused';
  newest: CharterEntry | undefined;
}>;

export class Registrar {
  readonly process: Process;
  readonly entries: CharterEntry[] = [];
  readonly readers: Process[] = [];
  readonly #charter = emptyCharter();
  readonly #key: KeyObject;
  readonly #network: Network;
  readonly #marks: Marks;
  readonly #hooks: Hooks;
  #heardMs = new Map<string, number>();
  #copies = new Map<string, CharterCopy>();

  constructor(
    time: VirtualTime,
    parts: Readonly<{ key: KeyObject; network: Network; marks: Marks; hooks: Hooks }>,
  ) {
    this.process = new Process('registrar', time);
    this.#key = parts.key;
    this.#network = parts.network;
    this.#marks = parts.marks;
    this.#hooks = parts.hooks;
  }

  start(): void {
    this.#heardMs = new Map();
    this.process.begin();
  }

  /** Records a decision when it is the next one; the entry is durable on return. */
  append(signed: SignedDecision): Appended {
    const { decision, signatures } = signed;
    const { view } = this.#charter;
    const newest = view.newest(US);
    const same = this.entries.find((entry) => entry.epoch === decision.epoch);
    if (same !== undefined && this.#isSame(same, decision))
      return { kind: 'appended', newest: same };
    const isNext = decision.epoch === (newest?.epoch ?? 0) + 1;
    if (!isNext && this.#hooks.comparesEpochs) {
      this.#marks.hit('event: an append came too late');
      return { kind: 'not-next', newest };
    }
    const may = mayAppend(newest, decision);
    const follows = view.follows(US);
    if (this.#hooks.comparesEpochs) {
      if (
        may.kind === 'refused' ||
        faultOfSignatures(nodeCrypto, { decision, signatures }, follows, may.signers)
      ) {
        return { kind: 'refused', newest };
      }
    }
    const previousHash = view.newestHash();
    const place = { n: view.size() + 1, sinceMs: this.process.time.nowMs, previousHash, follows };
    const entry = witnessEntry(signed, place, this.#key);
    this.#charter.follow(entry);
    this.entries.push(entry);
    this.#marks.hit(`act: ${entry.act}`);
    if (entry.act === 'promote' && entry.reason !== PERSON) {
      this.#marks.hit('event: a standby took over');
    }
    this.#tell();
    return { kind: 'appended', newest: entry };
  }

  #isSame(entry: CharterEntry, decision: CharterBody): boolean {
    const follows = this.entries.find(({ epoch }) => epoch === decision.epoch - 1)?.hash ?? NO_HASH;
    const hashOf = (body: CharterBody): string => hexOf(decisionDigest(nodeCrypto, body, follows));
    return hashOf(entry) === hashOf(decision);
  }

  /** Tells everybody; whoever does not hear it asks later. */
  #tell(): void {
    const { life } = this.process;
    if (life === undefined) return;
    for (const reader of this.readers) {
      this.#network.send(life, reader, () => this.#copies.get(reader.name)?.take(this.entries));
    }
  }

  after(n: number, reader: string): readonly CharterEntry[] {
    this.#heardMs.set(reader, this.process.time.nowMs);
    return this.entries.slice(n);
  }

  hears(process: string, agoMsMax: number): 'yes' | 'no' {
    const heardMs = this.#heardMs.get(process) ?? -Infinity;
    return this.process.time.nowMs - heardMs <= agoMsMax ? 'yes' : 'no';
  }

  /** The copy of one life of a process; it follows the charter until the life is over. */
  copyFor(life: Life, stored: CharterEntry[]): CharterCopy {
    const copy = new CharterCopy(stored);
    this.#copies.set(life.process.name, copy);
    const poll = async (): Promise<void> => {
      const size = stored.length;
      const news = await this.#network.ask(
        life,
        this.process,
        async () => this.after(size, life.process.name),
        SILENCE_MS,
      );
      if (news !== undefined) copy.take(news);
    };
    life.every(POLL_MS, () => void poll());
    return copy;
  }
}

/** A checked copy; `stored` is its file. */
export class CharterCopy {
  readonly #stored: CharterEntry[];
  readonly #charter = emptyCharter();
  readonly #listeners = new Set<(entry: CharterEntry) => void>();

  constructor(stored: CharterEntry[]) {
    this.#stored = stored;
    for (const entry of stored) this.#charter.follow(entry);
  }

  newest(): CharterEntry | undefined {
    return this.#charter.view.newest(US);
  }

  entryOf(epoch: Epoch): CharterEntry | undefined {
    return this.#charter.view.entryOf(US, epoch);
  }

  follows(): string {
    return this.#charter.view.follows(US);
  }

  entries(): readonly CharterEntry[] {
    return [...this.#stored];
  }

  size(): number {
    return this.#stored.length;
  }

  after(n: number, entriesMax: number): readonly CharterEntry[] {
    return this.#stored.slice(n, n + entriesMax);
  }

  /** What a party told of, taken as a gateway's own copy takes it. */
  offer(entry: CharterEntry): CopyTaken {
    const size = this.#stored.length;
    if (entry.n <= size) return { kind: 'taken', isNew: false };
    if (entry.n > size + 1) return { kind: 'gap' };
    this.take([entry]);
    if (this.#stored.length > size) return { kind: 'taken', isNew: true };
    return { kind: 'refused', detail: `entry ${entry.n} is not sound` };
  }

  /** Takes those entries that are sound and next. */
  take(entries: readonly CharterEntry[]): void {
    for (const entry of entries) {
      if (entry.n !== this.#stored.length + 1) continue;
      if (this.#charter.faultOfNext(entry) !== undefined) return;
      this.#charter.follow(entry);
      this.#stored.push(entry);
      for (const listener of this.#listeners) listener(entry);
    }
  }

  watch(listener: (entry: CharterEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
