// How a certificate comes about: each side notes what it sees at the cut and copies the balance of
// each video, the old owner gathers both, both sign, the registrar witnesses, both keep the same
// file.
//
// Rules: docs/spec/certificate.md (T9 to T12), docs/spec/balances.md (BL3 to BL7).
//
// Why a side cannot be made to sign what it did not see: it compares everything of the body with
// its own note and its own copy of the charter first. What only the other side can know, the pause
// and its counts, it signs as the other's word.

import {
  isSameTree,
  isSignedBalances,
  readSignedBalances,
} from '@holdfast/engine/charter/balances.ts';
import type {
  BalancePlace,
  BalanceSide,
  BalanceTree,
  SignedBalances,
} from '@holdfast/engine/charter/balances.ts';
import { hexOf } from '@holdfast/engine/charter/check-crypto.ts';
import { signersOf, verifyCertificate } from '@holdfast/engine/charter/verify-certificate.ts';
import { isEqualCut, isSameParty } from '@holdfast/engine/handover/charter-rules.ts';
import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { PartyState } from '@holdfast/engine/handover/party-state.ts';
import type { MetaRow } from '@holdfast/engine/counting/rows.ts';
import type { Epoch, Jurisdiction, Seq } from '@holdfast/protocol/ids.ts';
import { readEntry } from '@holdfast/engine/charter/charter-entry.ts';
import type { CharterEntry, DecisionSignature } from '@holdfast/engine/charter/charter-entry.ts';
import {
  bodyDigest,
  CERTIFICATE_FORMAT,
  certificateText,
  readBody,
  readCertificate,
  readGatewayWord,
  readSignature,
  readStatement,
  sameJson,
} from '@holdfast/engine/charter/certificate.ts';
import type {
  Certificate,
  CertificateBody,
  GatewayWord,
  OpsInPause,
  Statement,
} from '@holdfast/engine/charter/certificate.ts';
import type { BalanceBook, CutCopy } from '../balances/balance-book.ts';
import { signBalances } from '../balances/sign-balances.ts';
import type { CharterClient } from '../registrar/charter-client.ts';
import type { OperatorKey } from '../registrar/charter-entry.ts';
import { nodeCrypto } from '../signed/node-crypto.ts';
import type { NamedGateway } from '../replication/pause-reports.ts';
import { signDigest } from '../signed/sign-digest.ts';
import type { SignedClient } from '../signed/signed-client.ts';
import type { WireParty } from '../signed/wire-key.ts';
import { totalsOf } from './certificate.ts';
import type { CertificateStore, Side } from './certificate-store.ts';
import { fieldsOfWord, GatewayWords, isWordOf } from './gateway-words.ts';
import type { GatewayWordsParts } from './gateway-words.ts';

export const ATTEST_ROUTE = '/v1/handover/:cell/attest';
const ASK_MS_MAX = 10_000;
const BALANCES_PENDING = 'the balances of the videos are being written';
const ANSWER_BYTES_MAX: number = 64 * 1024;

/** What the old owner measured of the pause. */
export type Measured = Readonly<{
  startedAtMs: number | null;
  pauseMs: number | null;
  turnedAway: number | null;
}>;

export type AttestorOptions = Readonly<{
  cell: Jurisdiction;
  me: () => Party | undefined;
  key: OperatorKey;
  store: CertificateStore;
  balances: BalanceBook;
  /** Copies the counts that the stored state lacks, as of the last batch, and holds that state. */
  copyCounts: () => CutCopy | undefined;
  charter: Pick<CharterClient, 'charter' | 'witness'>;
  connect: (party: Pick<Party, 'url' | 'publicKey'>) => SignedClient;
  /** What this process measured of a hand-over; all null when it was not there. */
  measured: (handover: string) => Measured;
  /** Gateways that this party knows of now. */
  gateways: () => readonly NamedGateway[];
  /** What gateways have told this party of the pause. */
  reports: GatewayWordsParts['reports'];
  monotonicMs: () => number;
  log: (level: 'info' | 'warn', fields: object, message: string) => void;
}>;

