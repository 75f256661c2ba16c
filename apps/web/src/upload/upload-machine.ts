// The way of one file into one draft. Pure: no clock, no network; what has to be done is returned as
// effects, and what came of them comes back as events.
//
//   idle ─pick─► probing ─probed─► uploading ─sent─► checking ─checked─► ready
//                   │                 │  ▲               └─────────────► refused
//                   ├─► choosing ─► preparing (trim, encode) ─► uploading
//                   └─► refused       ├─► paused        asked for
//                                     ├─► waiting       no network: goes on by itself
//                                     └─► failed        goes on when asked
//   needs-file: part of a file is on the server and this page does not have the file
//
// Rules, from docs/spec/upload-page.md: UF1-UF7. It is safe because the server alone says how many
// bytes it has: a send always begins by asking, so a wrong guess here costs time and no bytes.

/** What the machine has to know of a chosen file; the bytes are for those who run its effects. */
export type Picked = Readonly<{
  name: string;
  bytes: number;
  /** Tells this file from others of its name and size: a hash of its first bytes. */
  fingerprint: string;
  /** The file that it was cut or encoded of in this page. */
  madeFrom?: string;
  blob: Blob;
}>;

export type Probe = Readonly<{
  container: string;
  videoCodec: string;
  audioCodec: string | null;
  durationMs: number;
  width: number;
  height: number;
}>;

/** Why a file has to be trimmed or encoded before it can be sent. */
export type Need = 'too-long' | 'too-large' | 'codec';

export type Range = Readonly<{ startMs: number; endMs: number }>;

/** A stable code and, from the server, its own sentence. */
export type Problem = Readonly<{ code: string; detail: string | null }>;

type Holding = Readonly<{ file: Picked; probe: Probe | null }>;
type Moved = Readonly<{ sent: number; total: number }>;

export type Upload = Readonly<
  | { kind: 'idle' }
  | { kind: 'probing'; file: Picked }
  | { kind: 'choosing'; file: Picked; probe: Probe; needs: readonly Need[]; canEncode: boolean }
  | { kind: 'preparing'; file: Picked; probe: Probe; range: Range; part: number }
  | ({ kind: 'uploading' } & Holding & Moved & { attempt: number })
  | ({ kind: 'waiting' } & Holding & Moved & { attempt: number; offline: boolean })
  | ({ kind: 'paused' } & Holding & Moved)
  | ({ kind: 'needs-file' } & Moved & { wanted: Wanted | null; other: Picked | null })
  | { kind: 'checking'; file: Picked | null; probe: Probe | null }
  | { kind: 'ready'; file: Picked | null; probe: Probe | null }
  | { kind: 'refused'; file: Picked | null; problem: Problem }
  | ({ kind: 'failed' } & Holding & Moved & { problem: Problem })
>;

/** The file that a half-sent upload began with. `null` in its place: nobody wrote it down. */
export type Wanted = Omit<Picked, 'blob'>;

/** What the server says of the draft's upload when the page opens. */
export type Stored = Readonly<
  | { kind: 'none' }
  | { kind: 'receiving'; sent: number; total: number; wanted: Wanted | null }
  | { kind: 'checking' }
  | { kind: 'ready' }
  | { kind: 'refused'; problem: Problem }
>;

export type UploadEvent = Readonly<
  | { kind: 'restore'; stored: Stored }
  | { kind: 'pick'; file: Picked }
  | { kind: 'replace' } // the other file instead of the one that was begun
  | { kind: 'probed'; probe: Probe; needs: readonly Need[]; canEncode: boolean }
  | { kind: 'choose' } // opens the choice of a part
  | { kind: 'prepare'; range: Range }
  | { kind: 'prepared'; file: Picked; probe: Probe }
  | { kind: 'progress'; done: number; total: number }
  | { kind: 'sent' }
  | { kind: 'checked'; problem: Problem | null }
  | { kind: 'refuse'; problem: Problem } // nothing that trying again would change
  | { kind: 'fail'; problem: Problem } // a person may try again
  | { kind: 'cut'; offline: boolean } // the network: the page tries again by itself
  | { kind: 'lost' } // the server does not know the upload any more
  | { kind: 'pause' }
  | { kind: 'resume' }
  | { kind: 'wake' } // the pause after a cut is over, or the network is back
  | { kind: 'cancel' }
>;

export type Effect = Readonly<
  | { kind: 'probe'; file: Picked }
  | { kind: 'prepare'; file: Picked; probe: Probe; range: Range }
  | { kind: 'send'; file: Picked }
  | { kind: 'stop' } // whatever runs here
  | { kind: 'discard' } // what the server has of it
  | { kind: 'watch' } // the server's check
  | { kind: 'wake-after'; ms: number }
