// The end of a copy: ordered by a person, destroyed, signed, witnessed, and told to the new owner.
//
// Rules: docs/spec/at-rest.md (E10 to E17), docs/spec/handover.md (H28).
//
// Why nothing is destroyed that is needed: the machine of the party refuses to retire an owner or a
// follower that is counted on, and whoever asks it must first hold a certificate that both operators
// and the registrar have signed, so the other side has the same rows.

import { verifyCertificate } from '@holdfast/engine/charter/verify-certificate.ts';
import {
  INVENTORY_BYTES_MAX,
  inventoryDigest,
  inventoryText,
  verifyInventory,
} from '@holdfast/engine/charter/inventory.ts';
import type { Inventory } from '@holdfast/engine/charter/inventory.ts';
import { hexOf } from '@holdfast/engine/charter/check-crypto.ts';
import { isSameParty } from '@holdfast/engine/handover/charter-rules.ts';
import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import { step } from '@holdfast/engine/handover/party-machine.ts';
import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { CertificateStore } from '../certificate/certificate-store.ts';
import type { CharterClient } from '../registrar/charter-client.ts';
import type { OperatorKey } from '../registrar/charter-entry.ts';
import type { PartyCell } from '../replication/party-cell.ts';
import type { PartyRuntime } from '../replication/party-runtime.ts';
import { nodeCrypto } from '../signed/node-crypto.ts';
import { signDigest } from '../signed/sign-digest.ts';
import type { SignedClient } from '../signed/signed-client.ts';
import type { WireParty } from '../signed/wire-key.ts';
import { destroyCopy, filesOfCopy, listCopy, operatorKeyFate } from './destroy-copy.ts';
import { textHash, whyNotOpened } from './destroy-copy.ts';
import type { CopyPlace } from './destroy-copy.ts';
import { inventoryOf, UNPROVEN } from './inventory-of.ts';
import type { InventoryStore } from './inventory-store.ts';
import type { RetirementRecord } from './retirement-record.ts';

export const RETIRED_ROUTE = '/v1/handover/:cell/retired';
/** So long the way back stays open, unless a person says otherwise (E10). */
export const WAY_BACK_MS: number = 72 * 3_600_000;
const HOUR_MS = 3_600_000;
const ASK_MS_MAX = 10_000;
export const RETIRED_BYTES_MAX: number = INVENTORY_BYTES_MAX;

export type RetirerOptions = Readonly<{
  cell: Jurisdiction;
  place: CopyPlace;
  key: OperatorKey;
  record: RetirementRecord;
  store: InventoryStore;
  certificates: CertificateStore;
  charter: Pick<CharterClient, 'charter' | 'witnessRetirement'>;
  connect: (party: Pick<Party, 'url' | 'publicKey'>) => SignedClient;
  begun: () => Readonly<{ me: Party; runtime: PartyRuntime }> | undefined;
  nowMs: () => number;
  log: (level: 'info' | 'warn', fields: object, message: string) => void;
}>;

export type AskedRetirement = Readonly<{ isNow: boolean; dryRun: boolean }>;

export type RetireAnswer = Readonly<
  | { kind: 'retiring'; handover: string }
  | {
      kind: 'dry-run';
      handover: string;
      files: readonly string[];
      operatorKey: 'destroyed' | 'kept';
      /** What would keep it from being done; empty when nothing would. */
      refused: string;
      unproven: readonly string[];
    }
  | { kind: 'refused'; code: string; detail: string }
>;

type Refused = Extract<RetireAnswer, { kind: 'refused' }>;
const refused = (code: string, detail: string): Refused => ({ kind: 'refused', code, detail });

export class Retirer {
  readonly #options: RetirerOptions;
  #isLooking = false;

  constructor(options: RetirerOptions) {
    this.#options = options;
  }

  /** E10: begins to destroy this party's copy, or says why not. A dry run changes nothing. */
  async retire({ isNow, dryRun }: AskedRetirement): Promise<RetireAnswer> {
    const { begun, record, nowMs, place, certificates } = this.#options;
    const party = begun();
    if (party === undefined) return refused('not-begun', 'this party has not begun yet');
    const cede = this.#cedeOf(party.me);
    const why = this.#whyNot(party.runtime, cede, isNow);
    const handover = cede?.handover;
    if (dryRun && handover !== undefined && (why === undefined || why.code === 'way-back')) {
      const files = filesOfCopy(place.dir);
      const operatorKey = operatorKeyFate(place);
      const held = why?.detail ?? '';
      return { kind: 'dry-run', handover, files, operatorKey, refused: held, unproven: UNPROVEN };
    }
    if (why !== undefined) return why;
    if (cede === undefined || handover === undefined) return this.#nothingToEnd();
    // A crash between the two leaves a record that nobody acts on.
    record.write({
      handover,
      epoch: cede.epoch,
      certificate: textHash(certificates.fileOf(handover)),
      orderedAtMs: nowMs(),
      listed: null,
      destroyed: null,
      isDelivered: false,
    });
    const result = await party.runtime.dispatch({ kind: 'retire', isAttested: true });
    if (result.kind === 'refused') return refused(result.reason, result.detail);
    this.#options.log('info', { handover }, 'this party retires: its copy is being destroyed');
    return { kind: 'retiring', handover };
  }

  /** Closes the copy and destroys it; what a crash interrupted goes on where the record says. */
  async destroy(cell: PartyCell): Promise<boolean> {
    const { record, place, nowMs, log } = this.#options;
    const ordered = record.read();
    if (ordered === undefined)
      throw new Error('nothing is destroyed without a record of the order');
    await cell.release();
    let { listed } = ordered;
    if (listed === null) {
      listed = await listCopy(place);
      record.write({ ...ordered, listed });
    }
    await destroyCopy(place, listed);
    const reason = whyNotOpened(place, listed.sealedSample);
    if (reason === undefined) throw new Error('the sample still opens, so a key is left');
    record.write({ ...ordered, listed, destroyed: { atMs: nowMs(), reason } });
    log('info', { handover: ordered.handover }, 'the copy of this party is destroyed');
    return true;
  }

