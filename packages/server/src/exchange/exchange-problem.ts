// What an operator should hear of the exchange, and what its callers may be refused.

/** Something happened that reads do not show; `message` says what it means and what to do. */
export type ExchangeProblem = Readonly<{
  kind:
    | 'file-set-aside'
    | 'file-unavailable'
    | 'save-failed'
    | 'save-resumed'
    | 'videos-full'
    | 'cell-behind'
    | 'watcher-failed';
  message: string;
  cause: unknown;
}>;

/** More watchers, or videos of one watcher, than the exchange keeps. Nothing was changed. */
export class ExchangeFullError extends Error {
  override readonly name = 'ExchangeFullError';
  readonly code = 'overloaded';
  readonly retryable = true;
}
