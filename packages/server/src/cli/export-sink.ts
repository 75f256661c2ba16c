// Where an export goes: stdout, or a file that appears whole or not at all.

import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { CliError } from './cli-error.ts';
import type { Output } from './cli-io.ts';
import { messageOf } from './command-context.ts';
import { EXIT } from './exit-codes.ts';

export type Sink = Readonly<{
  write: (text: string) => void;
  /** Makes the file appear, replacing one of that name. */
  finish: () => void;
  /** Leaves no trace; an earlier file of that name stays. */
  abandon: () => void;
}>;

/** Opens `path`, or stdout when there is none. Throws `CliError` when the file cannot be written. */
export function openSink(stdout: Output, path: string | undefined): Sink {
  if (path === undefined) {
    return { write: stdout.write, finish: () => undefined, abandon: () => undefined };
  }
  const part = `${path}.part`;
  const guarded = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (cause) {
      throw cannotWrite(path, cause);
    }
  };
  const file = guarded(() => openSync(part, 'w'));
  return {
    write: (text) =>
      guarded(() => {
        const bytes = Buffer.from(text);
        for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
      }),
    finish: () =>
      guarded(() => {
        fsyncSync(file);
        closeSync(file);
        renameSync(part, path);
      }),
    abandon: () => {
      closeSync(file);
      rmSync(part, { force: true });
    },
  };
}

function cannotWrite(path: string, cause: unknown): CliError {
  return new CliError(
    EXIT.failed,
    'cannot-write',
    `${path} cannot be written: ${messageOf(cause)}. What was there before is unchanged. Name ` +
      'another file with --out.',
    cause,
  );
}
