// Progress of long work, on stderr: one line that is redrawn on a terminal, else a line at times.

import type { Output } from './cli-io.ts';

/** Tells how far a part of the work is. `msLeft` is `undefined` while it cannot be estimated. */
export type OnProgress = (
  part: string,
  done: number,
  total: number,
  msLeft: number | undefined,
) => void;

export type Progress = Readonly<{
  report: OnProgress;
  /** Removes the redrawn line, so that what is written next stands alone. */
  clear: () => void;
}>;

const REDRAW_MS = 100;
const LINE_EVERY_MS = 5_000;
const CLEAR_LINE = '\r\u001B[2K';

/** Shows progress on `output`; `nowMs` may be any clock that does not go backwards. */
export function showProgress(output: Output, nowMs: () => number): Progress {
  const everyMs = output.isTerminal ? REDRAW_MS : LINE_EVERY_MS;
  // Short work without a terminal says nothing at all: its first line is due after the pause.
  let shownAtMs = output.isTerminal ? Number.NEGATIVE_INFINITY : nowMs();
  let isDrawn = false;

  return {
    report: (part, done, total, msLeft) => {
      const atMs = nowMs();
      if (atMs - shownAtMs < everyMs) return;
      shownAtMs = atMs;
      const line = progressLine(part, done, total, msLeft);
      // The last column stays free, as some terminals wrap when it is used.
      if (output.isTerminal) output.write(CLEAR_LINE + line.slice(0, output.columns - 1));
      else output.write(`${line}\n`);
      isDrawn = output.isTerminal;
    },
    clear: () => {
      if (isDrawn) output.write(CLEAR_LINE);
      isDrawn = false;
    },
  };
}

/** One line of progress, such as `us: recounting  25 % (250 of 1,000)  about 3 s left`. */
export function progressLine(
  part: string,
  done: number,
  total: number,
  msLeft: number | undefined,
): string {
  const percent = total > 0 ? Math.floor((Math.min(done, total) / total) * 100) : 0;
  const left = msLeft === undefined ? '' : `  about ${durationText(msLeft)} left`;
  return `${part}  ${percent} % (${grouped(done)} of ${grouped(total)})${left}`;
}

/** A length of time in the two largest units that matter, such as `3 min 20 s`. */
export function durationText(lengthMs: number): string {
  const seconds = Math.max(0, Math.ceil(lengthMs / 1_000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours > 0) return `${hours} h ${minutes % 60} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

/** A number with its thousands apart, as people read it. */
export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}
