// Runs what the machine asks for, and tells it what came of it.
//
// Whatever is begun belongs to a round; stopping begins a new one, and answers of an older round are
// dropped. So an upload that was cancelled, or replaced by another file, cannot come back to life.

import { isMoving, step } from './upload-machine.ts';
import type {
  Effect,
  Picked,
  Probe,
  Problem,
  Range,
  Upload,
  UploadEvent,
} from './upload-machine.ts';
import { addSample, timeLeftMs } from './send-rate.ts';
import type { Samples } from './send-rate.ts';

/** How a send ended, when it did not go through. */
export type SendFault = Readonly<
  | { kind: 'cut' }
  | { kind: 'lost' }
  | { kind: 'refused'; problem: Problem }
  | { kind: 'failed'; problem: Problem }
>;

type Looked = Readonly<
  | {
      kind: 'probed';
      probe: Probe;
      needs: Extract<UploadEvent, { kind: 'probed' }>['needs'];
      canEncode: boolean;
    }
  | { kind: 'refused'; problem: Problem }
>;

type Made = Readonly<
  { kind: 'made'; file: Picked; probe: Probe } | { kind: 'failed'; problem: Problem }
>;

/** What the runner needs of the browser and the server. Nothing here throws but for a fault. */
export type UploadPorts = Readonly<{
  look: (file: Picked) => Promise<Looked>;
  make: (
    job: Readonly<{ file: Picked; probe: Probe; range: Range; signal: AbortSignal }>,
    onPart: (part: number) => void,
  ) => Promise<Made>;
  /** Sends what the server does not have yet, and ends when the server has it all. */
  send: (
    file: Picked,
    onSent: (sent: number, total: number) => void,
    signal: AbortSignal,
  ) => Promise<SendFault | null>;
  /** Removes what the server has of the upload; done also when there is nothing. */
  discard: () => Promise<void>;
  /** Ends when the server has checked the file: with what is wrong, or `null`. */
  checked: (signal: AbortSignal) => Promise<Problem | null>;
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  isOnline: () => boolean;
  nowMs: () => number;
}>;

export type UploadRunner = Readonly<{
  now: () => Upload;
  timeLeftMs: () => number | null;
  subscribe: (listener: () => void) => () => void;
  tell: (event: UploadEvent) => void;
}>;

const PAGE_FAULT: Problem = { code: 'page-fault', detail: null };

export function createUploadRunner(ports: UploadPorts): UploadRunner {
  let state: Upload = { kind: 'idle' };
  let samples: Samples = [];
  let round = new AbortController();
  /** Removing and sending must not overtake each other. */
  let removing: Promise<void> = Promise.resolve();
  const listeners = new Set<() => void>();

  const tell = (event: UploadEvent): void => {
    const { next, effects } = step(state, event);
    if (next.kind !== 'uploading') samples = [];
    else samples = addSample(samples, ports.nowMs(), next.sent);
    const hasChanged = next !== state;
    state = next;
    for (const effect of effects) run(effect);
    if (hasChanged) for (const listener of listeners) listener();
  };

  /** Runs a piece of work whose answer counts only while its round lasts. */
  const during = (work: (signal: AbortSignal) => Promise<UploadEvent>): void => {
    const { signal } = round;
    work(signal).then(
      (event) => {
        if (!signal.aborted) tell(event);
      },
      () => {
        if (!signal.aborted) tell({ kind: 'fail', problem: PAGE_FAULT });
      },
    );
  };

  const send = async (file: Picked, signal: AbortSignal): Promise<UploadEvent> => {
    await removing;
    const onSent = (done: number, total: number): void => {
      if (!signal.aborted) tell({ kind: 'progress', done, total });
    };
    const fault = await ports.send(file, onSent, signal);
    if (fault === null) return { kind: 'sent' };
    switch (fault.kind) {
      case 'cut':
        return { kind: 'cut', offline: !ports.isOnline() };
      case 'lost':
        await ports.discard();
        return { kind: 'lost' };
      case 'refused':
        return { kind: 'refuse', problem: fault.problem };
      case 'failed':
        return { kind: 'fail', problem: fault.problem };
    }
  };

  const run = (effect: Effect): void => {
    switch (effect.kind) {
      case 'stop':
        round.abort();
        round = new AbortController();
        return;
      case 'discard':
        removing = removing.then(() => ports.discard());
        return;
      case 'probe':
        return during(async () => {
          const looked = await ports.look(effect.file);
          return looked.kind === 'refused' ? { kind: 'refuse', problem: looked.problem } : looked;
        });
      case 'prepare':
        return during(async (signal) => {
          const onPart = (part: number): void => {
            if (!signal.aborted) tell({ kind: 'progress', done: part, total: 1 });
          };
          const made = await ports.make({ ...effect, signal }, onPart);
          if (made.kind === 'failed') return { kind: 'fail', problem: made.problem };
          return { kind: 'prepared', file: made.file, probe: made.probe };
        });
      case 'send':
        return during((signal) => send(effect.file, signal));
      case 'watch':
        return during(async (signal) => ({
          kind: 'checked',
          problem: await ports.checked(signal),
        }));
      case 'wake-after':
        return during(async (signal) => {
          await ports.sleep(effect.ms, signal);
          return { kind: 'wake' };
        });
    }
  };

  return {
    now: () => state,
    timeLeftMs: () =>
      state.kind === 'uploading' ? timeLeftMs(samples, ports.nowMs(), state.total) : null,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell,
  };
}

/** Whether any of several uploads would be stopped by leaving the page. */
export function areMoving(runners: Iterable<UploadRunner>): boolean {
  return [...runners].some((runner) => isMoving(runner.now()));
}
