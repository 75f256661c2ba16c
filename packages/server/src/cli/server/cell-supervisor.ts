// Keeps one cell running beside a gateway that must not fall with it.
//
// The gateway holds one `CellClient` for as long as it lives; behind it a cell may fail to start,
// die, and come back. Meanwhile every request is answered at once as `unavailable`, so a device
// keeps its ops and sends them again under the same names, and readers see the last counts go
// stale. A new run of the cell is subscribed to before it is asked for what was missed.

import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { CellClient, CellUnavailable } from '../../cell/cell-client.ts';
import type { Publication } from '../../border/publication.ts';

/** The first pause before another try; each further one is twice as long … */
export const RETRY_MS_MIN = 500;
/** … up to this. */
export const RETRY_MS_MAX = 30_000;
/** A cell that ran this long had no lasting fault: pauses begin anew. */
export const HEALTHY_MS = 60_000;

/** One run of a cell. */
export type CellRun = Readonly<{
  client: CellClient;
  /** Closes journal and state; resolves when they are. */
  stop: () => Promise<void>;
  /** Resolves when the run is over, asked for or not, with the reason where there is one. */
  exited: Promise<unknown>;
}>;

export type CellEvent = Readonly<
  | { kind: 'up' }
  | { kind: 'start-failed'; cause: unknown; retryMs: number }
  | { kind: 'died'; cause: unknown; retryMs: number }
>;

export type SupervisedCell = Readonly<{
  client: CellClient;
  /** Begins; resolves when the cell is up or has failed once, and goes on in the background. */
  begin: () => Promise<void>;
  /** Stops the cell cleanly and for good. Rejects when that failed. */
  stop: () => Promise<void>;
}>;

export type SuperviseCell = Readonly<{
  jurisdiction: Jurisdiction;
  start: () => Promise<CellRun>;
  /** Told after listeners are subscribed to a new run: the moment to ask for a resync. */
  onUp: (client: CellClient) => void;
  onEvent: (event: CellEvent) => void;
  /** A clock that does not jump. */
  monotonicMs: () => number;
  /** Resolves after the pause, or at once when the signal is aborted. */
  pause: (pauseMs: number, signal: AbortSignal) => Promise<void>;
}>;

type Listener = (publication: Publication) => void;

/** Makes the client and the care for the cell behind it; nothing runs until `begin`. */
export function superviseCell(options: SuperviseCell): SupervisedCell {
  const { jurisdiction, onEvent, monotonicMs } = options;
  const stopping = new AbortController();
  const relay = clientRelay(jurisdiction, stopping.signal);
  let run: CellRun | undefined;
  let over: Promise<void> = Promise.resolve();
  /** How the run ended that was asked to stop. */
  let lastFault: unknown;

  const keepRunning = async (onFirst: () => void): Promise<void> => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      let kind: 'start-failed' | 'died' = 'start-failed';
      let cause: unknown;
      const begunAtMs = monotonicMs();
      try {
        run = await options.start();
        if (stopping.signal.aborted) break;
        kind = 'died';
        relay.attach(run.client);
        options.onUp(run.client);
        onEvent({ kind: 'up' });
        onFirst();
        cause = await run.exited;
      } catch (thrown) {
        cause = thrown;
        // A run that could not be used must not go on beside the next one.
        await run?.stop().catch(() => undefined);
      }
      relay.detach();
      run = undefined;
      if (stopping.signal.aborted) {
        if (kind === 'died') lastFault = cause;
        break;
      }
      if (kind === 'died' && monotonicMs() - begunAtMs >= HEALTHY_MS) failures = 0;
      const retryMs = Math.min(RETRY_MS_MIN * 2 ** failures, RETRY_MS_MAX);
      failures += 1;
      onEvent({ kind, cause, retryMs });
      onFirst();
      await options.pause(retryMs, stopping.signal);
    }
    onFirst();
  };

  return {
    client: relay.client,
    begin: () =>
      new Promise((resolve) => {
        over = keepRunning(resolve);
      }),
    stop: async () => {
      stopping.abort();
      await run?.stop();
      await over;
      // A run that came up while the stop was asked for.
      await run?.stop();
      if (lastFault instanceof Error) throw lastFault;
    },
  };
}

/** The client that gateways hold, over whichever run there is. */
function clientRelay(
  jurisdiction: Jurisdiction,
  stopping: AbortSignal,
): Readonly<{ client: CellClient; attach: (to: CellClient) => void; detach: () => void }> {
  const listeners = new Map<Listener, (() => void) | undefined>();
  let target: CellClient | undefined;

  const unavailable = (): CellUnavailable => ({
    kind: 'unavailable',
    code: stopping.aborted ? 'shutting-down' : 'cell-unavailable',
    retryAfterMs: 1_000,
  });

  const client: CellClient = {
    jurisdiction,
    submit: (groups, done) => {
      if (target !== undefined) target.submit(groups, done);
      // Later, as the port promises; a caller may not expect to be called back at once.
      else setImmediate(() => done(unavailable()));
    },
    call: (name, ask) => target?.call(name, ask) ?? Promise.resolve(unavailable()),
    subscribe: (listener) => {
      listeners.set(listener, target?.subscribe(listener));
      return () => {
        listeners.get(listener)?.();
        listeners.delete(listener);
      };
    },
    resync: (position) => target?.resync(position),
    ready: () => target?.ready() ?? false,
  };

  return {
    client,
    attach: (to) => {
      target = to;
      for (const listener of listeners.keys()) listeners.set(listener, to.subscribe(listener));
    },
    detach: () => {
      target = undefined;
      for (const [listener, end] of listeners) {
        end?.();
        listeners.set(listener, undefined);
      }
    },
  };
}
