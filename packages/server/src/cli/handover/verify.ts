// `holdfast handover verify`: checks a certificate from its file alone.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { verifyCertificate } from '@holdfast/engine/charter/verify-certificate.ts';
import type { Verdict } from '@holdfast/engine/charter/verify-certificate.ts';
import { nodeCrypto } from '../../signed/node-crypto.ts';
import { publicKeyOf } from '../../signed/wire-key.ts';
import { CliError } from '../cli-error.ts';
import { paintFor, writeJson } from '../cli-io.ts';
import type { CliIo } from '../cli-io.ts';
import { messageOf } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';

export type VerifyFlags = Readonly<{ registrarKey?: string; json?: true }>;

export function verifyFile(io: CliIo, file: string, flags: VerifyFlags): ExitCode {
  const { registrarKey, json } = flags;
  if (registrarKey !== undefined && publicKeyOf(registrarKey) === undefined) {
    throw new CliError(EXIT.usage, 'usage', '--registrar-key is no Ed25519 public key.');
  }
  const path = resolve(io.cwd, file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const message = `The certificate ${path} cannot be read: ${messageOf(cause)}.`;
    throw new CliError(EXIT.usage, 'unreadable', message, cause);
  }
  const verdict = verifyCertificate(nodeCrypto, text, { registrarKey });
  if (json === true) writeJson(io, documentOf(verdict));
  else io.out.write(textOf(io, verdict));
  return verdict.holds ? EXIT.ok : EXIT.failed;
}

function documentOf({ holds, checks, unproven, certificate }: Verdict): object {
  const { cell, handover } = certificate?.body ?? {};
  return { holds, cell: cell ?? null, handover: handover ?? null, checks, unproven };
}

function textOf(io: CliIo, { holds, checks, unproven }: Verdict): string {
  const paint = paintFor(io.out, io.env, false);
  const lines = checks.map((check) => {
    const mark = check.holds ? paint.good('holds') : paint.bad('FAILS');
    return `  ${mark}  ${check.name.padEnd(11)}${check.detail}`;
  });
  const verdict = holds
    ? paint.good('The certificate holds.')
    : paint.bad('The certificate does NOT hold. Do not rely on anything it says.');
  const limits = holds
    ? ['', 'What this file cannot prove:', ...unproven.map((what) => `  - ${what}`)]
    : [];
  return `${[verdict, '', ...lines, ...limits].join('\n')}\n`;
}
