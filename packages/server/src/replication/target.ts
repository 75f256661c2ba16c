// Who the target of a hand-over is, and whether it fits, asked before anything is begun.
//
// Rules: docs/spec/handover.md (H29, H30, H34, H39).

import { isPartyUrl } from '@holdfast/engine/charter/charter-entry.ts';
import { isHash } from '@holdfast/engine/charter/check-crypto.ts';
import { CLOCK_SPREAD_MS_MAX, DISK_FACTOR_MIN, roomText } from '@holdfast/engine/handover/gates.ts';
import type { Gate } from '@holdfast/engine/handover/gates.ts';
import { isSameParty } from '@holdfast/engine/handover/charter-rules.ts';
import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import { PARTY_STATES } from '@holdfast/engine/handover/party-machine.ts';
import type { PartyState } from '@holdfast/engine/handover/party-state.ts';
import { misfitOfVersions } from '@holdfast/engine/handover/preflight.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import {
  choice,
  fits,
  jurisdiction,
  nothing,
  text,
  uint,
  union,
} from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import { isWireName } from '@holdfast/protocol/ids.ts';
import { IDENTITY_PATH } from '../signed/signed-server.ts';
import type { SignedClient } from '../signed/signed-client.ts';
import { WIRE_VERSION } from '../signed/preimage.ts';
import { publicKeyOf } from '../signed/wire-key.ts';
import { jsonIn } from './peer-wire.ts';

export const TARGET_ROUTE = '/v1/handover/:cell/party';
const ANSWER_MS_MAX = 5_000;

/** What a process says of itself to another party of the charter. */
export type TargetFacts = Readonly<{
  cell: Jurisdiction;
  party: Party;
  /** The newest version of the hand-over that it takes. */
  handoverVersion: number;
  /** The oldest; absent, it takes no older one. */
  handoverVersionMin?: number;
  state: PartyState['kind'];
  freeBytes: number | null;
  nowMs: number;
  /** Hash of the newest charter entry of the cell that it knows; empty for none. */
  newestHash: string;
}>;

/** One thing that was looked at before a hand-over. */
export type PreflightCheck = Readonly<{
  name: 'target' | 'version' | 'cell' | 'party' | 'charter' | 'copy' | 'disk' | 'clock';
  light: Gate['light'];
  reason: string;
}>;

export type Target = Readonly<
  | { kind: 'target'; facts: TargetFacts; spreadMs: number }
  | { kind: 'unfit'; check: PreflightCheck }
>;

export type AskTarget = Readonly<{
  cell: Jurisdiction;
  fetch: typeof globalThis.fetch;
  connect: (party: Pick<Party, 'url' | 'publicKey'>) => SignedClient;
  nowMs: () => number;
}>;

const green = (name: PreflightCheck['name'], reason: string): PreflightCheck => ({
  name,
  light: 'green',
  reason,
});
const red = (name: PreflightCheck['name'], reason: string): PreflightCheck => ({
  name,
  light: 'red',
  reason,
});
const unfit = (name: PreflightCheck['name'], reason: string): Target => ({
  kind: 'unfit',
  check: red(name, reason),
});

/** Asks the process at an address who it is, then, signed, what it holds. */
export async function askTarget(options: AskTarget, address: string): Promise<Target> {
  const url = URL.parse(address)?.origin;
  if (url === undefined || !isPartyUrl(url) || url.startsWith('local:')) {
    return unfit('target', `${address} is no address of a cell, such as https://us.south.example`);
  }
  const identity = await identityAt(options, url);
  if ('check' in identity) return identity;
  const { publicKey } = identity;
  const client = options.connect({ url, publicKey });
  try {
    const path = TARGET_ROUTE.replace(':cell', options.cell);
    const beganMs = options.nowMs();
    const answer = await client.ask({ method: 'GET', path, silenceMsMax: ANSWER_MS_MAX });
    const middleMs = (beganMs + options.nowMs()) / 2;
    if (answer.kind === 'no-answer') {
      const name = answer.code === 'wire-clock' ? 'clock' : 'target';
      return unfit(name, `${url} does not take questions of this party: ${answer.detail}`);
    }
    const said = jsonIn(answer.body);
    if (answer.status !== 200) {
      const detail =
        typeof said === 'object' && said !== null && 'detail' in said ? said.detail : '';
      return unfit(answer.status === 404 ? 'cell' : 'target', `${url} says: ${String(detail)}`);
    }
    const facts = factsIn(said);
    if (facts === undefined) return unfit('version', `what ${url} says of itself cannot be read`);
    if (facts.party.publicKey !== publicKey || facts.party.operator !== identity.operator) {
      return unfit('target', `${url} says two different things of who it is`);
    }
    if (facts.party.url !== url) {
      const reason = `it is reached at ${facts.party.url} by its own word; name that address`;
      return unfit('target', reason);
    }
    return { kind: 'target', facts, spreadMs: Math.round(facts.nowMs - middleMs) };
  } finally {
    client.close();
  }
}

