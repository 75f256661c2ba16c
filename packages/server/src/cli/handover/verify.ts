// `holdfast handover verify`: checks a certificate from its file alone, and a video's balances against
// it; or the inventory of a retirement.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { verifyCertificate } from '@holdfast/engine/charter/verify-certificate.ts';
import type { Verdict } from '@holdfast/engine/charter/verify-certificate.ts';
import { looksLikeInventory, verifyInventory } from '@holdfast/engine/charter/inventory.ts';
import { verifyBalances } from '../../balances/verify-balances.ts';
import { nodeCrypto } from '../../signed/node-crypto.ts';
import { publicKeyOf } from '../../signed/wire-key.ts';
import { CliError } from '../cli-error.ts';
import { paintFor, writeJson } from '../cli-io.ts';
import type { CliIo } from '../cli-io.ts';
import { messageOf } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';

export type VerifyFlags = Readonly<{ registrarKey?: string; balance?: string; json?: true }>;

type Shown = Pick<Verdict, 'holds' | 'unproven' | 'certificate'> &
  Readonly<{
    checks: readonly Readonly<{ name: string; holds: boolean; detail: string }>[];
    /** A balance was checked against a certificate that holds. */
    isWithBalance: boolean;
  }>;

export function verifyFile(io: CliIo, file: string, flags: VerifyFlags): ExitCode {
  const { registrarKey, balance, json } = flags;
  if (registrarKey !== undefined && publicKeyOf(registrarKey) === undefined) {
    throw new CliError(EXIT.usage, 'usage', '--registrar-key is no Ed25519 public key.');
  }
  const certificate = textIn(io, file, 'certificate');
  if (balance === undefined && looksLikeInventory(certificate)) {
    return showInventory(io, certificate, flags);
  }
  const verdict = withBalance(
    verifyCertificate(nodeCrypto, certificate, { registrarKey }),
    balance === undefined ? undefined : textIn(io, balance, 'file of balances'),
  );
  if (json === true) writeJson(io, documentOf(verdict));
  else io.out.write(textOf(io, verdict));
  return verdict.holds ? EXIT.ok : EXIT.failed;
}

/** E16: an inventory is checked by the same command. */
function showInventory(io: CliIo, file: string, { registrarKey, json }: VerifyFlags): ExitCode {
  const verdict = verifyInventory(nodeCrypto, file, { registrarKey });
  const { holds, checks, unproven, inventory } = verdict;
  const { cell, handover } = inventory?.body ?? {};
  if (json === true) {
    writeJson(io, { holds, cell: cell ?? null, handover: handover ?? null, checks, unproven });
  } else {
    const good = 'The inventory of a retirement holds.';
    const bad = 'The inventory does NOT hold. Do not rely on anything it says.';
    io.out.write(reportOf(io, holds ? good : bad, verdict));
  }
  return holds ? EXIT.ok : EXIT.failed;
}

function textIn(io: CliIo, file: string, what: string): string {
  const path = resolve(io.cwd, file);
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const message = `The ${what} ${path} cannot be read: ${messageOf(cause)}.`;
    throw new CliError(EXIT.usage, 'unreadable', message, cause);
  }
}

/** BL11: nothing is said of balances by a certificate that does not hold itself. */
function withBalance(verdict: Verdict, balance: string | undefined): Shown {
  const { holds, checks, certificate } = verdict;
  if (balance === undefined || !holds || certificate === undefined) {
    return { ...verdict, isWithBalance: false };
  }
  const more = verifyBalances(balance, certificate.body);
  return {
    ...verdict,
    holds: more.every((check) => check.holds),
    checks: [...checks, ...more],
    isWithBalance: true,
  };
}

function documentOf({ holds, checks, unproven, certificate }: Shown): object {
  const { cell, handover } = certificate?.body ?? {};
  return { holds, cell: cell ?? null, handover: handover ?? null, checks, unproven };
}

function textOf(io: CliIo, shown: Shown): string {
  const { holds, isWithBalance } = shown;
  const good = isWithBalance ? 'The certificate and the balance hold.' : 'The certificate holds.';
  const bad = isWithBalance
    ? 'The certificate holds, but the balance does NOT fit it. Do not rely on its numbers.'
    : 'The certificate does NOT hold. Do not rely on anything it says.';
  return reportOf(io, holds ? good : bad, shown);
}

function reportOf(
  io: CliIo,
  words: string,
  { holds, checks, unproven }: Pick<Shown, 'holds' | 'checks' | 'unproven'>,
): string {
  const paint = paintFor(io.out, io.env, false);
  const lines = checks.map((check) => {
    const mark = check.holds ? paint.good('holds') : paint.bad('FAILS');
    return `  ${mark}  ${check.name.padEnd(11)}${check.detail}`;
  });
  const verdict = holds ? paint.good(words) : paint.bad(words);
  const limits = holds
    ? ['', 'What this file cannot prove:', ...unproven.map((what) => `  - ${what}`)]
    : [];
  return `${[verdict, '', ...lines, ...limits].join('\n')}\n`;
}