>;

export type Step = Readonly<{ next: Upload; effects: readonly Effect[] }>;

/** Pauses before the next attempt; the last one is repeated. */
const WAIT_MS = [1_000, 2_000, 5_000, 10_000, 20_000] as const;

type Of<Union, Kind> = Extract<Union, { readonly kind: Kind }>;
type Handler<S, E> = (state: Of<Upload, S>, event: Of<UploadEvent, E>) => Step;
/** `null`: nothing happens. A pair that is left out does not compile. */
type Row<S> = { readonly [E in UploadEvent['kind']]: Handler<S, E> | null };
type Transitions = { readonly [S in Upload['kind']]: Row<S> };

const to = (next: Upload, ...effects: readonly Effect[]): Step => ({ next, effects });
const idle: Upload = { kind: 'idle' };

const probe = (file: Picked, ...first: readonly Effect[]): Step =>
  to({ kind: 'probing', file }, ...first, { kind: 'probe', file });

const send = (file: Picked, seen: Probe | null, sent: number, attempt = 0): Step =>
  to(
    { kind: 'uploading', file, probe: seen, sent, total: file.bytes, attempt },
    { kind: 'send', file },
  );

const STOP: Effect = { kind: 'stop' };
const DISCARD: Effect = { kind: 'discard' };
const WATCH: Effect = { kind: 'watch' };

type HasFile = Of<Upload, 'uploading' | 'waiting' | 'paused' | 'failed'>;

const again = (state: HasFile): Step => send(state.file, state.probe, state.sent);
const drop = (): Step => to(idle, STOP, DISCARD);
const pickAnew = (_state: Upload, { file }: Of<UploadEvent, 'pick'>): Step =>
  probe(file, STOP, DISCARD);
const pickFirst = (_state: Upload, { file }: Of<UploadEvent, 'pick'>): Step => probe(file);
const refuse = (state: Readonly<{ file: Picked }>, { problem }: Of<UploadEvent, 'refuse'>): Step =>
  to({ kind: 'refused', file: state.file, problem });

function chooseAgain(state: HasFile | Of<Upload, 'ready'>): Step {
  if (state.file === null || state.probe === null) return to(state);
  const next: Upload = {
    kind: 'choosing',
    file: state.file,
    probe: state.probe,
    needs: [],
    canEncode: true,
  };
  return to(next, STOP);
}

function startAfresh(state: HasFile): Step {
  return send(state.file, state.probe, 0);
}

function moved<S extends HasFile>(state: S, done: number, total: number): Step {
  return to({ ...state, sent: done, total });
}

const restore: Handler<'idle', 'restore'> = (_state, { stored }) => {
  switch (stored.kind) {
    case 'none':
      return to(idle);
    case 'receiving':
      return to({
        kind: 'needs-file',
        sent: stored.sent,
        total: stored.total,
        wanted: stored.wanted,
        other: null,
      });
    case 'checking':
      return to({ kind: 'checking', file: null, probe: null }, WATCH);
    case 'ready':
      return to({ kind: 'ready', file: null, probe: null });
    case 'refused':
      return to({ kind: 'refused', file: null, problem: stored.problem });
  }
};

const probed: Handler<'probing', 'probed'> = ({ file }, event) => {
  if (event.needs.length === 0) return send(file, event.probe, 0);
  const { probe: seen, needs, canEncode } = event;
  return to({ kind: 'choosing', file, probe: seen, needs, canEncode });
};

/** Nobody wrote down what was begun: only the size can tell, and the server asks for no more. */
function isWanted(state: Of<Upload, 'needs-file'>, file: Picked): boolean {
  const { wanted } = state;
  if (wanted === null) return file.bytes === state.total;
  return wanted.bytes === file.bytes && wanted.fingerprint === file.fingerprint;
}

const pickWanted: Handler<'needs-file', 'pick'> = (state, { file }) => {
  if (isWanted(state, file)) return send(file, null, state.sent);
  // What was made in a page goes with it, and making it again gives other bytes.
  if (file.name === state.wanted?.madeFrom) return probe(file, DISCARD);
  return to({ ...state, other: file });
};

function cut(state: Of<Upload, 'uploading'>, event: Of<UploadEvent, 'cut'>): Step {
  const { file, probe: seen, sent, total, attempt } = state;
  const next: Upload = {
    kind: 'waiting',
    file,
    probe: seen,
    sent,
    total,
    attempt: attempt + 1,
    offline: event.offline,
  };
  const ms = WAIT_MS[Math.min(attempt, WAIT_MS.length - 1)] ?? WAIT_MS[0];
  return to(next, STOP, { kind: 'wake-after', ms });
}

