// Why a server cannot listen, in words.

import { CliError } from '../cli-error.ts';
import { messageOf } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';

const REASONS: Readonly<Record<string, (host: string, port: number) => string>> = {
  EADDRINUSE: (host, port) =>
    `Another program is listening on ${host} port ${port}. No count was touched. Stop it, or ` +
    'choose another port with --port or HOLDFAST_PORT.',
  EACCES: (_host, port) =>
    `This user may not listen on port ${port}. No count was touched. Choose a port from 1024 on ` +
    'with --port or HOLDFAST_PORT, and put a proxy in front of it.',
  EADDRNOTAVAIL: (host) =>
    `${host} is no address of this machine. No count was touched. Choose one with --host or ` +
    'HOLDFAST_HOST: 127.0.0.1 for this machine alone, 0.0.0.0 for all its addresses.',
};

/** The error for what `listen` threw. */
export function listenError(host: string, port: number, cause: unknown): CliError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const reason =
    REASONS[code]?.(host, port) ??
    `Cannot listen on ${host} port ${port}: ${messageOf(cause)}. No count was touched.`;
  return new CliError(EXIT.failed, code === 'EADDRINUSE' ? 'port-in-use' : 'listen', reason, cause);
}
