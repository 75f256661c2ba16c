// Why a message is refused before anybody acts on it, as a problem document.

import { STATUS_CODES } from 'node:http';
import { WIRE_VERSION } from './preimage.ts';

export const WIRE_PROBLEMS = {
  'wire-unsigned': 401,
  'wire-malformed': 400,
  'wire-version': 426,
  'wire-path-unknown': 404,
  'wire-unknown-key': 401,
  'wire-wrong-audience': 421,
  'wire-signature': 401,
  'wire-clock': 401,
  'wire-session-unknown': 401,
  'wire-replayed': 409,
  'wire-too-large': 413,
  'wire-failed': 500,
} as const satisfies Record<string, number>;

export type WireProblemCode = keyof typeof WIRE_PROBLEMS;

export type WireRefusal = Readonly<{ kind: 'wire-refusal'; code: WireProblemCode; detail: string }>;

export function wireRefusal(code: WireProblemCode, detail: string): WireRefusal {
  return { kind: 'wire-refusal', code, detail };
}

export function versionRefusal(theirs: number): WireRefusal {
  const newer = theirs > WIRE_VERSION ? 'this' : 'the sending';
  return wireRefusal(
    'wire-version',
    `The message is in version ${theirs} of the wire protocol and this side speaks version ` +
      `${WIRE_VERSION}. Nothing was done. Bring ${newer} side to the newer version of Holdfast.`,
  );
}

/** Why an answer was not taken. */
export function answerVersionText(theirs: number): string {
  const newer = theirs > WIRE_VERSION ? 'this' : 'the answering';
  return (
    `The answer is in version ${theirs} of the wire protocol and this side speaks version ` +
    `${WIRE_VERSION}. It was not taken. Bring ${newer} side to the newer version of Holdfast.`
  );
}

/** Names both clocks, so that whoever reads it sees which of them is wrong. */
export function clockRefusal(theirsMs: number, oursMs: number): WireRefusal {
  const apartSeconds = Math.round(Math.abs(theirsMs - oursMs) / 1_000);
  return wireRefusal(
    'wire-clock',
    `The sender's clock says ${timeText(theirsMs)} and this side's says ${timeText(oursMs)}: ` +
      `${apartSeconds} s apart. Nothing was done. Set the one that is wrong, and try again.`,
  );
}

/** The body of a refusal. */
export function wireProblemText({ code, detail }: WireRefusal): string {
  const status = WIRE_PROBLEMS[code];
  const type = `urn:holdfast:problem:${code}`;
  const retryable = code === 'wire-session-unknown' || code === 'wire-failed';
  return JSON.stringify({ type, title: STATUS_CODES[status], status, detail, code, retryable });
}

/** Code and detail of a problem document that arrived; `undefined` when it is none. */
export function readProblem(
  body: Uint8Array,
): Readonly<{ code: string; detail: string }> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { code, detail } = value as Readonly<Partial<Record<string, unknown>>>;
  return typeof code === 'string' && typeof detail === 'string' ? { code, detail } : undefined;
}

function timeText(timeMs: number): string {
  // The sender chose the number; not every number is a date.
  const date = new Date(timeMs);
  return Number.isNaN(date.getTime()) ? `${timeMs} ms` : date.toISOString();
}