export type AttestAnswer = Readonly<
  { kind: 'ok'; value: unknown } | { kind: 'refused'; detail: string }
>;

const refused = (detail: string): AttestAnswer => ({ kind: 'refused', detail });

export class Attestor {
  readonly #options: AttestorOptions;
  readonly #waits = new Map<string, string>();
  readonly #gateways: GatewayWords;
  readonly #ops = new Map<string, OpsInPause>();
  #isRunning = false;

  constructor(options: AttestorOptions) {
    this.#options = options;
    this.#gateways = new GatewayWords(options);
  }

  /** Told of every state in the turn in which it is entered: the rows are then at the cut. */
  onState(state: PartyState, meta: Readonly<MetaRow> | undefined): void {
    const { kind } = state;
    if (kind === 'sealed' || kind === 'follow-sealed') this.#noteCut(state, meta);
    else if (state.entry?.act === 'cede') this.#notePause(state.entry.handover);
  }

  /** How the certificate of a hand-over stands; `null` when there is nothing to certify. */
  status(handover: string): Readonly<{ handover: string; isMade: boolean; detail: string }> | null {
    const { store } = this.#options;
    if (store.has(handover)) {
      return { handover, isMade: true, detail: store.fileOf(handover) };
    }
    if (store.side(handover) === undefined || this.#cedeOf(handover) === undefined) return null;
    const detail = this.#waits.get(handover) ?? 'both sides are about to sign';
    return { handover, isMade: false, detail };
  }

  /** What met the pause, as far as it has been told; `undefined` while it has not. */
  opsInPause(handover: string): OpsInPause | undefined {
    const known = this.#ops.get(handover);
    if (known !== undefined) return known;
    const text = this.#options.store.text(handover);
    const read = text === undefined ? undefined : readCertificate(text);
    if (read?.kind !== 'certificate') return undefined;
    this.#ops.set(handover, read.certificate.body.ops);
    return read.certificate.body.ops;
  }

  /** Tries to finish what is open; whatever fails is tried again at the next call. */
  async attest(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      for (const handover of this.#options.store.open()) await this.#attest(handover);
    } finally {
      this.#isRunning = false;
    }
  }

  /** What the other side asks of this one. */
  answer(sender: WireParty, asked: unknown): AttestAnswer {
    const { kind, handover, body, certificate, signed, gateways } = fieldsOf(asked);
    const cede = typeof handover === 'string' ? this.#cedeOf(handover) : undefined;
    const before = cede && this.#entryOf(cede.epoch - 1);
    if (typeof handover !== 'string' || cede === undefined || before === undefined) {
      return refused('the charter here does not have this hand-over');
    }
    if (sender.publicKey !== before.owner.publicKey) {
      return refused('only the party that gave the cell away gathers the certificate');
    }
    const side = this.#options.store.side(handover);
    if (side === undefined) return refused('this side noted nothing at the cut');
    if (this.#options.balances.isMaking(handover)) return refused(BALANCES_PENDING);
    if (kind === 'statement') {
      const told = this.#gateways.tell(side, gateways);
      if (told.kind === 'waits') return refused(told.detail);
      return { kind: 'ok', value: { statement: this.#statementOf(side), word: told.word } };
    }
    if (kind === 'sign') return this.#sign(readBody(body), side, cede);
    if (kind === 'balances') return this.#takeClosing(signed, side, before.owner);
    if (kind === 'keep' && typeof certificate === 'string')
      return this.#keep(certificate, side, cede);
    return refused('it is not known what is asked');
  }

  #noteCut(
    state: Extract<PartyState, { kind: 'sealed' | 'follow-sealed' }>,
    meta: Readonly<MetaRow> | undefined,
  ): void {
    const { store, me: self, log } = this.#options;
    const { cut, entry } = state;
    const me = self() ?? state.me;
    const { handover } = entry;
    if (handover === undefined) return;
    const totals = meta?.seq === cut.seq ? totalsOf(meta) : undefined;
    if (meta === undefined || totals === undefined) {
      log('warn', { handover, seq: cut.seq }, 'the totals at the cut are not known here');
      return;
    }
    const { operator, site, publicKey } = me;
    const { seq, chain, likesHash, countsHash } = cut;
    const at = { seq, chain, likesHash, countsHash };
    const statement: Statement = { operator, site, publicKey, cut: at, totals, balances: null };
    const gateways = state.kind === 'sealed' ? this.#options.gateways() : null;
    const named = gateways?.map(({ name, keyId }) => ({ name, keyId })) ?? null;
    const unmeasured = { startedAtMs: null, pauseMs: null, turnedAway: null };
    store.note({ handover, statement, ...unmeasured, gateways: named, word: null });
    this.takeBalances(handover, meta.epoch, this.#options.copyCounts);
  }

  /** Takes a copy of the balances at a cut that was noted; made anew after a crash (BL7). */
  takeBalances(handover: string, epoch: number, copyNow: () => CutCopy | undefined): void {
    const { store, balances, cell } = this.#options;
    const side = store.side(handover);
    if (side === undefined) return;
    const { cut, totals } = side.statement;
    const place = { cell, epoch, seq: cut.seq };
    balances.take({ handover, place, countsHash: cut.countsHash, totals }, copyNow);
  }

  /** Begins to write the balances of every hand-over that the charter has decided. */
  beginBalances(): void {
    const { store, balances } = this.#options;
    for (const handover of store.open()) {
      if (this.#cedeOf(handover) !== undefined) balances.begin(handover);
    }
  }

  /** Cuts that were noted and of which there are no balances and no certificate yet. */
  cutsWithoutBalances(): readonly Readonly<{ handover: string; seq: Seq }>[] {
    const { store, balances } = this.#options;
    return store.open().flatMap((handover) => {
      const side = store.side(handover);
      if (side === undefined || balances.kept(handover) !== undefined) return [];
      return [{ handover, seq: side.statement.cut.seq }];
    });
  }

  #notePause(handover: string | undefined): void {
    const { store, measured } = this.#options;
    const side = handover === undefined ? undefined : store.side(handover);
    if (side === undefined || side.pauseMs !== null || store.has(side.handover)) return;
    store.note({ ...side, ...measured(side.handover) });
  }

  async #attest(handover: string): Promise<void> {
    const { me, store, charter, cell, balances } = this.#options;
    const self = me();
    const side = store.side(handover);
    const cede = this.#cedeOf(handover);
    if (self === undefined || side === undefined) return;
    if (cede === undefined) {
      // Sealed, and then not given away: there is nothing to certify.
      const newest = charter.charter.newest(cell);
      if (newest?.rule === 'solo') {
        balances.drop(handover);
        store.drop(handover);
      }
      return;
    }
    balances.begin(handover);
    if (isSameParty(cede.owner, self)) return;
    try {
      if (balances.isMaking(handover)) throw new AttestError(BALANCES_PENDING);
      const certificate = await this.#gather(side, cede);
      store.keep(certificate);
      this.#waits.delete(handover);
      this.#options.log('info', { handover }, 'the certificate of a hand-over is complete');
    } catch (error) {
      if (!(error instanceof AttestError)) throw error;
      this.#waits.set(handover, error.message);
    }
  }

  async #gather(side: Side, cede: CharterEntry): Promise<Certificate> {
    const { key, charter, cell, connect } = this.#options;
    const client = connect(cede.owner);
    try {
      const { handover, gateways } = side;
      const asked = { kind: 'statement', handover, gateways: gateways ?? [] };
      const { statement, word: said } = fieldsOf(await ask(client, cell, asked));
      const [to, word] = [readStatement(statement), readGatewayWord(said)];
      if (to === undefined || word === undefined) {
        throw new AttestError('the statement of the new owner is malformed');
      }
      const body = this.#bodyOf(side, to, word, cede);
      this.#ops.set(handover, body.ops);
      const digest = bodyDigest(nodeCrypto, body);
      const { operator, publicKey } = side.statement;
      const own = { operator, publicKey, signature: signDigest(digest, key.privateKey) };
      const signatures: DecisionSignature[] = [own];
      if (signersOf(body).length > 1) {
        const other = readSignature(await ask(client, cell, { kind: 'sign', handover, body }));
        if (other === undefined) throw new AttestError('the new owner did not sign');
        signatures.push(other);
      }
      const witnessed = { cell, handover, epoch: cede.epoch, digest: hexOf(digest) };
      const outcome = await charter.witness({ ...witnessed, signatures });
      if (outcome.kind !== 'witnessed') throw new AttestError(`the registrar: ${outcome.detail}`);
      const certificate = { body, signatures, witness: outcome.witness };
      const text = certificateText(certificate);
      const fault = faultOf(text);
      if (fault !== undefined) throw new AttestError(fault);
      await this.#exchangeBalances(client, side, cede.owner);
      await ask(client, cell, { kind: 'keep', handover, certificate: text });
      return certificate;
    } finally {
      client.close();
    }
  }

  #bodyOf(side: Side, to: Statement, word: GatewayWord, cede: CharterEntry): CertificateBody {
    const { cell } = this.#options;
    const { handover, startedAtMs, pauseMs, turnedAway } = side;
    const { ops, gateways, histogram } = fieldsOfWord(word, turnedAway);
    return {
      format: CERTIFICATE_FORMAT,
      cell,
      handover,
      startedAtMs,
      entries: this.#entriesTo(cede.epoch),
      from: this.#statementOf(side),
      to,
      pause: { measuredBy: 'owner', pauseMs, histogram },
      ops,
      gateways,
    };
  }

  #sign(body: CertificateBody | undefined, side: Side, cede: CharterEntry): AttestAnswer {
    if (body === undefined) return refused('it is no body of a certificate');
    const fault = this.#faultOfBody(body, side, cede);
    if (fault !== undefined) return refused(`this side does not sign: ${fault}`);
    const { operator, publicKey } = side.statement;
    const signature = signDigest(bodyDigest(nodeCrypto, body), this.#options.key.privateKey);
    return { kind: 'ok', value: { operator, publicKey, signature } };
  }

  #faultOfBody(body: CertificateBody, side: Side, cede: CharterEntry): string | undefined {
    if (body.cell !== this.#options.cell || body.handover !== side.handover) {
      return 'it is of another hand-over';
    }
    if (!sameJson(body.entries, this.#entriesTo(cede.epoch))) return 'its entries differ from ours';
    const own = this.#statementOf(side);
    if (!sameJson(body.to, own)) return 'it does not say of us what we noted';
    if (!isEqualCut(body.from.cut, own.cut)) return 'the cuts differ';
    if (!sameJson(body.from.totals, own.totals)) return 'the totals differ';
    if (!isWordOf(body, side.word)) return 'gateways did not tell us this';
    const { balances } = body.from;
    if (balances === null || own.balances === null) return undefined;
    return isSameTree(balances, own.balances) ? undefined : 'the balances of videos differ';
  }

  #keep(text: string, side: Side, cede: CharterEntry): AttestAnswer {
    const read = readCertificate(text);
    const fault =
      read.kind === 'misread'
        ? read.detail
        : (this.#faultOfBody(read.certificate.body, side, cede) ?? faultOf(text));
    if (fault !== undefined || read.kind === 'misread') {
      return refused(`this side does not keep it: ${fault ?? ''}`);
    }
    this.#options.store.keep(read.certificate);
    return { kind: 'ok', value: {} };
  }

  /** What was noted, with the balances that were made of it since; `null` when there are none. */
  #statementOf({ handover, statement }: Side): Statement {
    return { ...statement, balances: this.#options.balances.tree(handover) };
  }

  /** Gives the new owner what this side signed, and keeps what the new owner did (BL6). */
  async #exchangeBalances(client: SignedClient, side: Side, owner: Party): Promise<void> {
    const { cell } = this.#options;
    const { handover } = side;
    const asked = { kind: 'balances', handover, signed: this.#ownBalances(side, 'closing') };
    const said = fieldsOf(await ask(client, cell, asked));
    const fault = this.#keepTheirs(said['signed'], side, 'opening', owner);
    if (fault !== undefined) throw new AttestError(`the balances of the new owner: ${fault}`);
  }

  #takeClosing(signed: unknown, side: Side, owner: Party): AttestAnswer {
    const fault = this.#keepTheirs(signed, side, 'closing', owner);
    if (fault !== undefined) return refused(fault);
    return { kind: 'ok', value: { signed: this.#ownBalances(side, 'opening') } };
  }

  /** Signs what this side has, and keeps it so; `null` when it has nothing. */
  #ownBalances({ handover, statement }: Side, side: BalanceSide): SignedBalances | null {
    const { balances, key } = this.#options;
    const kept = balances.kept(handover);
    if (kept === undefined) return null;
    const { place, tree } = kept;
    const signed = signBalances({ format: 1, ...place, handover, side, ...tree }, statement, key);
    balances.keepSigned(handover, signed);
    return signed;
  }

  /** Keeps what the other side signed, when this side has the same; says what is wrong with it. */
  #keepTheirs(
    value: unknown,
    { handover }: Side,
    side: BalanceSide,
    by: Party,
  ): string | undefined {
    const { balances } = this.#options;
    const kept = balances.kept(handover);
    if (value === null || kept === undefined) return undefined;
    const signed = readSignedBalances(value);
    if (signed === undefined || !isSignedBalances(nodeCrypto, signed)) return 'they are not signed';
    const { operator, publicKey, statement } = signed;
    if (operator !== by.operator || publicKey !== by.publicKey) return 'somebody else signed them';
    const isThese = statement.handover === handover && statement.side === side;
    if (!isThese || !isSameCut(statement, kept)) return 'they are of another cut';
    balances.keepSigned(handover, signed);
    return undefined;
  }

  #cedeOf(handover: string): CharterEntry | undefined {
    const { charter, cell } = this.#options;
    for (let epoch = charter.charter.newest(cell)?.epoch ?? 0; epoch > 0; epoch -= 1) {
      const entry = this.#entryOf(epoch);
      if (entry?.act === 'cede' && entry.handover === handover) return entry;
    }
    return undefined;
  }

