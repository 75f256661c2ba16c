// Checks a certificate from its file alone: no network, no clock, no data of either operator. The
// command line and the browser run this same code.
//
// Rules: docs/spec/certificate.md (T4 to T8).

import { isEqualCut, isEqualParty, mayAppend } from '../handover/charter-rules.ts';
import { isOfTotals, isSameTree } from './balances.ts';
import { bodyDigest, readCertificate, sameJson, witnessDigest } from './certificate.ts';
import type { Certificate, Statement } from './certificate.ts';
import { faultOfSignatures, faultOfWitness, NO_HASH } from './charter-entry.ts';
import type { CharterEntry } from './charter-entry.ts';
import { hexOf } from './check-crypto.ts';
import type { CheckCrypto } from './check-crypto.ts';

export const CHECKS = [
  'form',
  'charter',
  'decision',
  'cut',
  'totals',
  'balances',
  'pause',
  'signatures',
  'witness',
] as const;
export type CheckName = (typeof CHECKS)[number];

/** One question that was asked of the file; `detail` says what was found, in words. */
export type Check = Readonly<{ name: CheckName; holds: boolean; detail: string }>;

export type Verdict = Readonly<{
  holds: boolean;
  checks: readonly Check[];
  /** What no file can prove, and what this one does not tell. */
  unproven: readonly string[];
  certificate: Certificate | undefined;
}>;

export type VerifyOptions = Readonly<{
  /** The registrar's key, when it is known from elsewhere. */
  registrarKey?: string | undefined;
}>;

const good = (name: CheckName, detail: string): Check => ({ name, holds: true, detail });
const bad = (name: CheckName, detail: string): Check => ({ name, holds: false, detail });

/** Checks every signature, hash and sum of a certificate file. */
export function verifyCertificate(
  crypto: CheckCrypto,
  file: string,
  options: VerifyOptions = {},
): Verdict {
  const read = readCertificate(file);
  if (read.kind === 'misread') {
    const checks = [bad('form', read.detail)];
    return { holds: false, checks, unproven: [], certificate: undefined };
  }
  const { certificate } = read;
  const checks = [
    good('form', 'a certificate of format 1, in its one spelling'),
    charterCheck(crypto, certificate),
    decisionCheck(certificate),
    cutCheck(certificate),
    totalsCheck(certificate),
    balancesCheck(certificate),
    pauseCheck(certificate),
    signaturesCheck(crypto, certificate),
    witnessCheck(crypto, certificate, options.registrarKey),
  ];
  const holds = checks.every((check) => check.holds);
  return { holds, checks, unproven: unprovenOf(certificate, options), certificate };
}

function charterCheck(crypto: CheckCrypto, { body }: Certificate): Check {
  let before: CharterEntry | undefined;
  for (const entry of body.entries) {
    const fault = faultOfEntry(crypto, body.cell, before, entry);
    if (fault !== undefined) return bad('charter', `entry of epoch ${entry.epoch}: ${fault}`);
    before = entry;
  }
  if (before === undefined) return bad('charter', 'it has no entry');
  return good(
    'charter',
    `${body.entries.length} entries, each signed by its parties and by one registrar`,
  );
}

function faultOfEntry(
  crypto: CheckCrypto,
  cell: string,
  before: CharterEntry | undefined,
  entry: CharterEntry,
): string | undefined {
  if (entry.cell !== cell) return 'it is of another cell';
  if (before !== undefined && entry.n <= before.n) return 'it does not come after the one before';
  if (before !== undefined && entry.registrar.publicKey !== before.registrar.publicKey) {
    return 'it is witnessed by another registrar than the entries before it';
  }
  const follows = before?.hash ?? NO_HASH;
  const fault = faultOfWitness(crypto, entry, follows);
  if (fault !== undefined) return fault;
  const may = mayAppend(before, entry);
  if (may.kind === 'refused') return may.detail;
  const { signatures } = entry;
  return faultOfSignatures(crypto, { decision: entry, signatures }, follows, may.signers);
}

/** The entry that decided and the one before it. */
function decisionOf({ body }: Certificate): readonly (CharterEntry | undefined)[] {
  return [body.entries.at(-1), body.entries.at(-2)];
}

