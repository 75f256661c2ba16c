// The board: what the page knows now. It takes reports, looks once a second, and keeps what it saw.
//
// Rules: docs/spec/status.md. Every decision is made by the pure functions in `rules/`; here are the
// clock, the memory and the file.
//
// Why silence can not look green: a state is worked out anew at every look from what was received
// within two intervals. When the file cannot be written or the clock cannot be believed, every
// component is `unknown`, whatever was seen.

import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { badShareOf, burning, burnRate, WINDOW_MINUTES, WINDOWS } from './rules/burn.ts';
import type { BadShare, BurnRates, BurnRule, Window } from './rules/burn.ts';
import { isBelieved, lookAgain, watchFrom } from './rules/clock-watch.ts';
import type { ClockWatch } from './rules/clock-watch.ts';
import { componentKey, measure, nextSource, sourceKey } from './rules/component-state.ts';
import type { Measured, Source } from './rules/component-state.ts';
import { isOpen, overall, stepIncidents } from './rules/incident.ts';
import type { ComponentNow, Incident } from './rules/incident.ts';
import type { Observation, Place, Report } from './rules/observation.ts';
import { shownState, underMaintenance, wordsOn } from './rules/orders.ts';
import type { Maintenance, Order, Override } from './rules/orders.ts';
import { addTallies, countSeconds, countValue, tallyOf } from './rules/tally.ts';
import type { Tallies } from './rules/tally.ts';
import { COMPONENT_WORDS, COMPONENTS, isBad } from './rules/words.ts';
import type { Component, State } from './rules/words.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, StatusStoreError } from './store/status-store.ts';
import type { StatusStore } from './store/status-store.ts';

/** Sources that are remembered; a place can name only so many gateways and cells. */
const SOURCES_MAX = 20_000;
const CELLS_MAX = 64;
/** A gap between looks longer than this was a standstill of this process: nobody was watching. */
const LOOK_GAP_MS_MAX = 20_000;
/** Gaps between results that are kept to say how often we really look. */
const GAPS_KEPT = 1_000;
/** Results may come from clocks that are this far ahead, and be this late (ST31). */
export const AHEAD_MS_MAX = 5_000;
export const LATE_MS_MAX = 30_000;
const PLANS_SHOWN_MS = 30 * DAY_MS;
const MINUTES_IN_MEMORY = 360;
const DAYS_KEPT = 91;
/** Hours are held for the longest window of a budget. */
const DAYS_OF_HOURS = 4;
const HOURS_OF_DAY = 24;

export type BoardClock = Readonly<{ nowMs: () => number; monotonicMs: () => number }>;

export type OpenBoard = Readonly<{
  store: StatusStore;
  clock: BoardClock;
  newId: () => string;
  /** Told of incidents that are new or changed, after they are on disk. */
  onIncident?: (incident: Incident) => void;
  onProblem?: (problem: unknown) => void;
}>;

export type ReportAnswer = Readonly<
  { kind: 'taken' } | { kind: 'refused'; code: 'future' | 'late' | 'repeated'; detail: string }
>;

export type Figures = Readonly<{
  recounts: number;
  wrongFound: number;
  /** Gaps between results of one journey, ms; newest last. */
  gapsMs: readonly number[];
  /** Age of the oldest number that was looked at last, ms. */
  oldestMs: number | undefined;
  overridesMade: number;
}>;

export class Board {
  readonly #options: OpenBoard;
  readonly #sources = new Map<string, Source>();
  readonly #cells = new Set<Jurisdiction>();
  readonly #minutes = new Map<number, Tallies>();
  readonly #hours = new Map<number, Tallies>();
  /** Days that are over, by UTC day since 1970. */
  readonly #days = new Map<number, Tallies>();
  #incidents: Incident[];
  #overrides: Override[];
  #plans: readonly Maintenance[];
  #watch: ClockWatch;
  #fault: string | undefined;
  #now: readonly ComponentNow[] = [];
  #lookedMs: number;
  /** The last minute that is on disk, or was before this process. */
  #keptMinute: number;
  #gapsMs: number[] = [];
  #counted: { recounts: number; wrongFound: number };

