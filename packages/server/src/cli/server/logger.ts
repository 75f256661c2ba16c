// The log: JSON lines for machines, short lines for a person at a terminal; on stderr either way.
//
// It holds no personal data. Credentials that get into a log object by mistake are blanked here,
// but the first rule is not to log what people send.

import { pino } from 'pino';
import type { Logger } from 'pino';
import type { LogLevel } from '../../config/config.ts';
import type { Paint } from '../cli-io.ts';

/** Where credentials could be in what is logged. */
const REDACTED_PATHS = ['authorization', 'cookie', 'password', 'grant', 'token', 'secret'].flatMap(
  (name) => [name, `headers.${name}`, `*.headers.${name}`, `*.${name}`],
);

export type OpenLogger = Readonly<{
  level: LogLevel;
  write: (text: string) => void;
  /** Short lines with these colours instead of JSON. */
  pretty: Paint | undefined;
}>;

/** Makes the logger of the process; each line is written before the call returns. */
export function openLogger({ level, write, pretty }: OpenLogger): Logger {
  return pino(
    {
      level,
      // The process and machine add nothing to the log of one process, and a host name may tell
      // more than is anybody's business.
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: [...REDACTED_PATHS, 'headers["set-cookie"]'], censor: '[redacted]' },
    },
    { write: pretty === undefined ? write : (line) => write(prettyLine(line, pretty)) },
  );
}

const LEFT_OUT = ['level', 'time', 'msg', 'err'];

/** A log line as people read it: `14:03:02 warn  cell is away  cell=us`. */
export function prettyLine(line: string, paint: Paint): string {
  const entry = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const level = textOf(entry['level']);
  const time = new Date(textOf(entry['time'])).toTimeString().slice(0, 8);
  const details = Object.entries(entry)
    .filter(([name]) => !LEFT_OUT.includes(name))
    .map(([name, value]) => `  ${name}=${textOf(value)}`);
  const error = entry['err'] === undefined ? '' : `\n${paint.dim(errorText(entry['err']))}`;
  const word = painted(level, paint)(level.padEnd(5));
  return `${paint.dim(time)} ${word} ${textOf(entry['msg'])}${paint.dim(details.join(''))}${error}\n`;
}

function painted(level: string, paint: Paint): (text: string) => string {
  if (level === 'warn') return paint.warn;
  if (level === 'error' || level === 'fatal') return paint.bad;
  return level === 'info' ? paint.good : paint.dim;
}

function errorText(error: unknown): string {
  if (typeof error !== 'object' || error === null) return textOf(error);
  const { stack, message } = error as Readonly<Partial<Record<'stack' | 'message', unknown>>>;
  return textOf(stack ?? message);
}

function textOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