function decisionCheck(certificate: Certificate): Check {
  const { handover, from, to } = certificate.body;
  const [decided, before] = decisionOf(certificate);
  if (decided === undefined || before === undefined || decided.act !== 'cede') {
    return bad('decision', 'the last entry is not the end of a planned hand-over');
  }
  if (decided.handover !== handover || before.handover !== handover) {
    return bad('decision', 'the entries are of another hand-over');
  }
  if (!isSide(from, before) || !isSide(to, decided)) {
    return bad('decision', 'the sides are not the owners before and after');
  }
  const owners = `${nameOf(from)} to ${nameOf(to)}`;
  return good('decision', `epoch ${decided.epoch}: ${decided.cell} went from ${owners}`);
}

function isSide({ operator, site, publicKey }: Statement, { owner }: CharterEntry): boolean {
  return isEqualParty({ ...owner, operator, site, publicKey }, owner);
}

function nameOf({ operator, site }: Readonly<{ operator: string; site: string }>): string {
  return `${operator}/${site}`;
}

function cutCheck(certificate: Certificate): Check {
  const { from, to } = certificate.body;
  const [decided] = decisionOf(certificate);
  const cut = decided?.cut;
  if (cut === undefined) return bad('cut', 'the deciding entry has no cut');
  if (!isEqualCut(from.cut, cut)) return bad('cut', `${nameOf(from)} stood elsewhere`);
  if (!isEqualCut(to.cut, cut)) return bad('cut', `${nameOf(to)} stood elsewhere`);
  return good('cut', `both sides stood at batch ${cut.seq}, with the same three hashes`);
}

function totalsCheck({ body: { from, to } }: Certificate): Check {
  for (const side of [from, to]) {
    const { ops, classes } = side.totals;
    const sum = Object.values(classes).reduce((all, one) => all + one, 0);
    if (sum !== ops) {
      return bad('totals', `the classes of ${nameOf(side)} add up to ${sum} and not to ${ops} ops`);
    }
  }
  if (!sameJson(from.totals, to.totals)) return bad('totals', 'the two sides counted differently');
  const { ops, likes, views } = to.totals;
  return good('totals', `equal before and after: ${ops} ops, ${likes} likes, ${views} views`);
}

function balancesCheck({ body: { from, to } }: Certificate): Check {
  for (const side of [from, to]) {
    if (side.balances !== null && !isOfTotals(side.balances, side.totals)) {
      return bad('balances', `the videos of ${nameOf(side)} do not add up to its totals`);
    }
  }
  if (from.balances === null || to.balances === null) {
    const without = [from, to].filter(({ balances }) => balances === null).map(nameOf);
    return good('balances', `not to be had of each video from ${without.join(' and ')}`);
  }
  if (!isSameTree(from.balances, to.balances)) {
    return bad('balances', 'the two sides have other balances of some video');
  }
  return good('balances', `equal for each of ${to.balances.videos} videos, under one root`);
}

function pauseCheck(certificate: Certificate): Check {
  const { pause, ops } = certificate.body;
  const { pauseMs, histogram, measuredBy } = pause;
  const isOpenInside = histogram?.slice(0, -1).some(({ upToMs }) => upToMs === null) ?? false;
  const isRising = (histogram ?? []).every(({ upToMs }, index, all) => {
    const before = all[index - 1]?.upToMs;
    return upToMs === null || before === undefined || (before !== null && before < upToMs);
  });
  if (isOpenInside || !isRising) return bad('pause', 'the histogram is not in order');
  const waited = (histogram ?? []).reduce((all, bucket) => all + bucket.ops, 0);
  if (waited > (ops.held ?? waited)) return bad('pause', 'more ops waited than were held');
  const text = pauseMs === null ? 'not known' : `${pauseMs} ms, by the word of the ${measuredBy}`;
  return good('pause', `${text}; ${gatewaysText(certificate)}`);
}

