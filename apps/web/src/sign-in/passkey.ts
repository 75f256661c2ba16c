// Signing in with a passkey. The browser's part is only loaded when somebody wants it.

import type { startAuthentication } from '@simplewebauthn/browser';
import { ask } from '../app/ask.ts';
import type { Trouble } from '../app/ask.ts';

export type PasskeyEnd = Readonly<
  | { kind: 'entered' }
  | { kind: 'cancelled' }
  | { kind: 'none' }
  | { kind: 'trouble'; trouble: Trouble }
>;

type Options = Parameters<typeof startAuthentication>[0];

export function hasPasskeys(): boolean {
  return 'PublicKeyCredential' in globalThis;
}

/** Asks the server for a challenge and the device for an answer to it. */
export async function enterWithPasskey(): Promise<PasskeyEnd> {
  const options = await ask('/v1/sign-in/passkey/options', anything, { method: 'POST', body: {} });
  if (options.kind === 'problem' && options.problem.status === 404) return { kind: 'none' };
  if (options.kind !== 'ok') return { kind: 'trouble', trouble: options };
  const response = await answerOf(options.value);
  if (response === undefined) return { kind: 'cancelled' };
  const entered = await ask('/v1/sign-in/passkey', anything, {
    method: 'POST',
    body: { response },
  });
  return entered.kind === 'ok' ? { kind: 'entered' } : { kind: 'trouble', trouble: entered };
}

async function answerOf(options: unknown): Promise<unknown> {
  try {
    const { startAuthentication: start } = await import('@simplewebauthn/browser');
    // The form is the browser's to check: it refuses what it cannot take.
    return await start({ optionsJSON: options } as Options);
  } catch {
    return undefined;
  }
}

function anything(value: unknown): NonNullable<unknown> {
  return value ?? {};
}
