// The exit codes of every command, in one table; help and documents print this one.

export const EXIT = { ok: 0, failed: 1, usage: 2, locked: 3, unreachable: 4 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'done; a check found nothing wrong',
  failed: 'the work failed, or a check found differences',
  usage: 'wrong usage: a flag, a variable or a path; nothing was done',
  locked: 'another Holdfast is using the data folder; nothing was done',
  unreachable: 'the server cannot be reached',
};

/** The table as help shows it. */
export function exitCodesHelp(): string {
  const lines = Object.entries(EXIT).map(
    ([name, code]) => `  ${code}  ${MEANINGS[name as keyof typeof EXIT]}`,
  );
  return `Exit codes:\n${lines.join('\n')}`;
}
