// Why something at the console did not come about, in words for the person who asked.

import type { PreflightCheck } from '@holdfast/protocol/console.ts';

/** `message` says what happened, what it means and what to do. */
export class ConsoleFault extends Error {
  override readonly name = 'ConsoleFault';
  /** Stable: a code of the cell, or `no-answer`, `unreadable`, `no-keys`. */
  readonly code: string;
  /** What a refused start looked at. */
  readonly checks: readonly PreflightCheck[];

  constructor(
    code: string,
    message: string,
    checks: readonly PreflightCheck[] = [],
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.checks = checks;
  }
}

/** The code of a fault of ours; `undefined` for anything else. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof ConsoleFault ? error.code : undefined;
}
