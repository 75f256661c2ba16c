// A registrar and cell parties with the control of hand-overs, each with files and a port of its
// own, in this process; for tests.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fastify } from 'fastify';
import type { FastifyInstance } from 'fastify';
import type { CharterBody, Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { Epoch, VideoId } from '@holdfast/protocol/ids.ts';
import type { ReadBalances } from '../balances/read-balances.ts';
import type { CellClient, SubmitReply } from '../cell/cell-client.ts';
import { CELL_ROUTES, publicationsPath } from '../cell/remote/cell-wire.ts';
import { openCharterClient } from '../registrar/charter-client.ts';
import type { CharterClient } from '../registrar/charter-client.ts';
import { signDecision } from '../registrar/charter-entry.ts';
import type { OperatorKey } from '../registrar/charter-entry.ts';
import { charterFolder, newParty, US } from '../registrar/charter.fixture.ts';
import type { CharterFolder } from '../registrar/charter.fixture.ts';
import { operatorKeyFile } from '../registrar/operator-keys.ts';
import type { Registrar } from '../registrar/registrar.ts';
import { openRegistrarServer } from '../registrar/registrar-server.ts';
import { signedClient } from '../signed/signed-client.ts';
import { addSignedRoutes } from '../signed/signed-server.ts';
import { keyIdOf, wireIdentity } from '../signed/wire-key.ts';
import { charterLine } from './charter-line.ts';
import type { ControllerOptions } from './controller.ts';
import { openHandoverControl } from './handover-control.ts';
import type { HandoverControl } from './handover-control.ts';
import { PartyCell } from './party-cell.ts';
import type { PartyCellOptions } from './party-cell.ts';
import { openPartyFile } from './party-file.ts';
import { replicaRole } from './replica-role.ts';
import type { ReplicaRole } from './replica-role.ts';
import type { PartyRuntime } from './party-runtime.ts';

export const V1 = 'v1' as VideoId;

export type ControlledParty = Readonly<{
  me: Party;
  key: OperatorKey;
  role: ReplicaRole;
  control: HandoverControl;
  runtime: () => PartyRuntime;
  client: () => CellClient;
  /** The data folder, with the operator's key. */
  dataDir: string;
  faults: string[];
}>;

type RunOptions = Readonly<{
  clockMs?: number;
  personsApprove?: NonNullable<ControllerOptions['personsApprove']>;
}>;

export type ControlledParties = Readonly<{
  registrar: Registrar;
  registrarUrl: string;
  /** Starts a party; the first one founds the cell. `clockMs` is how far its clock is off. */
  run: (operator: string, options?: RunOptions) => Promise<ControlledParty>;
  close: () => Promise<void>;
}>;

const quiet = async (pauseMs: number, signal: AbortSignal): Promise<void> => {
  await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
};

export async function openControlledParties(): Promise<ControlledParties> {
  const folder: CharterFolder = charterFolder();
  const registrar = folder.open({ nowMs: () => Date.now() });
  const server = await openRegistrarServer({
    registrar,
    founders: undefined,
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    randomBytes,
    onError: () => undefined,
  });
  const registrarUrl = await listenOn(server);
  const closing: (() => Promise<void>)[] = [
    async () => {
      await server.close();
      folder.remove();
    },
  ];
  return {
    registrar,
    registrarUrl,
    run: async (operator, { clockMs = 0, personsApprove = () => false } = {}) => {
      const dataDir = mkdtempSync(join(tmpdir(), `holdfast-${operator}-`));
      closing.push(async () => rmSync(dataDir, { recursive: true }));
      return runParty({ operator, dataDir, registrarUrl, clockMs, personsApprove, closing });
    },
    close: async () => {
      for (const close of closing.toReversed()) await close();
    },
  };
}

async function listenOn(app: FastifyInstance): Promise<string> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}

type Run = Readonly<{
  operator: string;
  dataDir: string;
  registrarUrl: string;
  clockMs: number;
  personsApprove: NonNullable<ControllerOptions['personsApprove']>;
  closing: (() => Promise<void>)[];
}>;

function foldersOf(dataDir: string, dir: string) {
  return {
    certificatesDir: join(dataDir, 'certificates'),
    balancesDir: join(dataDir, 'balances'),
    retirementsDir: join(dataDir, 'retirements'),
    place: { dir, keyFile: join(dataDir, 'at-rest.key'), dataDir },
  };
}