  /** Signs, has witnessed and tells what is to be; what fails is tried again at the next call. */
  async look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      await this.#finish();
    } finally {
      this.#isLooking = false;
    }
  }

  /** E16: keeps the inventory of the party that this one has the cell of. */
  async take(sender: WireParty, text: string): Promise<Refused | Readonly<{ kind: 'done' }>> {
    const { cell, charter, store, begun } = this.#options;
    const registrarKey = charter.charter.registrarKey();
    const { holds, inventory, checks } = verifyInventory(nodeCrypto, text, { registrarKey });
    if (!holds || inventory === undefined) {
      const failed = checks.find((check) => !check.holds);
      return refused('inventory', `the inventory does not hold: ${failed?.detail ?? ''}`);
    }
    const { body } = inventory;
    const before = charter.charter.entryOf(cell, (body.epoch - 1) as Epoch);
    const cede = charter.charter.entryOf(cell, body.epoch as Epoch);
    const isOfCell = body.cell === cell && cede?.handover === body.handover;
    if (!isOfCell || before === undefined || before.owner.publicKey !== sender.publicKey) {
      return refused(
        'inventory',
        'the charter here does not say that the sender gave this cell away',
      );
    }
    store.keep(body.handover, text);
    const party = begun();
    const state = party?.runtime.state;
    if (party !== undefined && state !== undefined && 'plan' in state) {
      const isOfPlan = isSameParty(state.plan.follower, before.owner);
      const reason = 'the party that followed has retired';
      if (isOfPlan) await party.runtime.dispatch({ kind: 'stop', by: 'person', reason });
    }
    return { kind: 'done' };
  }

  #whyNot(
    runtime: PartyRuntime,
    cede: CharterEntry | undefined,
    isNow: boolean,
  ): Refused | undefined {
    const { certificates, charter, cell, nowMs } = this.#options;
    const { handover } = cede ?? {};
    if (cede === undefined || handover === undefined) return this.#nothingToEnd();
    const text = certificates.text(handover);
    const isAttested = text !== undefined && verifyCertificate(nodeCrypto, text).holds;
    // Asked without being told: the machine itself is told once nothing else speaks against it.
    const [effect] = step(runtime.state, { kind: 'retire', isAttested }).effects;
    if (effect?.kind === 'refuse') return refused(effect.reason, effect.detail);
    const leftMs = cede.sinceMs + WAY_BACK_MS - nowMs();
    const isWayBack = charter.charter.newest(cell)?.epoch === cede.epoch;
    if (!isNow && isWayBack && leftMs > 0) {
      const hours = Math.ceil(leftMs / HOUR_MS);
      return refused(
        'way-back',
        `this copy is the way back for ${hours} more hours: after it, ${cede.owner.operator} could ` +
          'give the cell back only with a new copy. To end it now all the same, use --now',
      );
    }
    return undefined;
  }

  #nothingToEnd(): Refused {
    const detail =
      'this party never gave the cell away by a hand-over, so nothing vouches for a copy';
    return refused('not-attested', detail);
  }

  /** The newest entry by which this party gave the cell away. */
  #cedeOf(me: Party): CharterEntry | undefined {
    const { cell, charter } = this.#options;
    const at = (epoch: number) => charter.charter.entryOf(cell, epoch as Epoch);
    for (let epoch = charter.charter.newest(cell)?.epoch ?? 0; epoch > 1; epoch -= 1) {
      const [entry, before] = [at(epoch), at(epoch - 1)];
      const isGiven = entry?.act === 'cede' && before !== undefined;
      if (isGiven && isSameParty(before.owner, me)) return entry;
    }
    return undefined;
  }

  async #finish(): Promise<void> {
    const { record, store, begun, cell } = this.#options;
    const retirement = record.read();
    const party = begun();
    if (retirement === undefined || party === undefined) return;
    if (retirement.destroyed === null || retirement.isDelivered) return;
    const { handover } = retirement;
    let text = store.text(handover);
    if (text === undefined) {
      text = await this.#signed(inventoryOf(cell, party.me, retirement));
      store.keep(handover, text);
    }
    await this.#tell(text);
    record.write({ ...retirement, isDelivered: true });
  }

  async #signed(body: Inventory['body']): Promise<string> {
    const { key, charter } = this.#options;
    const digest = inventoryDigest(nodeCrypto, body);
    const signature = signDigest(digest, key.privateKey);
    const { cell, handover, epoch } = body;
    const asked = { cell, handover, epoch, digest: hexOf(digest), signature };
    const outcome = await charter.witnessRetirement(asked);
    if (outcome.kind !== 'witnessed') throw new Error(`not witnessed yet: ${outcome.detail}`);
    return inventoryText({ body, signature, witness: outcome.witness });
  }

  async #tell(text: string): Promise<void> {
    const { cell, charter, connect } = this.#options;
    const owner = charter.charter.newest(cell)?.owner;
    if (owner === undefined) return;
    const client = connect(owner);
    try {
      const path = RETIRED_ROUTE.replace(':cell', cell);
      const answer = await client.ask({
        method: 'POST',
        path,
        body: text,
        silenceMsMax: ASK_MS_MAX,
      });
      if (answer.kind === 'no-answer') throw new Error(`the new owner: ${answer.detail}`);
      if (answer.status !== 200) throw new Error(`the new owner: ${answer.body.toString('utf8')}`);
    } finally {
      client.close();
    }
  }
}