async function identityAt(
  { fetch }: AskTarget,
  url: string,
): Promise<Readonly<{ operator: string; publicKey: string }> | Extract<Target, { kind: 'unfit' }>> {
  let said: unknown;
  try {
    const signal = AbortSignal.timeout(ANSWER_MS_MAX);
    const response = await fetch(`${url}${IDENTITY_PATH}`, { signal, redirect: 'error' });
    said = await response.json();
  } catch (cause) {
    const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    const reason = `nothing that could take the cell answers at ${url}: ${String(inner)}`;
    return { kind: 'unfit', check: red('target', reason) };
  }
  const { operator, publicKey, versions } = (
    typeof said === 'object' && said !== null ? said : {}
  ) as Readonly<Partial<Record<string, unknown>>>;
  if (!isWireName(operator) || typeof publicKey !== 'string' || !publicKeyOf(publicKey)) {
    return { kind: 'unfit', check: red('target', `what answers at ${url} is no part of Holdfast`) };
  }
  if (!Array.isArray(versions) || !versions.includes(WIRE_VERSION)) {
    return { kind: 'unfit', check: red('version', whyUnread(url, versions)) };
  }
  return { operator, publicKey };
}

function whyUnread(url: string, versions: unknown): string {
  const theirs = Array.isArray(versions) ? versions.map(Number) : [];
  const older = Math.min(...theirs) > WIRE_VERSION && theirs.length > 0 ? 'this' : 'the other';
  return (
    `${url} speaks version ${theirs.join(', ') || 'none'} of the messages and this side version ` +
    `${WIRE_VERSION}; nothing was changed; bring ${older} side to the newer version of Holdfast first`
  );
}

/** W13: what a newer version says beside it is left out. */
function factsIn(said: unknown): TargetFacts | undefined {
  if (typeof said !== 'object' || said === null) return undefined;
  const known = Object.entries(said).filter(([field]) => Object.hasOwn(FACTS, field));
  const facts: unknown = Object.fromEntries(known);
  return fits(FACTS, facts) ? (facts as TargetFacts) : undefined;
}

/** What an owner knows when it judges a target. */
export type OwnFacts = Readonly<{
  me: Party;
  cell: Jurisdiction;
  newestHash: string;
  copyBytes: number | undefined;
}>;

/** States from which a party can begin to follow, or go on following. */
const MAY_FOLLOW: ReadonlySet<PartyState['kind']> = new Set([
  'idle',
  'follow-seeding',
  'follow-catching-up',
  'follow-shadow',
]);

/** Every check with its light; all must be green but the clock, which is only shown (H34). */
export function judgeTarget(
  own: OwnFacts,
  { facts, spreadMs }: Extract<Target, { kind: 'target' }>,
): readonly PreflightCheck[] {
  const { party, state, cell } = facts;
  const name = `${party.operator}/${party.site}`;
  const { handoverVersion: newest, handoverVersionMin: oldest = newest } = facts;
  const misfit = misfitOfVersions({ oldest, newest });
  return [
    green('target', `${name} answers at ${party.url}`),
    misfit === undefined
      ? green('version', `it speaks version ${newest} of the hand-over`)
      : red('version', misfit.detail),
    cell === own.cell
      ? green('cell', `it is for ${cell}`)
      : red('cell', `it is for ${cell} and not for ${own.cell}`),
    partyCheck(own.me, party, name),
    facts.newestHash === own.newestHash
      ? green('charter', 'it follows the same charter, up to the same entry')
      : red('charter', 'its charter ends with another entry; check its registrar, or wait'),
    MAY_FOLLOW.has(state)
      ? green('copy', state === 'idle' ? 'it holds nothing of the cell' : `it is ${state} already`)
      : red('copy', `it is ${state}, and cannot take a copy`),
    diskCheck(own.copyBytes, facts.freeBytes),
    clockCheck(spreadMs),
  ];
}

function partyCheck(me: Party, party: Party, name: string): PreflightCheck {
  if (isSameParty(me, party)) return red('party', `${name} owns the cell already`);
  // H2.
  if (me.operator !== party.operator && me.publicKey === party.publicKey) {
    return red('party', `${name} has the key of ${me.operator}; give it one of its own`);
  }
  return green('party', `${name} is another party`);
}

function diskCheck(copyBytes: number | undefined, freeBytes: number | null): PreflightCheck {
  if (copyBytes === undefined || freeBytes === null) {
    return { name: 'disk', light: 'unknown', reason: 'the target does not tell its free space' };
  }
  const reason = roomText(freeBytes, copyBytes);
  return freeBytes >= copyBytes * DISK_FACTOR_MIN ? green('disk', reason) : red('disk', reason);
}

function clockCheck(spreadMs: number): PreflightCheck {
  const reason = `the two clocks are ${spreadMs} ms apart`;
  return Math.abs(spreadMs) < CLOCK_SPREAD_MS_MAX ? green('clock', reason) : red('clock', reason);
}

const FACTS = {
  cell: jurisdiction,
  party: {
    operator: isWireName,
    site: isWireName,
    publicKey: text(200),
    url: isPartyUrl,
  },
  handoverVersion: uint,
  handoverVersionMin: union(nothing, uint),
  state: choice(...PARTY_STATES),
  freeBytes: union(uint, (value) => value === null),
  nowMs: uint,
  newestHash: (value) => value === '' || isHash(value),
} satisfies Shape;
