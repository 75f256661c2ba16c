// How a command reaches the party that it is for: the charter says where it is, and the operator's
// key in the data folder signs what is asked.

import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import { isJurisdiction, isWireName } from '@holdfast/protocol/ids.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { readEntry } from '@holdfast/engine/charter/charter-entry.ts';
import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import { readEnv } from '../../config/env.ts';
import type { OperatorKey } from '../../registrar/charter-entry.ts';
import { CHARTER_PATH } from '../../registrar/charter-routes.ts';
import { readOperatorKey } from '../../registrar/operator-keys.ts';
import { CLI_SITE, CONTROL_ROUTES } from '../../replication/control-routes.ts';
import { readStatus } from '../../replication/handover-status.ts';
import type { HandoverStatus } from '../../replication/handover-status.ts';
import { signedClient } from '../../signed/signed-client.ts';
import { wireIdentity } from '../../signed/wire-key.ts';
import { openApiClient } from '../api-client.ts';
import type { ApiClient } from '../api-client.ts';
import { CliError } from '../cli-error.ts';
import type { CliIo } from '../cli-io.ts';
import { dataDirOf } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { meantBy, notesFolder, partsHere } from '../parts-here.ts';

/** A start looks at the target, which may be far away. */
const ANSWER_MS_MAX = 30_000;
/** Pages of the charter that are read. */
const PAGES_MAX = 1_000;

export type PartyFlags = Readonly<{ cell?: string; registrar?: string; data?: string }>;

export type PartyClient = Readonly<{
  cell: Jurisdiction;
  party: Party;
  status: () => Promise<HandoverStatus>;
  /** The answer of a 200. Throws `CliError` for every other ending. */
  ask: (what: Exclude<keyof typeof CONTROL_ROUTES, 'status'>, asked: object) => Promise<unknown>;
  close: () => void;
}>;

/** Finds the party that the operator of the data folder runs for a cell (H53). Throws `CliError`. */
export async function findParty(
  io: CliIo,
  flags: PartyFlags,
  fetch: typeof globalThis.fetch,
): Promise<PartyClient> {
  const { values } = readEnv(io.env);
  const told = {
    cell: flags.cell,
    registrar: flags.registrar ?? values.HOLDFAST_REGISTRAR,
    dataDir: flags.data === undefined ? undefined : dataDirOf(io, flags.data),
  };
  const meant = meantBy(told, partsHere(notesFolder(io)), dataDirOf(io, undefined));
  if (meant.kind === 'unclear') throw usage(meant.detail);
  const { cell, registrar: url, dataDirs } = meant;
  if (!isJurisdiction(cell)) throw usage(`--cell: '${cell}' is not the name of a cell, such as us`);
  const entries = await entriesOf(openApiClient({ url, key: undefined, fetch }), cell);
  const newest = entries.at(-1);
  if (newest === undefined) {
    throw new CliError(
      EXIT.failed,
      'cell-unknown',
      `The charter at ${url} has no cell ${cell}. Nothing was changed.`,
    );
  }
  const found = ownParty(entries, dataDirs.flatMap(keysIn));
  if (found === undefined) {
    const { operator, site } = newest.owner;
    throw new CliError(
      EXIT.failed,
      'no-key',
      `${cell} is run by ${operator}/${site}, and there is no key of a party of this cell in ` +
        `${dataDirs.join(' or ')}. Nothing was changed. Name the data folder of the cell with --data; the key ` +
        'of its operator is in operators/NAME/key.pem there.',
    );
  }
  return clientOf(io, cell, found.party, found.key);
}

async function entriesOf(
  registrar: ApiClient,
  cell: Jurisdiction,
): Promise<readonly CharterEntry[]> {
  const found: CharterEntry[] = [];
  let after = 0;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const document = await registrar.get(CHARTER_PATH, [['after', String(after)]]);
    const { entries } = fieldsOf(document);
    const read = (Array.isArray(entries) ? entries : []).map(readEntry);
    const last = read.at(-1);
    if (last === undefined) return found;
    after = last.n;
    for (const entry of read) if (entry?.cell === cell) found.push(entry);
  }
  return found;
}

/** Keys of the operators of a data folder; one that cannot be read is told when it is needed. */
export function keysIn(dataDir: string): readonly OperatorKey[] {
  const folder = join(dataDir, 'operators');
  const names = existsSync(folder) ? readdirSync(folder).filter(isWireName) : [];
  return names.map((operator) => readOperatorKey(dataDir, operator));
}

/** Of the parties that the charter ever named, newest first, the one whose key is here. */
function ownParty(
  entries: readonly CharterEntry[],
  keys: readonly OperatorKey[],
): Readonly<{ party: Party; key: OperatorKey }> | undefined {
  for (const { owner, follower } of entries.toReversed()) {
    for (const party of follower === undefined ? [owner] : [owner, follower]) {
      const key = keys.find((one) => one.operator === party.operator && isKeyOf(one, party));
      if (key !== undefined) return { party, key };
    }
  }
  return undefined;
}

function isKeyOf({ operator, privateKey }: OperatorKey, { publicKey }: Party): boolean {
  return wireIdentity({ operator, site: CLI_SITE, privateKey }).publicKey === publicKey;
}

/** A client that signs as the operator of a party. */
export function clientOf(
  { nowMs }: CliIo,
  cell: Jurisdiction,
  party: Party,
  { operator, privateKey }: OperatorKey,
): PartyClient {
  const identity = wireIdentity({ operator, site: CLI_SITE, privateKey });
  const { url, publicKey } = party;
  const client = signedClient({ identity, peer: { url, publicKey }, nowMs, randomBytes });
  const ask = async (method: 'GET' | 'POST', route: string, body: string): Promise<unknown> => {
    const path = route.replace(':cell', cell);
    const answer = await client.ask({ method, path, body, silenceMsMax: ANSWER_MS_MAX });
    if (answer.kind === 'no-answer') {
      const text = `${party.operator}/${party.site} at ${url}: ${answer.detail}`;
      const isAway = answer.code === 'unreachable' || answer.code === 'silent';
      throw new CliError(isAway ? EXIT.unreachable : EXIT.failed, answer.code, text);
    }
    const document = jsonIn(answer.body);
    if (answer.status === 200) return document;
    const { code, detail } = fieldsOf(document);
    throw new CliError(
      EXIT.failed,
      typeof code === 'string' ? code : `http-${answer.status}`,
      typeof detail === 'string' ? detail : `${url} answered ${answer.status}`,
    );
  };
  return {
    cell,
    party,
    status: async () => {
      const status = readStatus(await ask('GET', CONTROL_ROUTES.status, ''));
      if (status !== undefined) return status;
      const text = `${url} tells its status in a form that this version cannot read. Upgrade.`;
      throw new CliError(EXIT.failed, 'status-unreadable', text);
    },
    ask: (what, asked) => ask('POST', CONTROL_ROUTES[what], JSON.stringify(asked)),
    close: client.close,
  };
}

function usage(message: string): CliError {
  return new CliError(EXIT.usage, 'usage', `${message}. Nothing was changed.`);
}

function jsonIn(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

export function fieldsOf(value: unknown): Readonly<Partial<Record<string, unknown>>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
