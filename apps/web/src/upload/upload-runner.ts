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
  const listeners = new Set<() => void>();

  const tell = (event: UploadEvent): void => {
    const { next, effects } = step(state, event);
    if (next.kind !== 'uploading') samples = [];
    else samples = addSample(samples, ports.nowMs(), next.sent);
    const hasChanged = next !== state;
    state = next;
    for (const effect of effects) {
      if (effect.kind === 'stop') {
        round.abort();
        round = new AbortController();
      } else begin(effect);
    }
    if (hasChanged) for (const listener of listeners) listener();
  };

  /** Runs a piece of work whose answer counts only while its round lasts. */
  const during = (work: Work): void => {
    const { signal } = round;
    const say = (event: UploadEvent): void => {
      if (!signal.aborted) tell(event);
    };
    work(signal, say).then(say, () => say({ kind: 'fail', problem: PAGE_FAULT }));
  };
  const begin = effectsRunner(ports, during);

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

/** Work that ends as an event, and may say others on its way. */
type Work = (signal: AbortSignal, say: (event: UploadEvent) => void) => Promise<UploadEvent>;
type Begun = Exclude<Effect, { kind: 'stop' }>;

/** How each effect is begun. Removing and sending do not overtake each other. */
function effectsRunner(ports: UploadPorts, during: (work: Work) => void): (effect: Begun) => void {
  let removing: Promise<void> = Promise.resolve();
  return (effect) => {
    switch (effect.kind) {
      case 'discard':
        removing = removing.then(() => ports.discard());
        return;
      case 'probe':
        return during(async () => {
          const looked = await ports.look(effect.file);
          return looked.kind === 'refused' ? { kind: 'refuse', problem: looked.problem } : looked;
        });
      case 'prepare':
        return during(async (signal, say) => {
          const made = await ports.make({ ...effect, signal }, (part) => {
            say({ kind: 'progress', done: part, total: 1 });
          });
          if (made.kind === 'failed') return { kind: 'fail', problem: made.problem };
          return { kind: 'prepared', file: made.file, probe: made.probe };
        });
      case 'send':
        return during(async (signal, say) => {
          await removing;
          return send(ports, effect.file, signal, say);
        });
      case 'watch':
        return during(async (signal) => {
          return { kind: 'checked', problem: await ports.checked(signal) };
        });
      case 'wake-after':
        return during(async (signal) => {
          await ports.sleep(effect.ms, signal);
          return { kind: 'wake' };
        });
    }
  };
}

async function send(
  ports: UploadPorts,
  file: Picked,
  ...[signal, say]: Parameters<Work>
): Promise<UploadEvent> {
  const fault = await ports.send(
    file,
    (done, total) => {
      say({ kind: 'progress', done, total });
    },
    signal,
  );
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
}

/** Whether any of several uploads would be stopped by leaving the page. */
export function areMoving(runners: Iterable<UploadRunner>): boolean {
  return [...runners].some((runner) => isMoving(runner.now()));
}
