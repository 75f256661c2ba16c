// The words of the status page: components, states, phases, and what feeds what. Pure.
//
// Rules: docs/spec/status.md. States and phases are Statuspage's words, so that its readers and
// widgets understand them; `unknown` is ours, and nothing is ever green for want of news.

/** In the order in which the page shows them: wrong numbers first (ST1). */
export const COMPONENTS = [
  'likes-right',
  'likes-fresh',
  'views-right',
  'views-fresh',
  'playback',
  'upload',
  'sign-in',
  'hand-over',
  'border',
] as const;
export type Component = (typeof COMPONENTS)[number];

type ComponentWords = Readonly<{
  name: string;
  says: string;
  /** What it is called while it does not hold. */
  trouble: string;
  budget: 'none' | '99.95';
}>;

export const COMPONENT_WORDS: Readonly<Record<Component, ComponentWords>> = {
  'likes-right': {
    name: 'Likes right',
    says: 'A like counts once and goes when it is taken back; recounts agree with what is shown.',
    trouble: 'wrong likes',
    budget: 'none',
  },
  'likes-fresh': {
    name: 'Likes fresh',
    says: 'A like is in the count that everybody reads within two seconds.',
    trouble: 'late likes',
    budget: '99.95',
  },
  'views-right': {
    name: 'Views right',
    says: 'A view counts once; recounts agree with what is shown.',
    trouble: 'wrong views',
    budget: 'none',
  },
  'views-fresh': {
    name: 'Views fresh',
    says: 'A view is in the count that everybody reads within two seconds.',
    trouble: 'late views',
    budget: '99.95',
  },
  playback: {
    name: 'Playback',
    says: 'The first part of a clip arrives and is video.',
    trouble: 'clips that do not play',
    budget: '99.95',
  },
  upload: {
    name: 'Upload',
    says: 'A clip can be uploaded.',
    trouble: 'uploads that fail',
    budget: '99.95',
  },
  'sign-in': {
    name: 'Sign-in',
    says: 'An account signs in, is known, and signs out.',
    trouble: 'sign-ins that fail',
    budget: '99.95',
  },
  'hand-over': {
    name: 'Hand-over',
    says: 'The cell has one owner who is up to date, and the last certificate verifies.',
    trouble: 'doubt about the operator',
    budget: '99.95',
  },
  border: {
    name: 'Border',
    says: 'What left the country is on the closed list and is accounted for.',
    trouble: 'doubt about what left the country',
    budget: '99.95',
  },
};

/** From the best to the worst; the overall state is the worst of all (ST3). */
export const STATES = [
  'operational',
  'under_maintenance',
  'degraded_performance',
  'unknown',
  'partial_outage',
  'major_outage',
] as const;
export type State = (typeof STATES)[number];

export const STATE_WORDS: Readonly<Record<State, string>> = {
  operational: 'Operational',
  under_maintenance: 'Under maintenance',
  degraded_performance: 'Degraded',
  unknown: 'Unknown',
  partial_outage: 'Partial outage',
  major_outage: 'Major outage',
};

/** The worse of two states. */
export function worse(left: State, right: State): State {
  return STATES.indexOf(left) >= STATES.indexOf(right) ? left : right;
}

/** The worst of states; without any it is `unknown`, never green (ST3). */
export function worstOf(states: Iterable<State>): State {
  let worst: State | undefined;
  for (const state of states) worst = worst === undefined ? state : worse(worst, state);
  return worst ?? 'unknown';
}

export const PHASES = [
  'investigating',
  'identified',
  'monitoring',
  'resolved',
  'postmortem',
] as const;
export type Phase = (typeof PHASES)[number];

/** Kinds of journeys (ST7), how often each is made, and what each tells about. */
export const PROBES = {
  like: { everyMs: 10_000, feeds: ['likes-right', 'likes-fresh'] },
  view: { everyMs: 10_000, feeds: ['views-right', 'views-fresh'] },
  recount: { everyMs: 10_000, feeds: ['likes-right', 'views-right'] },
  age: { everyMs: 10_000, feeds: ['likes-fresh', 'views-fresh'] },
  'sign-in': { everyMs: 10_000, feeds: ['sign-in'] },
  playback: { everyMs: 10_000, feeds: ['playback'] },
  upload: { everyMs: 3_600_000, feeds: ['upload'] },
  'hand-over': { everyMs: 10_000, feeds: ['hand-over'] },
  certificate: { everyMs: 10_000, feeds: ['hand-over'] },
  border: { everyMs: 10_000, feeds: ['border'] },
} as const satisfies Readonly<
  Record<string, Readonly<{ everyMs: number; feeds: readonly Component[] }>>
>;
export type ProbeKind = keyof typeof PROBES;

/** The kinds of journeys in order. */
// The keys of the table above are its type's.
export const PROBE_KINDS = Object.keys(PROBES) as readonly ProbeKind[];

/** The kinds that a component rests on; it is green only while each of them speaks (ST5). */
export function probesOf(component: Component): readonly ProbeKind[] {
  return PROBE_KINDS.filter((kind) =>
    (PROBES[kind].feeds as readonly Component[]).includes(component),
  );
}

/** Silence of this many intervals is `unknown` (ST4). */
export const SILENT_INTERVALS = 2;

/** How a journey ended for one component (ST8). */
export const VERDICTS = [
  'good',
  'slow',
  'failed',
  'wrong',
  'blind',
  'busy',
  'not-offered',
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Whether a verdict speaks against a component. */
export function isBad(verdict: Verdict): boolean {
  return verdict === 'slow' || verdict === 'failed' || verdict === 'wrong';
}
