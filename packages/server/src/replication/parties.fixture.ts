// Two parties of one cell in this process, with a charter in memory that keeps the real rules, and
// lines that a test can cut.

import { generateKeyPairSync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { NO_HASH } from '@holdfast/engine/charter/charter-entry.ts';
import type { Engine } from '@holdfast/engine/engine/engine.ts';
import type { EngineReply } from '@holdfast/engine/engine/requests.ts';
import { mayAppend } from '@holdfast/engine/handover/charter-rules.ts';
import type { CharterBody, Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { PartyEvent, PartyState } from '@holdfast/engine/handover/party-state.ts';
import {
  CALM_LIMITS,
  identify,
  TestClocks,
  TestJournal,
  TestStore,
} from '@holdfast/engine/testing/engine-rig.ts';
import type { Epoch, Jurisdiction, Seq, VideoId } from '@holdfast/protocol/ids.ts';
import { publicKeyText } from '../signed/wire-key.ts';
import type { OperatorKey } from '../registrar/charter-entry.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { AccountsFixture } from '../accounts/accounts.fixture.ts';
import { AccountRoles } from '../cell/account-roles.ts';
import { LedgerRoles } from '../cell/ledger-roles.ts';
import type { PartyFile } from './party-file.ts';
import { PartyRuntime } from './party-runtime.ts';
import type { Dispatched } from './party-runtime.ts';
import type { CellAccounts, CharterLine } from './party-ports.ts';
import type { PeerLine, Report } from './peer.ts';
import { RoleSlot } from './role-slot.ts';

/** A charter of one cell: conditional, with the rules of the real one, and perhaps out of reach. */
export class TestCharter {
  readonly entries: CharterBody[] = [];
  isAway = false;
  readonly readers = new Set<() => void>();

  /** `signers` are the keys of those who signed; absent, whoever has to. */
  append(body: CharterBody, signers?: readonly string[]): void {
    if (this.isAway) throw new Error('the registrar is away, said the test');
    const may = mayAppend(this.entries.at(-1), body);
    if (may.kind !== 'may') return;
    const isSigned = may.signers.every(({ publicKey }) => signers?.includes(publicKey) ?? true);
    if (!isSigned) return;
    this.entries.push(body);
    for (const read of this.readers) queueMicrotask(read);
  }
}

export type Site = {
  readonly name: string;
  readonly me: Party;
  readonly key: OperatorKey;
  journal: TestJournal;
  store: TestStore;
  record: PartyState | undefined;
  runtime: PartyRuntime | undefined;
  roles: RoleSlot | undefined;
  engine: Engine | undefined;
  /** Messages to and from this site are lost. */
  isCutOff: boolean;
  readonly reports: Report[];
  readonly faults: string[];
  readonly setAside: number[];
  readonly accountFiles: AccountsFixture;
  readonly people: Accounts;
  readonly accounts: AccountRoles;
  /** What the runtime sees of them; a test may put something in between. */
  accountsPort: CellAccounts;
};

function site(name: string): Promise<Site> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const me = {
    operator: name,
    site: 'main',
    publicKey: publicKeyText(publicKey),
    url: `http://${name}`,
  };
  const accountFiles = new AccountsFixture();
  accountFiles.prepare();
  const people = accountFiles.open();
  const accounts = new AccountRoles(people);
  return TestStore.after([]).then((store) => ({
    name,
    accountFiles,
    people,
    accounts,
    accountsPort: accounts,
    me,
    key: { operator: name, privateKey },
    journal: new TestJournal(),
    store,
    record: undefined,
    runtime: undefined,
    roles: undefined,
    engine: undefined,
    isCutOff: false,
    reports: [],
    faults: [],
    setAside: [],
  }));
}

export class TestParties {
  readonly charter = new TestCharter();
  readonly north: Site;
  readonly south: Site;
  #monotonicMs = 0;

  private constructor(north: Site, south: Site) {
    this.north = north;
    this.south = south;
  }

  /** The north founds the cell and owns it; the south knows the charter and nothing else. */
  static async begin(): Promise<TestParties> {
    const parties = new TestParties(await site('north'), await site('south'));
    parties.charter.append({
      cell: 'us' as Jurisdiction,
      epoch: 1 as Epoch,
      act: 'found',
      owner: parties.north.me,
      rule: 'solo',
      reason: 'begun by a test',
    });
    await parties.start(parties.north);
    await parties.start(parties.south);
    return parties;
  }

  /** Starts a site on what its disk has. */
  async start(at: Site): Promise<PartyRuntime> {
    const roles = new RoleSlot(this.#rolesOf(at));
    at.roles = roles;
    at.runtime = await PartyRuntime.open({
      me: at.me,
      key: at.key,
      file: this.#file(at),
      charter: this.#charterLine(at),
      roles,
      accounts: () => at.accountsPort,
      copy: {
        fetch: async () => this.#copyTo(at),
        setAside: async ({ seq }) => {
          if ((roles.view()?.meta.seq ?? 0) > seq) return false;
          const tail = await at.journal.memory.read(seq, Number.MAX_SAFE_INTEGER);
          at.setAside.push(...tail.map((record) => record.seq));
          await at.journal.port.truncate(seq);
          return true;
        },
        destroy: async () => true,
        freeBytes: () => 1e12,
      },
      connect: (party) => this.#lineTo(at, party),
      monotonicMs: () => this.#monotonicMs,
      nowMs: () => this.#monotonicMs,
      pause: async (pauseMs, signal) => {
        await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
      },
      onState: () => undefined,
      onReport: (report) => at.reports.push(report),
      onFault: (what, error) => at.faults.push(`${what}: ${String(error)}`),
    });
    return at.runtime;
  }

  /** As kill -9: what was not on disk is gone, and the process does nothing more. */
  async kill(at: Site): Promise<void> {
    const { runtime } = at;
    at.runtime = undefined;
    at.engine = undefined;
    await runtime?.close();
    at.roles = undefined;
  }

  #rolesOf(at: Site): LedgerRoles {
    return new LedgerRoles({
      ledger: {
        epoch: 1 as Epoch,
        journal: at.journal.port,
        store: at.store.port,
        clocks: new TestClocks(),
        limits: CALM_LIMITS,
        onApplied: () => undefined,
        onProblem: ({ message }) => at.faults.push(message),
        onReplay: () => undefined,
      },
      role: { identify, limits: CALM_LIMITS },
      onEngine: async (engine) => {
        at.engine = engine;
      },
      random: Math.random,
    });
  }

  #file(at: Site): PartyFile {
    return {
      read: () => structuredClone(at.record),
      write: (state) => {
        at.record = structuredClone(state);
      },
    };
  }

  #charterLine(at: Site): CharterLine {
    return {
      entries: () => [...this.charter.entries],
      follows: () => NO_HASH,
      subscribe: (onEntry) => {
        const read = (): void => {
          if (!at.isCutOff) onEntry();
        };
        this.charter.readers.add(read);
        return () => this.charter.readers.delete(read);
      },
      append: async ({ decision, signatures }) =>
        this.charter.append(
          decision,
          signatures.map(({ publicKey }) => publicKey),
        ),
      refresh: async () => {
        if (this.charter.isAway) throw new Error('the registrar is away, said the test');
      },
    };
  }

  #lineTo(from: Site, party: Party): PeerLine {
    const to = party.operator === 'north' ? this.north : this.south;
    const reached = (): PartyRuntime | undefined =>
      from.isCutOff || to.isCutOff ? undefined : to.runtime;
    const away = { kind: 'away', detail: 'cut off, said the test' } as const;
    return {
      deliver: async (delivery) => {
        const report = await reached()?.receive(from.me, delivery);
        return (reached() === undefined ? undefined : report) ?? away;
      },
      ask: async (question) => (await reached()?.decide(question)) ?? away,
      close: () => undefined,
    };
  }

  /** What seeding does over a network, in one go: state and journal base of the owner. */
  async #copyTo(at: Site): Promise<void> {
    const owner = at === this.north ? this.south : this.north;
    await at.roles?.current.close();
    await owner.engine?.flush();
    at.store = await TestStore.after(owner.store.flushes);
    at.journal = new TestJournal();
    for (const record of await owner.journal.memory.read(0 as Seq, Number.MAX_SAFE_INTEGER)) {
      if (record.seq <= (owner.store.flushes.at(-1)?.meta.seq ?? 0)) {
        await at.journal.memory.append(record);
      }
    }
    at.roles?.put(this.#rolesOf(at));
  }

  /** Lets time pass and both parties notice. */
  async tick(passMs = 0): Promise<void> {
    this.#monotonicMs += passMs;
    const nowMs = this.#monotonicMs;
    for (const at of [this.north, this.south]) await at.runtime?.dispatch({ kind: 'tick', nowMs });
  }

  /** Dispatches and gives what came of it. */
  async tell(at: Site, event: PartyEvent): Promise<Dispatched> {
    if (at.runtime === undefined) throw new Error(`${at.name} is not running`);
    return at.runtime.dispatch(event);
  }

  get nowMs(): number {
    return this.#monotonicMs;
  }

  /** Ticks until it holds; the limit ends a test that would wait for ever. */
  async until(what: string, holds: () => boolean): Promise<void> {
    for (let turn = 0; turn < 2_000; turn += 1) {
      if (holds()) return;
      await this.tick();
      await sleep(2);
    }
    const states = [this.north, this.south].map((at) => `${at.name} ${at.runtime?.state.kind}`);
    const faults = [...this.north.faults, ...this.south.faults].slice(0, 5).join('; ');
    throw new Error(`never came about: ${what} (${states.join(', ')}) ${faults}`);
  }

  async end(): Promise<void> {
    for (const at of [this.north, this.south]) {
      if (at.runtime !== undefined) await this.kill(at);
      await at.accountFiles.remove();
    }
  }
}

export const V1 = 'v1' as VideoId;

/** One like or unlike by a person in a session of their own. */
export async function like(
  at: Site,
  who: string,
  n: number,
  kind: 'like' | 'unlike' = 'like',
): Promise<EngineReply | undefined> {
  const group = {
    sessionKey: `~${who}`,
    who: { kind: 'subject', subjectKey: who } as const,
    startedAtMs: undefined,
    vouched: true,
    ops: [{ n, kind, video: V1 }],
  };
  return at.engine?.ask({ kind: 'ops', groups: [group] });
}