  #entryOf(epoch: number): CharterEntry | undefined {
    return this.#options.charter.charter.entryOf(this.#options.cell, epoch as Epoch);
  }

  /** Read anew field by field, so that both sides have them in one order. */
  #entriesTo(epoch: number): readonly CharterEntry[] {
    return Array.from({ length: epoch }, (_, index) => readEntry(this.#entryOf(index + 1))).filter(
      (entry) => entry !== undefined,
    );
  }
}

function isSameCut(
  statement: SignedBalances['statement'],
  { place, tree }: Readonly<{ place: BalancePlace; tree: BalanceTree }>,
): boolean {
  const { cell, epoch, seq } = statement;
  return sameJson({ cell, epoch, seq }, place) && isSameTree(statement, tree);
}

/** The certificate has to wait; nothing is lost by it. */
class AttestError extends Error {
  readonly code = 'attest-waits';
}

async function ask(client: SignedClient, cell: Jurisdiction, document: unknown): Promise<unknown> {
  const answer = await client.ask({
    method: 'POST',
    path: ATTEST_ROUTE.replace(':cell', cell),
    body: JSON.stringify(document),
    silenceMsMax: ASK_MS_MAX,
    answerBytesMax: ANSWER_BYTES_MAX,
  });
  if (answer.kind === 'no-answer') throw new AttestError(`the new owner: ${answer.detail}`);
  const said = answer.body.toString('utf8');
  if (answer.status !== 200) throw new AttestError(`the new owner says: ${said.slice(0, 500)}`);
  return JSON.parse(said);
}

function faultOf(text: string): string | undefined {
  const failed = verifyCertificate(nodeCrypto, text).checks.find(({ holds }) => !holds);
  return failed && `${failed.name}: ${failed.detail}`;
}

function fieldsOf(value: unknown): Readonly<Partial<Record<string, unknown>>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
