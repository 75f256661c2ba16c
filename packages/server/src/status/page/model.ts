// What the page shows, worked out once for HTML, JSON, feeds and metrics alike.
//
// Rules: docs/spec/status.md (ST35 to ST39).

import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { Board } from '../board.ts';
import { DAY_MS, dayBar, dayOf, DAYS_SHOWN, goodShare } from '../rules/days.ts';
import type { DayBar } from '../rules/days.ts';
import { componentKey } from '../rules/component-state.ts';
import type { ComponentNow, Incident } from '../rules/incident.ts';
import type { Maintenance } from '../rules/orders.ts';
import { quantile } from '../rules/tally.ts';
import type { Tallies } from '../rules/tally.ts';
import type { State } from '../rules/words.ts';
import type { OverrideEntry, StatusStore } from '../store/status-store.ts';
import { sentenceOf } from './sentence.ts';

const INCIDENTS_SHOWN_MAX = 200;
const OVERRIDES_SHOWN_MAX = 50;

export type ComponentView = ComponentNow &
  Readonly<{
    bars: readonly DayBar[];
    /** Share of known time that was good, in percent; `undefined` before anything was known. */
    goodPercent: number | undefined;
    /** Rules of the error budget that are broken now. */
    burning: readonly string[];
    override: string | undefined;
  }>;

export type Delay = Readonly<{ p50Ms: number | undefined; p99Ms: number | undefined }>;

export type FiguresView = Readonly<{
  likeSeen: Delay;
  viewSeen: Delay;
  wrongFound: number;
  recounts: number;
  oldestMs: number | undefined;
  /** How often each journey is really made: half of all gaps, and all but one in a hundred. */
  interval: Delay;
  /** From the first bad journey to public red, over the incidents shown, ms. */
  redDelaysMs: readonly number[];
  overridesMade: number;
  places: readonly Readonly<{ place: string; agoMs: number }>[];
}>;

export type PageModel = Readonly<{
  /** What the page calls itself. */
  title: string;
  /** Origin under which others reach it. */
  url: string;
  generatedAtMs: number;
  state: State;
  sentence: string;
  cells: readonly Jurisdiction[];
  components: readonly ComponentView[];
  /** Newest first. */
  incidents: readonly Incident[];
  maintenances: readonly Maintenance[];
  overrideLog: readonly OverrideEntry[];
  figures: FiguresView;
}>;

export type ModelOptions = Readonly<{
  board: Board;
  store: StatusStore;
  nowMs: number;
  title: string;
  url: string;
}>;

/** The page as it is now. */
export function modelOf({ board, store, nowMs, title, url }: ModelOptions): PageModel {
  const days = talliesByDay(board);
  // What the file cannot tell now is left out; that the page does not know is said by its states.
  const isReadable = board.fault === undefined;
  const incidents = isReadable ? store.incidents(INCIDENTS_SHOWN_MAX) : board.openIncidents;
  return {
    title,
    url,
    generatedAtMs: nowMs,
    state: board.overallState,
    sentence: sentenceOf(board.components, board.fault),
    cells: board.cells,
    components: board.components.map((now) => componentView(board, days, now, nowMs)),
    incidents,
    maintenances: board.maintenances,
    overrideLog: isReadable ? store.overrideLog(OVERRIDES_SHOWN_MAX) : [],
    figures: figuresOf(board, incidents),
  };
}

/** Tallies of the last days by UTC day. */
function talliesByDay(board: Board): ReadonlyMap<string, Tallies> {
  return new Map([...board.days].map(([day, tallies]) => [dayOf(day * DAY_MS), tallies]));
}

function componentView(
  board: Board,
  days: ReadonlyMap<string, Tallies>,
  now: ComponentNow,
  nowMs: number,
): ComponentView {
  const { cell, component } = now;
  const key = componentKey(cell, component);
  const shown = Array.from({ length: DAYS_SHOWN }, (_, back) =>
    dayOf(nowMs - (DAYS_SHOWN - 1 - back) * DAY_MS),
  );
  const tallies = shown.map((day) => days.get(day)?.get(key));
  const override = board.overrides.find((one) => one.cell === cell && one.component === component);
  return {
    ...now,
    bars: shown.map((day, index) => dayBar(component, day, tallies[index])),
    goodPercent: goodShare(tallies.filter((tally) => tally !== undefined)),
    burning: board.burning(cell, component).map(({ name }) => name),
    override: override === undefined ? undefined : `${override.by}: ${override.reason}`,
  };
}

function figuresOf(board: Board, incidents: readonly Incident[]): FiguresView {
  const { gapsMs, ...figures } = board.figures;
  const gaps = [...gapsMs].sort((one, other) => one - other);
  return {
    ...figures,
    likeSeen: delayOf(board, 'likes-fresh'),
    viewSeen: delayOf(board, 'views-fresh'),
    interval: {
      p50Ms: gaps[Math.floor(gaps.length / 2)],
      p99Ms: gaps[Math.min(gaps.length - 1, Math.floor(gaps.length * 0.99))],
    },
    redDelaysMs: incidents.map(({ openedAtMs, firstBadAtMs }) => openedAtMs - firstBadAtMs),
    places: board.places,
  };
}

/** Over the last six hours and all cells. */
function delayOf(board: Board, component: 'likes-fresh' | 'views-fresh'): Delay {
  const values = new Map<number, number>();
  for (const tallies of board.minutes.values()) {
    for (const cell of board.cells) {
      const tally = tallies.get(componentKey(cell, component));
      for (const [bucket, count] of tally?.values ?? []) {
        values.set(bucket, (values.get(bucket) ?? 0) + count);
      }
    }
  }
  return { p50Ms: quantile(values, 0.5), p99Ms: quantile(values, 0.99) };
}
