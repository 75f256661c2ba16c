// What the console asks of the cell process that serves it.

import { approvalText, CONSOLE_API, enrolText, signInText } from '@holdfast/protocol/console.ts';
import type {
  ConsoleAuditEntry,
  ConsoleLive,
  ConsoleSession,
  ConsoleStarted,
  ConsoleStatus,
} from '@holdfast/protocol/console.ts';
import { ConsoleFault } from './console-fault.ts';
import type { PersonKey } from './person-key.ts';
import { fieldsOf, readAudit, readChecks, readLive, readSession, readStarted } from './wire.ts';

/** A start looks at the other side first, which may be far away. */
const ANSWER_MS_MAX = 35_000;

/** Which cell this console is of. */
export async function getCell(): Promise<string> {
  const { cell } = fieldsOf(await ask('GET', 'cell'));
  return readable(typeof cell === 'string' ? cell : undefined);
}

export async function getSession(): Promise<ConsoleSession> {
  return readable(readSession(await ask('GET', 'session')));
}

/** How it stands, with the samples after a place in the history such as `1f.12`. */
export async function getLive(after: string): Promise<ConsoleLive> {
  return readable(readLive(await ask('GET', `live?after=${after}`)));
}

export async function getAudit(): Promise<readonly ConsoleAuditEntry[]> {
  return readable(readAudit(await ask('GET', 'audit')));
}

/** Lets this browser in by a code. The key is kept by the caller, and only after this. */
export async function enrol(
  cell: string,
  { name, code, key }: Readonly<{ name: string; code: string; key: PersonKey }>,
): Promise<void> {
  const { publicKey } = key;
  const signature = await key.sign(enrolText({ cell, name, code, publicKey }));
  await ask('POST', 'enrol', { name, code, publicKey, signature });
}

export async function signIn(cell: string, name: string, key: PersonKey): Promise<ConsoleSession> {
  const { keyId } = key;
  const challenge = challengeIn(await ask('POST', 'challenge', { name }));
  const signature = await key.sign(signInText({ cell, name, keyId, challenge }));
  return readable(readSession(await ask('POST', 'sign-in', { name, keyId, challenge, signature })));
}

export async function signOut(): Promise<void> {
  await ask('POST', 'sign-out', {});
}

export async function start(url: string, dryRun: boolean): Promise<ConsoleStarted> {
  return readable(readStarted(await ask('POST', 'start', { url, dryRun })));
}

export async function rollback(dryRun: boolean): Promise<ConsoleStarted> {
  return readable(readStarted(await ask('POST', 'rollback', { dryRun })));
}

export async function abort(handover: string, reason: string): Promise<void> {
  await ask('POST', 'abort', { handover, reason });
}

/** Signs the cut that the person was shown, and no other: the cell refuses it for any other. */
export async function approve(
  { cell, party, epoch, handover }: ConsoleStatus,
  name: string,
  key: PersonKey,
): Promise<void> {
  if (handover === null) throw new ConsoleFault('none', 'There is no hand-over to approve.');
  const challenge = challengeIn(await ask('POST', 'approve/challenge', {}));
  const signature = await key.sign(
    approvalText({
      cell,
      handover: handover.id,
      source: `${party.operator}/${party.site}`,
      target: `${handover.target.operator}/${handover.target.site}`,
      epoch,
      name,
      keyId: key.keyId,
      challenge,
    }),
  );
  await ask('POST', 'approve', { handover: handover.id, epoch, challenge, signature });
}

function challengeIn(answer: unknown): string {
  const { challenge } = fieldsOf(answer);
  return readable(typeof challenge === 'string' ? challenge : undefined);
}

function readable<Value>(value: Value | undefined): Value {
  if (value !== undefined) return value;
  throw new ConsoleFault(
    'unreadable',
    'The cell answered in a form that this page cannot read. Load the page again: it may be older ' +
      'than the cell.',
  );
}

async function ask(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(`${CONSOLE_API}/${path}`, {
      method,
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
  } catch (cause) {
    const what =
      method === 'GET' ? '' : ' What you asked for may have been done or not: look first.';
    const text = `No answer from the cell process.${what} The hand-over does not depend on this page.`;
    throw new ConsoleFault('no-answer', text, [], cause);
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer;
  const { code, detail, checks } = fieldsOf(answer);
  throw new ConsoleFault(
    typeof code === 'string' ? code : `http-${response.status}`,
    typeof detail === 'string' ? detail : `The answer was ${response.status}.`,
    readChecks(checks),
  );
}