  /** Opens on what the file holds. Throws `StatusStoreError`. */
  constructor(options: OpenBoard) {
    const { store, clock } = options;
    const nowMs = clock.nowMs();
    this.#options = options;
    this.#incidents = [...store.openIncidents()];
    this.#overrides = [...store.overrides()];
    this.#plans = store.maintenancesFrom(nowMs - PLANS_SHOWN_MS);
    for (const cell of JSON.parse(store.meta('cells') ?? '[]') as Jurisdiction[]) {
      this.#cells.add(cell);
    }
    this.#counted = JSON.parse(store.meta('counted') ?? '{"recounts":0,"wrongFound":0}') as {
      recounts: number;
      wrongFound: number;
    };
    const minute = Math.floor(nowMs / MINUTE_MS);
    for (const [at, tallies] of store.minutesFrom(minute - MINUTES_IN_MEMORY)) {
      this.#minutes.set(at, tallies);
    }
    this.#keptMinute = minute - 1;
    const day = Math.floor(nowMs / DAY_MS);
    for (const [at, tallies] of store.daysFrom(day - DAYS_KEPT)) this.#days.set(at, tallies);
    // Days that this page did not live to add up are added up now.
    const lastDay = Math.max(day - DAYS_KEPT, ...this.#days.keys());
    const fromDay = Math.min(day - DAYS_OF_HOURS, lastDay + 1);
    for (const [at, tallies] of store.hoursFrom(fromDay * HOURS_OF_DAY))
      this.#hours.set(at, tallies);
    this.#watch = watchFrom(nowMs, clock.monotonicMs());
    this.#lookedMs = clock.monotonicMs();
    this.#now = this.#componentsNow();
  }

  get components(): readonly ComponentNow[] {
    return this.#now;
  }

