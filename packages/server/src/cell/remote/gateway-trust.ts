// Which gateways a cell lets in.
//
// Rules: docs/spec/wire.md (W117 to W119). A gateway speaks for people: what it says of who acts is
// believed. So it is let in by its key alone, and only when somebody who runs the cell named it.
// On a loopback address nothing needs to be named, because nobody else can reach it there.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isWireName } from '@holdfast/protocol/ids.ts';
import { publicKeyOf } from '../../signed/wire-key.ts';
import type { WireParty } from '../../signed/wire-key.ts';

/** Files of a folder that are read, and bytes of one. */
export const TRUST_FILES_MAX = 256;
export const TRUST_FILE_BYTES_MAX: number = 64 * 1024;
/** A file that changes is taken within this. */
const REREAD_MS = 1_000;
const FILE_ENDING = '.pub';

/** Who may come in: everybody on this machine, or those who are listed in these places. */
export type TrustPolicy = Readonly<
  | { kind: 'this-machine' }
  /** Files, folders of `*.pub` files, or lines: operator, site and public key apart by spaces. */
  | { kind: 'listed'; sources: readonly string[] }
>;

type Named = Readonly<{ operator: string; site: string; publicKey: string }>;

export type GatewayTrust = Readonly<{
  /** Names of the holder of a key that is trusted now. */
  lookup: (claimed: WireParty) => Readonly<{ operator: string; site: string }> | undefined;
  isGateway: (sender: WireParty) => boolean;
}>;

export type OpenTrust = Readonly<{
  policy: TrustPolicy;
  monotonicMs: () => number;
  /** Told of a line or file that cannot be used; the others are used all the same. */
  onProblem: (problem: string) => void;
}>;

export function openGatewayTrust({ policy, monotonicMs, onProblem }: OpenTrust): GatewayTrust {
  let known: ReadonlyMap<string, Named> = new Map();
  let readAtMs = -Infinity;
  let told: ReadonlySet<string> = new Set();

  const listed = (sources: readonly string[]): ReadonlyMap<string, Named> => {
    const nowMs = monotonicMs();
    if (nowMs < readAtMs + REREAD_MS) return known;
    readAtMs = nowMs;
    const problems = new Set<string>();
    known = readTrusted(sources, (problem) => problems.add(problem));
    for (const problem of problems) if (!told.has(problem)) onProblem(problem);
    told = problems;
    return known;
  };

  const lookup: GatewayTrust['lookup'] = (claimed) => {
    if (policy.kind === 'this-machine') return claimed;
    const found = listed(policy.sources).get(claimed.publicKey);
    const isSame = found?.operator === claimed.operator && found.site === claimed.site;
    return isSame ? found : undefined;
  };
  return { lookup, isGateway: (sender) => lookup(sender) !== undefined };
}

/** The line by which a gateway is named to cells. */
export function trustLine({ operator, site, publicKey }: Named): string {
  return `${operator} ${site} ${publicKey}`;
}

/** Reads a line; `undefined` when it is none. */
export function readTrustLine(text: string): Named | undefined {
  const [operator, site, publicKey, ...rest] = text.trim().split(/\s+/);
  if (!isWireName(operator) || !isWireName(site) || rest.length > 0) return undefined;
  if (publicKey === undefined || publicKeyOf(publicKey) === undefined) return undefined;
  return { operator, site, publicKey };
}

function readTrusted(
  sources: readonly string[],
  onProblem: (problem: string) => void,
): ReadonlyMap<string, Named> {
  const trusted = new Map<string, Named>();
  const add = (named: Named): void => {
    trusted.set(named.publicKey, named);
  };
  for (const source of sources) {
    const line = readTrustLine(source);
    if (line !== undefined) {
      add(line);
      continue;
    }
    for (const file of filesOf(source, onProblem)) readTrustFile(file, add, onProblem);
  }
  return trusted;
}

/** The file itself, or those of a folder. What is not there yet may come later. */
function filesOf(path: string, onProblem: (problem: string) => void): readonly string[] {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return [];
    if (!stats.isDirectory()) return [path];
    const names = readdirSync(path).filter((name) => name.endsWith(FILE_ENDING));
    if (names.length > TRUST_FILES_MAX) {
      onProblem(`${path} has more than ${TRUST_FILES_MAX} files; only the first are read`);
    }
    return names
      .toSorted()
      .slice(0, TRUST_FILES_MAX)
      .map((name) => join(path, name));
  } catch (cause) {
    onProblem(`${path} cannot be read (${String(cause)}); no gateway that it names is let in`);
    return [];
  }
}

function readTrustFile(
  file: string,
  add: (named: Named) => void,
  onProblem: (problem: string) => void,
): void {
  let text: string;
  try {
    const { size } = statSync(file);
    if (size > TRUST_FILE_BYTES_MAX) throw new RangeError(`it has ${size} bytes`);
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    onProblem(`${file} cannot be read (${String(cause)}); no gateway that it names is let in`);
    return;
  }
  for (const [index, line] of text.split('\n').entries()) {
    const words = line.replace(/#.*/, '').trim();
    if (words === '') continue;
    const named = readTrustLine(words);
    if (named !== undefined) add(named);
    else onProblem(`line ${index + 1} of ${file} is not operator, site and public key; left out`);
  }
}
