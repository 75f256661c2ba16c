// The state of everything in one sentence that a creator understands. Pure.
//
// Rules: docs/spec/status.md (ST35).

import type { ComponentNow } from '../rules/incident.ts';
import { listed, placeName } from '../rules/plain-words.ts';
import type { Component, State } from '../rules/words.ts';

const BAD: readonly State[] = ['degraded_performance', 'partial_outage', 'major_outage'];

type Troubles = Readonly<{ is: (component: Component) => boolean; cells: readonly string[] }>;

function troublesOf(now: readonly ComponentNow[], states: readonly State[]): Troubles {
  const found = now.filter(({ state, measured }) => measured.offered && states.includes(state));
  return {
    is: (component) => found.some((one) => one.component === component),
    cells: [...new Set(found.map(({ cell }) => cell))],
  };
}

function inPlaces(cells: readonly string[], all: number): string {
  if (cells.length === all) return '';
  return ` in ${listed(cells.map(placeName))}`;
}

/** With this many in trouble, a list of them says less than a word. */
const MOST_PARTS = 4;

const PARTS: readonly (readonly [Component, string])[] = [
  ['playback', 'playing clips'],
  ['upload', 'uploading'],
  ['sign-in', 'signing in'],
  ['hand-over', 'the running of a country’s operation'],
  ['border', 'the record of what left a country'],
];

/** What everybody may know at a glance. `fault` is what keeps the page itself from seeing. */
export function sentenceOf(now: readonly ComponentNow[], fault: string | undefined): string {
  if (fault !== undefined) return `We cannot tell how things are: ${fault}.`;
  const all = new Set(now.map(({ cell }) => cell)).size;
  if (all === 0) return 'We cannot tell yet how things are: nothing has been looked at so far.';
  const bad = troublesOf(now, BAD);
  const where = inPlaces(bad.cells, all);
  const wrong = [
    ...(bad.is('likes-right') ? ['likes'] : []),
    ...(bad.is('views-right') ? ['views'] : []),
  ];
  if (wrong.length > 0) return `Some ${wrong.join(' and ')} are shown wrong right now${where}.`;
  const late = [
    ...(bad.is('likes-fresh') ? ['likes'] : []),
    ...(bad.is('views-fresh') ? ['views'] : []),
  ];
  const broken = PARTS.filter(([component]) => bad.is(component)).map(([, words]) => words);
  if (late.length + broken.length >= MOST_PARTS) return `Almost nothing works right now${where}.`;
  if (late.length > 0) {
    const also = broken.length === 0 ? '' : ` There is also trouble with ${listed(broken)}.`;
    const gone = troublesOf(now, ['partial_outage', 'major_outage']);
    const how = gone.is('likes-fresh') || gone.is('views-fresh') ? 'late or not at all' : 'late';
    return `New ${late.join(' and ')} show up ${how} right now${where}.${also}`;
  }
  if (broken.length > 0) return `There is trouble with ${listed(broken)} right now${where}.`;
  return calmSentence(now, all);
}

function calmSentence(now: readonly ComponentNow[], all: number): string {
  const unknown = troublesOf(now, ['unknown']);
  if (unknown.cells.length > 0) {
    const counts = (['likes-right', 'views-right'] as const).some(unknown.is);
    const what = counts ? 'whether likes and views are right' : 'whether everything works';
    return `Right now we cannot see ${what}${inPlaces(unknown.cells, all)}.`;
  }
  const planned = troublesOf(now, ['under_maintenance']);
  if (planned.cells.length === 0) return 'Likes and views are right, and everything works.';
  const handedOver = now.filter(({ component, measured: { state } }) => {
    return component === 'hand-over' && state === 'under_maintenance';
  });
  if (handedOver.length > 0) {
    const places = listed(handedOver.map(({ cell }) => placeName(cell)));
    return `Likes and views are right while another operator takes over ${places}.`;
  }
  return `Planned work is under way${inPlaces(planned.cells, all)}.`;
}