function gatewaysText({ body: { ops, pause, gateways } }: Certificate): string {
  if (gateways === null) return 'no gateway was asked';
  const { reported, missing } = gateways;
  const of = `${reported} of ${reported + missing.length} gateways`;
  const absent = missing.length === 0 ? '' : ` (silent: ${missing.join(', ')})`;
  if (ops.held === null) return `nothing was told by ${of}${absent}`;
  const { held, retried, refused, clientErrors } = ops;
  const counts = `${held} ops held, ${retried ?? '?'} sent again, ${refused ?? '?'} refused`;
  const longest = longestText(pause.histogram);
  return `${counts}, ${clientErrors ?? '?'} errors to clients${longest}, by the word of ${of}${absent}`;
}

function longestText(histogram: Certificate['body']['pause']['histogram']): string {
  const index = histogram?.findLastIndex(({ ops }) => ops > 0) ?? -1;
  const last = histogram?.[index];
  if (last === undefined) return '';
  if (last.upToMs !== null) return `, none waited longer than ${last.upToMs} ms`;
  return `, some waited longer than ${histogram?.[index - 1]?.upToMs ?? 0} ms`;
}

function signaturesCheck(crypto: CheckCrypto, certificate: Certificate): Check {
  const { body, signatures } = certificate;
  const digest = bodyDigest(crypto, body);
  const signers = signersOf(body);
  for (const { operator, publicKey } of signers) {
    const own = signatures.find((by) => by.publicKey === publicKey && by.operator === operator);
    if (own === undefined || !crypto.isSigned(publicKey, digest, own.signature)) {
      return bad('signatures', `it is not signed by ${operator}`);
    }
  }
  if (signatures.length !== signers.length) return bad('signatures', 'others have signed it too');
  return good('signatures', `signed by ${signers.map(({ operator }) => operator).join(' and ')}`);
}

/** Two sites of one operator have one key, and one signature. */
export function signersOf({
  from,
  to,
}: Readonly<{ from: Statement; to: Statement }>): readonly Pick<
  Statement,
  'operator' | 'publicKey'
>[] {
  return from.publicKey === to.publicKey ? [from] : [from, to];
}

function witnessCheck(
  crypto: CheckCrypto,
  certificate: Certificate,
  registrarKey: string | undefined,
): Check {
  const { body, witness } = certificate;
  const [decided] = decisionOf(certificate);
  if (decided === undefined) return bad('witness', 'there is no entry to witness');
  if (witness.publicKey !== decided.registrar.publicKey) {
    return bad('witness', 'the witness is not the registrar of the entries');
  }
  if (registrarKey !== undefined && witness.publicKey !== registrarKey) {
    return bad('witness', 'the witness is not the registrar whose key was given');
  }
  const { cell, handover } = body;
  const digest = hexOf(bodyDigest(crypto, body));
  const witnessed = { cell, handover, epoch: decided.epoch, digest };
  const isSigned = crypto.isSigned(
    witness.publicKey,
    witnessDigest(crypto, witnessed, witness.atMs),
    witness.signature,
  );
  if (!isSigned) return bad('witness', 'the signature is not by the registrar of the entries');
  return good('witness', `witnessed by the registrar at ${new Date(witness.atMs).toISOString()}`);
}

function unprovenOf({ body }: Certificate, { registrarKey }: VerifyOptions): readonly string[] {
  const missing = body.gateways?.missing ?? [];
  const unknown = Object.entries(body.ops).flatMap(([name, count]) =>
    count === null ? [name] : [],
  );
  return [
    ...(registrarKey === undefined
      ? ['that the registrar in the file is the one you trust: compare its key, or give it']
      : []),
    'that both operators told the truth where they agree: two that lie alike look alike',
    'that the set hashes were not forged by both: they find accidents, not two who plan together',
    'how long the pause was, and what gateways held: it is the word of whoever measured it',
    ...(missing.length > 0 ? [`what the clients of ${missing.join(', ')} met`] : []),
    ...(body.from.balances === null || body.to.balances === null
      ? ['what each video had, on the side that does not state its balances']
      : []),
    ...(unknown.length > 0 ? [`counts that nobody has told: ${unknown.join(', ')}`] : []),
    "people's accounts: cut and totals are of likes and views, not of names and passwords",
    'what happened after the last entry, and that the old copy was destroyed',
  ];
}