  get cells(): readonly Jurisdiction[] {
    return [...this.#cells].sort();
  }

  get overallState(): State {
    return overall(this.#now);
  }

  /** What keeps the page from knowing anything, if something does. */
  get fault(): string | undefined {
    return this.#fault;
  }

  get openIncidents(): readonly Incident[] {
    return this.#incidents;
  }

  get maintenances(): readonly Maintenance[] {
    return this.#plans;
  }

  get overrides(): readonly Override[] {
    return this.#overrides;
  }

  /** Tallies by UTC day since 1970, for the last 91 days; today as far as it is kept. */
  get days(): ReadonlyMap<number, Tallies> {
    const days = new Map(this.#days);
    const open = new Map<number, Tallies>();
    for (const [hour, tallies] of this.#hours) {
      const day = Math.floor(hour / HOURS_OF_DAY);
      if (this.#days.has(day)) continue;
      const sum: Tallies = open.get(day) ?? new Map();
      addTallies(sum, tallies);
      open.set(day, sum);
    }
    for (const [day, tallies] of open) days.set(day, tallies);
    return days;
  }

  /** Tallies by UTC minute since 1970, for the last six hours. */
  get minutes(): ReadonlyMap<number, Tallies> {
    return this.#minutes;
  }

  get places(): readonly Readonly<{ place: Place; agoMs: number }>[] {
    const steadyMs = this.#options.clock.monotonicMs();
    const heard = new Map<Place, number>();
    for (const { place, receivedMs } of this.#sources.values()) {
      heard.set(place, Math.max(heard.get(place) ?? 0, receivedMs));
    }
    return [...heard].map(([place, atMs]) => ({ place, agoMs: steadyMs - atMs }));
  }

  get figures(): Figures {
    const ages = [...this.#sources.values()].filter(({ last }) => last.kind === 'age');
    const known = ages.flatMap(({ last }) => (last.valueMs === null ? [] : [last.valueMs]));
    return {
      ...this.#counted,
      gapsMs: this.#gapsMs,
      oldestMs: known.length === 0 ? undefined : Math.max(...known),
      overridesMade: this.#fault === undefined ? this.#options.store.overridesMade() : 0,
    };
  }

  /** How fast each component burns its budget. */
  burnRates(cell: Jurisdiction, component: Component): BurnRates {
    const key = componentKey(cell, component);
    const nowMs = this.#options.clock.nowMs();
    const rates = WINDOWS.map((window): [Window, number] => {
      const minutes = WINDOW_MINUTES[window];
      const shares = minutes <= MINUTES_IN_MEMORY ? this.#minutes : this.#hours;
      const width = shares === this.#minutes ? 1 : 60;
      // What is under way is left out: its first journey would weigh as much as all of it.
      const until = Math.floor(nowMs / MINUTE_MS / width);
      const since = until - minutes / width;
      return [window, burnRate(sharesOf(shares, key, { since, until, width }), window)];
    });
    // One rate for each of the windows.
    return Object.fromEntries(rates) as BurnRates;
  }

  /** Takes what a place saw. Nothing is shown before the next look. */
  take(report: Report): ReportAnswer {
    const { clock, store } = this.#options;
    const nowMs = clock.nowMs();
    const receivedMs = clock.monotonicMs();
    const refusedFor = faultOfTimes(report, nowMs);
    if (refusedFor !== undefined) return refusedFor;
    for (const observation of report.observations) {
      this.#observe(report.place, observation, receivedMs);
    }
    this.#write(() => {
      store.addRaw(nowMs, report);
    });
    return { kind: 'taken' };
  }

  #observe(place: Place, observation: Observation, receivedMs: number): void {
    const { cell, component } = observation;
    const key = sourceKey(place, observation);
    const before = this.#sources.get(key);
    if (before === undefined && this.#sources.size >= SOURCES_MAX) return;
    if (!this.#knows(cell)) return;
    this.#sources.set(key, nextSource(before, place, observation, receivedMs));
    if (before !== undefined) this.#gapsMs.push(receivedMs - before.receivedMs);
    if (this.#gapsMs.length > GAPS_KEPT) this.#gapsMs.splice(0, this.#gapsMs.length - GAPS_KEPT);
    const { verdict, kind, valueMs } = observation;
    if (kind === 'recount' && component === 'likes-right' && verdict !== 'blind') {
      this.#counted.recounts += 1;
    }
    if (verdict === 'wrong' && before?.last.verdict !== 'wrong') this.#counted.wrongFound += 1;
    const minute = Math.floor(this.#options.clock.nowMs() / MINUTE_MS);
    const tally = tallyOf(this.#talliesOf(minute), componentKey(cell, component));
    if (isBad(verdict)) tally.bad += 1;
    else if (verdict === 'good') tally.good += 1;
    const isDelay = (kind === 'like' || kind === 'view') && valueMs !== null;
    if (isDelay) countValue(tally, valueMs);
  }

  #knows(cell: Jurisdiction): boolean {
    if (this.#cells.has(cell)) return true;
    if (this.#cells.size >= CELLS_MAX) return false;
    this.#cells.add(cell);
    this.#write(() => this.#options.store.putMeta('cells', JSON.stringify(this.cells)));
    return true;
  }

  #talliesOf(minute: number): Tallies {
    const known = this.#minutes.get(minute);
    if (known !== undefined) return known;
    const made: Tallies = new Map();
    this.#minutes.set(minute, made);
    return made;
  }

  /** Looks: orders, states, incidents, and what has to be kept. To be called once a second. */
  look(): void {
    const { clock } = this.#options;
    const steadyMs = clock.monotonicMs();
    const gapMs = steadyMs - this.#lookedMs;
    this.#watch = lookAgain(this.#watch, clock.nowMs(), steadyMs);
    this.#lookedMs = steadyMs;
    this.#obey();
    this.#now = this.#componentsNow();
    this.#countTime(gapMs);
    this.#followIncidents();
    this.#turnMinute();
  }

  #componentsNow(): readonly ComponentNow[] {
    const { clock } = this.#options;
    const steadyMs = clock.monotonicMs();
    const bySubject = Map.groupBy(this.#sources.values(), ({ last }) =>
      componentKey(last.cell, last.component),
    );
    return this.cells.flatMap((cell) =>
      COMPONENTS.map((component): ComponentNow => {
        const sources = bySubject.get(componentKey(cell, component)) ?? [];
        const seen = this.#blinded() ?? measure(component, sources, steadyMs);
        const measured = this.#withBurn(cell, component, seen);
        const isWrong = measured.evidence.some(({ last }) => last.verdict === 'wrong');
        const at = { cell, component, nowMs: clock.nowMs() };
        const planned = underMaintenance(measured.state, isWrong, this.#plans, at);
        const override = this.#overrides.find(
          (one) => one.cell === cell && one.component === component,
        );
        return { cell, component, state: shownState(planned, override), measured };
      }),
    );
  }

  /** ST28, ST29: without a file or a clock nothing is known. */
  #blinded(): Measured | undefined {
    const reason = isBelieved(this.#watch)
      ? this.#fault
      : 'the clock of the machine that watches cannot be believed';
    if (reason === undefined) return undefined;
    return { state: 'unknown', reason, evidence: [], offered: true };
  }

  /** ST13: a budget that burns too fast is shown, also when each failure alone was not confirmed. */
  #withBurn(cell: Jurisdiction, component: Component, seen: Measured): Measured {
    if (seen.state !== 'operational' || COMPONENT_WORDS[component].budget === 'none') return seen;
    const rule = this.burning(cell, component).find(({ turnsRed }) => turnsRed);
    if (rule === undefined) return seen;
    const reason = `the error budget burns ${rule.rate} times faster than it may`;
    return { ...seen, state: 'degraded_performance', reason };
  }

  burning(cell: Jurisdiction, component: Component): readonly BurnRule[] {
    return burning(this.burnRates(cell, component));
  }

  #countTime(gapMs: number): void {
    const seconds = Math.round(gapMs / 100) / 10;
    const tallies = this.#talliesOf(Math.floor(this.#options.clock.nowMs() / MINUTE_MS));
    for (const { cell, component, state } of this.#now) {
      const watched = gapMs > LOOK_GAP_MS_MAX ? 'unknown' : state;
      countSeconds(tallyOf(tallies, componentKey(cell, component)), watched, seconds);
    }
  }

  #followIncidents(): void {
    const { clock, newId, onIncident, store } = this.#options;
    const changed = stepIncidents(this.#incidents, this.#now, clock.nowMs(), newId);
    for (const incident of changed) {
      this.#incidents = [...this.#incidents.filter(({ id }) => id !== incident.id), incident];
      this.#write(() => store.putIncident(incident, isOpen(incident)));
      onIncident?.(incident);
    }
    this.#incidents = this.#incidents.filter(isOpen);
  }

  /** Keeps the minutes that are over, and adds them to their hours. */
  #turnMinute(): void {
    const { clock, store } = this.#options;
    const nowMs = clock.nowMs();
    const current = Math.floor(nowMs / MINUTE_MS);
    if (current - 1 <= this.#keptMinute) return;
    for (let minute = Math.max(this.#keptMinute + 1, current - 60); minute < current; minute += 1) {
      this.#keepMinute(minute);
    }
    this.#keptMinute = current - 1;
    for (const minute of this.#minutes.keys()) {
      if (minute < current - MINUTES_IN_MEMORY) this.#minutes.delete(minute);
    }
    this.#turnDay(Math.floor(nowMs / DAY_MS));
    this.#write(() => {
      store.prune(nowMs);
      store.putMeta('counted', JSON.stringify(this.#counted));
    });
    this.#plans =
      this.#fault === undefined ? store.maintenancesFrom(nowMs - PLANS_SHOWN_MS) : this.#plans;
  }

  /** Keeps the days that are over, and lets go of what is not shown any more. */
  #turnDay(today: number): void {
    for (const [day, tallies] of this.days) {
      if (day >= today || this.#days.has(day)) continue;
      this.#days.set(day, tallies);
      this.#write(() => this.#options.store.putDay(day, tallies));
    }
    for (const day of this.#days.keys()) if (day < today - DAYS_KEPT) this.#days.delete(day);
    const firstHour = (today - DAYS_OF_HOURS) * HOURS_OF_DAY;
    for (const hour of this.#hours.keys()) if (hour < firstHour) this.#hours.delete(hour);
  }

  #keepMinute(minute: number): void {
    const tallies = this.#minutes.get(minute);
    if (tallies === undefined) return;
    const { store } = this.#options;
    const hour = Math.floor((minute * MINUTE_MS) / HOUR_MS);
    const sum = this.#hours.get(hour) ?? new Map();
    addTallies(sum, tallies);
    this.#hours.set(hour, sum);
    this.#write(() =>
      store.together(() => {
        store.putMinute(minute, tallies);
        store.putHour(hour, sum);
      }),
    );
  }

  /** Does what people asked for (ST20). */
  #obey(): void {
    const { store } = this.#options;
    // Read apart from the writes: that a full disk can be read says nothing for it.
    const orders = store.ordersToDo();
    if (orders.length === 0) return;
    this.#write(() => {
      for (const { id, atMs, by, order } of orders) {
        store.orderDone(id, this.#obeyed(order, by, atMs));
      }
    });
  }

  #obeyed(order: Order, by: string, atMs: number): string {
    const { store, newId, onIncident } = this.#options;
    if (order.kind === 'override') {
      const { cell, component, state, reason } = order;
      const override = { cell, component, state, by, atMs, reason };
      store.putOverride(override);
      store.logOverride(atMs, by, `${cell}/${component} at least ${state}: ${reason}`);
      this.#overrides = [...store.overrides()];
      return 'done';
    }
    if (order.kind === 'lift') {
      const name = componentKey(order.cell, order.component);
      store.liftOverride(name);
      store.logOverride(atMs, by, `${name} lifted: ${order.reason}`);
      this.#overrides = [...store.overrides()];
      return 'done';
    }
    if (order.kind === 'maintenance') {
      const { kind: _, ...plan } = order;
      store.putMaintenance({ ...plan, id: newId(), by, announcedAtMs: atMs });
      this.#plans = store.maintenancesFrom(atMs - PLANS_SHOWN_MS);
      return 'done';
    }
    const incident =
      this.#incidents.find(({ id }) => id === order.incident) ?? store.incident(order.incident);
    if (incident === undefined) return 'there is no such incident';
    const said = wordsOn(incident, order, by, atMs, newId);
    if ('kind' in said) return said.detail;
    store.putIncident(said, isOpen(said));
    this.#incidents = this.#incidents.map((one) => (one.id === said.id ? said : one));
    onIncident?.(said);
    return 'done';
  }

  /** Writes; a failure makes everything unknown until a write goes well again (ST28). */
  #write(write: () => void): void {
    try {
      write();
      this.#fault = undefined;
    } catch (cause) {
      if (!(cause instanceof StatusStoreError)) throw cause;
      if (this.#fault === undefined) this.#options.onProblem?.(cause);
      this.#fault = 'what is seen cannot be kept: the disk of the page is full or fails';
    }
  }
}

function faultOfTimes(report: Report, nowMs: number): ReportAnswer | undefined {
  const times = [report.sentAtMs, ...report.observations.map(({ endedAtMs }) => endedAtMs)];
  if (times.some((atMs) => atMs > nowMs + AHEAD_MS_MAX)) {
    const detail = 'A result is from the future. Set the clock of the place; nothing was taken.';
    return { kind: 'refused', code: 'future', detail };
  }
  if (times.some((atMs) => atMs < nowMs - LATE_MS_MAX)) {
    const detail = 'A result is older than 30 s, so it says nothing of now. Nothing was taken.';
    return { kind: 'refused', code: 'late', detail };
  }
  return undefined;
}

function* sharesOf(
  tallies: ReadonlyMap<number, Tallies>,
  key: string,
  { since, until, width }: Readonly<{ since: number; until: number; width: number }>,
): Iterable<BadShare> {
  for (const [at, ofAll] of tallies) {
    const tally = at >= since && at < until ? ofAll.get(key) : undefined;
    if (tally !== undefined) yield badShareOf(tally, width);
  }
}
