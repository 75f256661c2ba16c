// What a check says: differences between what is there and what ought to be, and how far it is.

export type Difference = Readonly<{
  what: string;
  expected: string | number;
  found: string | number;
}>;

/** Tells how far a part of the work is; `undefined` while the time left cannot be told. */
export type OnCheckProgress = (
  part: string,
  done: number,
  total: number,
  msLeft: number | undefined,
) => void;

export type CheckOptions = Readonly<{
  onProgress: OnCheckProgress;
  monotonicMs: () => number;
}>;

/** Differences that are listed; more say the same. */
export const DIFFERENCES_MAX = 1_000;
/** Rows between two words about progress. */
const PROGRESS_ROWS = 50_000;

/** Collects what does not agree, up to `DIFFERENCES_MAX`. */
export class Differences {
  readonly found: Difference[] = [];

  expect(what: string, expected: string | number, found: string | number): void {
    if (expected === found || this.found.length >= DIFFERENCES_MAX) return;
    this.found.push({ what, expected, found });
  }
}

/** Says how far `part` is, with an estimate from the speed so far. */
export function progressOf(part: string, total: number, options: CheckOptions) {
  const startedAt = options.monotonicMs();
  let done = 0;
  return (): void => {
    done += 1;
    if (done % PROGRESS_ROWS !== 0) return;
    const msPerRow = (options.monotonicMs() - startedAt) / done;
    options.onProgress(part, done, total, Math.round(msPerRow * Math.max(0, total - done)));
  };
}
