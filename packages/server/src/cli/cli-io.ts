// What a command can reach of the outside: where it writes, what it was given, what time it is.

import { styleText } from 'node:util';

/** One of the two output streams. */
export type Output = Readonly<{
  write: (text: string) => void;
  isTerminal: boolean;
  /** Width of the terminal. */
  columns: number;
}>;

export type CliIo = Readonly<{
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  out: Output;
  err: Output;
  nowMs: () => number;
}>;

/** Ways of setting words apart; each returns the text as it was where colours are not wanted. */
export type Paint = Readonly<{
  bold: (text: string) => string;
  dim: (text: string) => string;
  good: (text: string) => string;
  warn: (text: string) => string;
  bad: (text: string) => string;
}>;

/** Colours for a terminal whose owner has not said no (https://no-color.org). */
export function paintFor(output: Output, env: CliIo['env'], json: boolean): Paint {
  const noColor = env['NO_COLOR'] ?? '';
  const wanted = output.isTerminal && noColor === '' && !json && env['TERM'] !== 'dumb';
  const style = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    wanted ? styleText(format, text, { validateStream: false }) : text;
  return {
    bold: style('bold'),
    dim: style('dim'),
    good: style('green'),
    warn: style('yellow'),
    bad: style('red'),
  };
}

/** Writes one JSON document, the whole of what `--json` puts on stdout. */
export function writeJson(io: CliIo, document: unknown): void {
  io.out.write(`${JSON.stringify(document)}\n`);
}