async function runParty(run: Run): Promise<ControlledParty> {
  const { operator, dataDir, clockMs, closing } = run;
  const { key, party } = newParty(operator);
  keepKey(dataDir, key);
  const identity = wireIdentity({ operator, site: 'main', privateKey: key.privateKey });
  const faults: string[] = [];
  const nowMs = (): number => Date.now() + clockMs;
  const monotonicMs = (): number => performance.now();
  const charter = openCharterClient({
    url: run.registrarUrl,
    file: join(dataDir, 'charter-copy.jsonl'),
    identity,
    ...{ nowMs: () => Date.now(), monotonicMs, randomBytes, pause: quiet },
    onStatus: () => undefined,
    onTornTail: () => undefined,
  });
  closing.push(charter.close);
  const cellDir = join(dataDir, 'cells', US);
  mkdirSync(cellDir, { recursive: true });
  const connect = ({ url, publicKey }: Pick<Party, 'url' | 'publicKey'>) =>
    signedClient({ identity, peer: { url, publicKey }, nowMs, randomBytes });
  const control = openHandoverControl({
    ...{ cell: US, cellDir, key, identity, charter, connect, fetch, nowMs, monotonicMs },
    registrarHears: async () => 'no',
    ...foldersOf(dataDir, cellDir),
    settleMs: 200,
    personsApprove: run.personsApprove,
    log: (level, fields, message) => {
      if (level === 'warn') faults.push(`${message} ${JSON.stringify(fields)}`);
    },
  });
  const { destroyCopy, onAcknowledged, onState, onReport, onOpened } = control;
  const role = control.roleOf(
    replicaRole({
      jurisdiction: US,
      key,
      file: openPartyFile(join(cellDir, 'party.json')),
      charter: charterLine(charter, US),
      newest: () => charter.charter.newest(US),
      entriesAfter: charter.charter.after,
      openCell: (isGone) => openCell(cellDir, operator, key, control.balances, isGone),
      connect,
      isStandby: false,
      registrarHears: async () => 'unknown',
      ...{ nowMs, monotonicMs, pause: quiet, pace: control.pace },
      ...{ destroyCopy, onAcknowledged, onState, onReport, onOpened },
      onProgress: () => undefined,
      onFault: (what, error) => faults.push(`${what}: ${String(error)}`),
    }),
  );
  const app = fastify({ forceCloseConnections: true });
  control.addPublicRoutes(app);
  const lookup = (claimed: Parameters<typeof role.knows>[0]) =>
    role.knows(claimed) ? claimed : undefined;
  const onError = (error: unknown): void => void faults.push(String(error));
  await addSignedRoutes(app, { identity, lookup, nowMs, randomBytes, onError }, role.routes);
  const me: Party = { ...party, url: await listenOn(app) };
  await claim(charter, me, key);
  await role.begin(me);
  control.begin();
  const gateway = setInterval(() => void askAsGateway(control, charter), 50);
  closing.push(async () => {
    clearInterval(gateway);
    await control.close();
    await app.close();
    await role.close();
  });
  return { me, key, role, control, ...insideOf(role), dataDir, faults };
}

function insideOf(role: ReplicaRole): Pick<ControlledParty, 'runtime' | 'client'> {
  return {
    runtime: () => {
      const begun = role.begun();
      if (begun === undefined) throw new Error('this party has not begun');
      return begun.runtime;
    },
    client: () => {
      const serving = role.serving();
      if (serving === undefined) throw new Error('this party does not serve');
      return serving.client;
    },
  };
}

/** Where a command looks for the key of an operator. */
function keepKey(dataDir: string, { operator, privateKey }: OperatorKey): void {
  const file = operatorKeyFile(dataDir, operator);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
}

function openCell(
  dir: string,
  operator: string,
  key: OperatorKey,
  balances: ReadBalances,
  isGone: boolean,
): Promise<PartyCell> {
  const options: PartyCellOptions = {
    cell: {
      dir,
      keyFile: join(dir, '..', '..', 'at-rest.key'),
      jurisdiction: US,
      operator,
      epoch: 1 as Epoch,
      operatorKeyPem: key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      limits: { flushRowsMin: 1_000, flushAgeMsMax: 1_000 },
    },
    clocks: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
    balances,
    onNotice: () => undefined,
  };
  return PartyCell.open(options, isGone);
}

async function claim(charter: CharterClient, me: Party, key: OperatorKey): Promise<void> {
  await until('the charter is followed', () => charter.status().kind === 'following');
  if (charter.charter.newest(US) !== undefined) return;
  const decision: CharterBody = {
    cell: US,
    epoch: 1 as Epoch,
    act: 'found',
    owner: me,
    rule: 'solo',
    reason: 'begun by a test',
  };
  const signature = signDecision(decision, charter.charter.follows(US), key);
  await charter.append({ decision, signatures: [signature] });
}

/** What a gateway asks for again and again, under the newest epoch. */
async function askAsGateway(control: HandoverControl, charter: CharterClient): Promise<void> {
  const [route] = control.noting([
    {
      method: 'GET',
      url: CELL_ROUTES.publications,
      bodyBytesMax: 0,
      handle: () => ({ kind: 'bytes', status: 200, body: '' }),
    },
  ]);
  const publicKey = 'gateway';
  await route?.handle({
    sender: { operator: 'gate', site: 'main', publicKey, keyId: keyIdOf(publicKey) },
    method: 'GET',
    path: publicationsPath(US, charter.charter.newest(US)?.epoch ?? 0, undefined),
    params: { cell: US },
    body: Buffer.alloc(0),
    sentAtMs: 0,
    signal: new AbortController().signal,
  });
}

/** Waits until something holds; fails after 20 s, only to end a test that hangs. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2_000; turn += 1) {
    if (holds()) return;
    await sleep(10);
  }
  throw new Error(`never came about: ${what}`);
}

/** A like of somebody, in a session of an integrator. */
export function like(client: CellClient, who: string): Promise<SubmitReply> {
  const group = {
    sessionKey: `~${who}`,
    who: { kind: 'account', account: who },
    startedAtMs: undefined,
    ops: [{ n: 1, kind: 'like', video: V1 }],
  } as const;
  return new Promise((resolve) => client.submit([group], resolve));
}

/** The text of the certificate that a side has; `undefined` while it has none. */
export function certificateOf({ dataDir }: ControlledParty, handover: string): string | undefined {
  const file = join(dataDir, 'certificates', `${handover}.json`);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