const pause = ({ file, probe: seen, sent, total }: HasFile): Step =>
  to({ kind: 'paused', file, probe: seen, sent, total }, STOP);

function fail(state: HasFile, { problem }: Of<UploadEvent, 'fail'>): Step {
  const { file, probe: seen, sent, total } = state;
  return to({ kind: 'failed', file, probe: seen, sent, total, problem }, STOP);
}

function failUnsent(
  { file, probe: seen }: Of<Upload, 'preparing'>,
  { problem }: Of<UploadEvent, 'fail'>,
): Step {
  const next: Upload = { kind: 'failed', file, probe: seen, sent: 0, total: file.bytes, problem };
  return to(next, STOP);
}

const NOTHING = {
  restore: null,
  pick: null,
  replace: null,
  probed: null,
  choose: null,
  prepare: null,
  prepared: null,
  progress: null,
  sent: null,
  checked: null,
  refuse: null,
  fail: null,
  cut: null,
  lost: null,
  pause: null,
  resume: null,
  wake: null,
  cancel: null,
} as const satisfies { readonly [E in UploadEvent['kind']]: null };

const transitions: Transitions = {
  idle: { ...NOTHING, restore, pick: pickFirst },
  probing: {
    ...NOTHING,
    pick: pickAnew,
    probed,
    refuse,
    cancel: drop,
  },
  choosing: {
    ...NOTHING,
    pick: pickAnew,
    prepare: ({ file, probe: seen }, { range }) =>
      to({ kind: 'preparing', file, probe: seen, range, part: 0 }, STOP, DISCARD, {
        kind: 'prepare',
        file,
        probe: seen,
        range,
      }),
    // The whole file after all, where nothing stands against it.
    resume: (state) => (state.needs.length === 0 ? send(state.file, state.probe, 0) : to(state)),
    cancel: drop,
  },
  preparing: {
    ...NOTHING,
    prepared: (_state, event) => send(event.file, event.probe, 0),
    progress: (state, { done, total }) => to({ ...state, part: total > 0 ? done / total : 0 }),
    refuse,
    fail: failUnsent,
    cancel: drop,
  },
  uploading: {
    ...NOTHING,
    pick: pickAnew,
    choose: chooseAgain,
    progress: (state, { done, total }) =>
      moved({ ...state, attempt: done > state.sent ? 0 : state.attempt }, done, total),
    sent: ({ file, probe: seen }) => to({ kind: 'checking', file, probe: seen }, WATCH),
    refuse,
    fail,
    cut,
    lost: startAfresh,
    pause,
    cancel: drop,
  },
  waiting: {
    ...NOTHING,
    pick: pickAnew,
    choose: chooseAgain,
    pause,
    resume: (state) => send(state.file, state.probe, state.sent, state.attempt),
    wake: (state) => send(state.file, state.probe, state.sent, state.attempt),
    cancel: drop,
  },
  paused: { ...NOTHING, pick: pickAnew, choose: chooseAgain, resume: again, cancel: drop },
  'needs-file': {
    ...NOTHING,
    pick: pickWanted,
    replace: (state) => (state.other === null ? to(state) : probe(state.other, DISCARD)),
    cancel: drop,
  },
  checking: {
    ...NOTHING,
    checked: ({ file, probe: seen }, { problem }) =>
      problem === null
        ? to({ kind: 'ready', file, probe: seen })
        : to({ kind: 'refused', file, problem }),
  },
  ready: { ...NOTHING, pick: pickAnew, choose: chooseAgain, cancel: drop },
  refused: { ...NOTHING, pick: pickAnew, cancel: drop },
  failed: { ...NOTHING, pick: pickAnew, choose: chooseAgain, resume: again, cancel: drop },
};

/** The next state and what has to be done for it. An event that means nothing here changes nothing. */
export function step(state: Upload, event: UploadEvent): Step {
  // `Transitions` pairs every handler with its own state and event. TypeScript cannot follow the
  // two look-ups together, so the pairing is asserted here and nowhere else.
  const handler = transitions[state.kind][event.kind] as
    ((s: Upload, e: UploadEvent) => Step) | null;
  return handler === null ? to(state) : handler(state, event);
}

/** Whether leaving the page now would stop something that has to be begun or asked for again. */
export function isMoving(state: Upload): boolean {
  return (
    state.kind === 'preparing' ||
    state.kind === 'uploading' ||
    state.kind === 'waiting' ||
    state.kind === 'paused'
  );
}
