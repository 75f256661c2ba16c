// What goes to readers and machines: Atom, JSON Feed, Prometheus, and the badge. Pure.

import type { Incident } from '../rules/incident.ts';
import { STATE_WORDS, STATES } from '../rules/words.ts';
import { escaped } from './html.ts';
import type { PageModel } from './model.ts';

const ENTRIES_MAX = 50;

type Entry = Readonly<{
  id: string;
  url: string;
  title: string;
  text: string;
  atMs: number;
  beganMs: number;
}>;

function entriesOf({ incidents, maintenances, url }: PageModel): readonly Entry[] {
  const told = incidents.map((incident: Incident) => ({
    id: `${url}/status/incidents/${incident.id}`,
    url: `${url}/status/incidents/${incident.id}`,
    title: `[${incident.phase}] ${incident.name}`,
    text: incident.updates
      .toReversed()
      .map(({ atMs, phase, body }) => `${new Date(atMs).toISOString()} ${phase}: ${body}`)
      .join('\n'),
    atMs: incident.changedAtMs,
    beganMs: incident.openedAtMs,
  }));
  const planned = maintenances.map((plan) => ({
    id: `${url}/status#maintenance-${plan.id}`,
    url: `${url}/status#maintenance`,
    title: `[announced] ${plan.name}`,
    text: `${new Date(plan.fromMs).toISOString()} to ${new Date(plan.untilMs).toISOString()}\n${plan.body}`,
    atMs: plan.announcedAtMs,
    beganMs: plan.announcedAtMs,
  }));
  return [...told, ...planned].sort((one, other) => other.atMs - one.atMs).slice(0, ENTRIES_MAX);
}

export function atomFeed(model: PageModel): string {
  const { url, title, generatedAtMs } = model;
  const entries = entriesOf(model);
  const updated = new Date(entries[0]?.atMs ?? generatedAtMs).toISOString();
  const items = entries.map(
    (entry) => `
  <entry>
    <id>${escaped(entry.id)}</id>
    <title>${escaped(entry.title)}</title>
    <link href="${escaped(entry.url)}"/>
    <published>${new Date(entry.beganMs).toISOString()}</published>
    <updated>${new Date(entry.atMs).toISOString()}</updated>
    <content type="text">${escaped(entry.text)}</content>
  </entry>`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <id>${escaped(`${url}/status`)}</id>
  <title>${escaped(title)}</title>
  <link rel="self" href="${escaped(`${url}/status/feed.atom`)}"/>
  <link href="${escaped(`${url}/status`)}"/>
  <updated>${updated}</updated>
  <author><name>${escaped(title)}</name></author>${items.join('')}
</feed>
`;
}

export function jsonFeed(model: PageModel): unknown {
  const { url, title } = model;
  return {
    version: 'https://jsonfeed.org/version/1.1',
    title,
    home_page_url: `${url}/status`,
    feed_url: `${url}/status/feed.json`,
    items: entriesOf(model).map((entry) => ({
      id: entry.id,
      url: entry.url,
      title: entry.title,
      content_text: entry.text,
      date_published: new Date(entry.beganMs).toISOString(),
      date_modified: new Date(entry.atMs).toISOString(),
    })),
  };
}

/** Numbers in the text format of Prometheus. */
export function prometheusText({ components, figures, state }: PageModel): string {
  const lines: string[] = [];
  const family = (name: string, help: string, type: 'gauge' | 'counter'): void => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
  };
  family('holdfast_status_component', '1 for the state that a component is in.', 'gauge');
  for (const one of components) {
    for (const name of STATES) {
      const labels = `cell="${one.cell}",component="${one.component}",state="${name}"`;
      lines.push(`holdfast_status_component{${labels}} ${Number(one.state === name)}`);
    }
  }
  family('holdfast_status_overall', '1 for the state of everything.', 'gauge');
  for (const name of STATES) {
    lines.push(`holdfast_status_overall{state="${name}"} ${Number(state === name)}`);
  }
  const single = (name: string, help: string, type: 'gauge' | 'counter', value?: number): void => {
    if (value === undefined) return;
    family(name, help, type);
    lines.push(`${name} ${value}`);
  };
  single(
    'holdfast_status_wrong_counts_total',
    'Wrong counts found.',
    'counter',
    figures.wrongFound,
  );
  single('holdfast_status_recounts_total', 'Recounts made.', 'counter', figures.recounts);
  single(
    'holdfast_status_overrides_total',
    'Overrides by people.',
    'counter',
    figures.overridesMade,
  );
  const seconds = (ms: number | undefined): number | undefined =>
    ms === undefined ? ms : ms / 1_000;
  single(
    'holdfast_status_oldest_number_seconds',
    'Age of the oldest number.',
    'gauge',
    seconds(figures.oldestMs),
  );
  single(
    'holdfast_status_like_seen_p99_seconds',
    'A like is seen after.',
    'gauge',
    seconds(figures.likeSeen.p99Ms),
  );
  single(
    'holdfast_status_interval_p99_seconds',
    'Measured gap between journeys.',
    'gauge',
    seconds(figures.interval.p99Ms),
  );
  return `${lines.join('\n')}\n`;
}

const BADGE_COLOURS = {
  operational: '#0b6b46',
  under_maintenance: '#3d5a80',
  degraded_performance: '#7c5000',
  unknown: '#566066',
  partial_outage: '#a3440a',
  major_outage: '#a32318',
} as const;

const CHAR_WIDTH = 6.6;
const PADDING = 9;

export function badge({ state }: PageModel): string {
  const word = STATE_WORDS[state].toLowerCase();
  const left = Math.round('status'.length * CHAR_WIDTH + 2 * PADDING);
  const right = Math.round(word.length * CHAR_WIDTH + 2 * PADDING);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label="status: ${word}">
  <title>status: ${word}</title>
  <clipPath id="r"><rect width="${left + right}" height="20" rx="4"/></clipPath>
  <g clip-path="url(#r)"><rect width="${left}" height="20" fill="#2a333a"/><rect x="${left}" width="${right}" height="20" fill="${BADGE_COLOURS[state]}"/></g>
  <g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">
    <text x="${left / 2}" y="14">status</text><text x="${left + right / 2}" y="14">${word}</text>
  </g>
</svg>
`;
}

export function icon({ state }: PageModel): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="${BADGE_COLOURS[state]}"/><path d="M4.5 3.5v9M11.5 3.5v9M4.5 8h7" stroke="#fff" stroke-width="2" fill="none" stroke-linecap="round"/></svg>
`;
}
