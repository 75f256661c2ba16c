// The page as HTML: whole without JavaScript, and kept fresh by a small script where there is one.
//
// Rules: docs/spec/status.md (ST35, ST38). No state is said by colour alone: each has a word and a
// shape. Every text from outside goes through `html`, which escapes it.

import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { isOpen } from '../rules/incident.ts';
import type { Incident } from '../rules/incident.ts';
import { isUnderWay } from '../rules/orders.ts';
import type { DayBar } from '../rules/days.ts';
import { COMPONENT_WORDS, STATE_WORDS } from '../rules/words.ts';
import type { State } from '../rules/words.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import type { ComponentView, Delay, PageModel } from './model.ts';
import { listed, placeName, asSentence } from '../rules/plain-words.ts';

const INCIDENTS_ON_FRONT_MAX = 8;

/** Where in the site a page stands; `cell` is the tab that is open. */
export type Where = Readonly<{ cell?: Jurisdiction; heading?: string }>;

export function timeText(ms: number): Html {
  const iso = new Date(ms).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC</time>`;
}

const SHAPES: Readonly<Record<State, string>> = {
  operational: 'M3 8.5l3.2 3.2L13 4.8',
  under_maintenance: 'M4 12l8-8M9 4h3v3',
  degraded_performance: 'M8 3.5v5.5M8 12.2v.3',
  unknown: 'M5.8 6a2.3 2.3 0 1 1 3.3 2c-.8.4-1.1.9-1.1 1.7M8 12.3v.2',
  partial_outage: 'M3.5 8h9',
  major_outage: 'M4.2 4.2l7.6 7.6M11.8 4.2l-7.6 7.6',
};

/** The mark of a state: a shape in a disc. */
export function mark(state: State): Html {
  return html`<svg class="mark ${state}" viewBox="0 0 16 16" aria-hidden="true">
    <circle cx="8" cy="8" r="8" />
    <path d="${SHAPES[state]}" />
  </svg>`;
}

/** A whole document around a body. */
export function documentOf(model: PageModel, title: string, body: Html): string {
  const { generatedAtMs, state } = model;
  const page = html`<html lang="en" data-state="${state}" data-made="${generatedAtMs}">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>${title}</title>
      <meta name="description" content="${model.sentence}" />
      <link rel="stylesheet" href="/status/page.css" />
      <link rel="icon" href="/status/badge-icon.svg" type="image/svg+xml" />
      <link
        rel="alternate"
        type="application/atom+xml"
        title="Incidents"
        href="/status/feed.atom"
      />
      <link
        rel="alternate"
        type="application/feed+json"
        title="Incidents"
        href="/status/feed.json"
      />
      <script src="/status/live.js" defer></script>
    </head>
    <body>
      <a class="skip" href="#main">To the state of things</a>
      <header class="top">
        <a class="wordmark" href="/status"
          ><span class="logo" aria-hidden="true"></span>${model.title}</a
        >
        <nav aria-label="Status">
          <a href="/status/history">History</a><a href="/status/rules">Rules</a>
          <a href="/status#subscribe">Subscribe</a>
        </nav>
      </header>
      <p class="aged" role="alert" hidden>
        This page has had no news for a while. What it shows may not hold any more: count it as
        unknown.
      </p>
      <main id="main">${body}</main>
      <footer class="foot">
        <p>
          Measured by our own journeys as anybody could make them, from the outside, and shown by a
          machine apart from what it watches. As of ${timeText(generatedAtMs)}.
        </p>
        <p>
          <a href="/api/v2/summary.json">JSON</a> <a href="/status/feed.atom">Atom</a>
          <a href="/status/feed.json">JSON Feed</a> <a href="/status/badge.svg">Badge</a>
          <a href="/status/rules">How this page decides</a>
        </p>
      </footer>
    </body>
  </html>`;
  return `<!doctype html>\n${page.html}\n`;
}

/** `/status`, and `/status/{cell}` for a country's tab. */
export function frontPage(model: PageModel, { cell }: Where): string {
  const cells = cell === undefined ? model.cells : [cell];
  const open = model.incidents.filter(isOpen);
  const body = html`${hero(model)} ${openIncidents(model, open)} ${plansSection(model)}
  ${tabs(model, cell)} ${cells.map((one) => cellSection(model, one))} ${figuresSection(model)}
  ${historySection(model)} ${subscribeSection()}`;
  return documentOf(model, `${STATE_WORDS[model.state]} – ${model.title}`, body);
}

function hero({ state, sentence, generatedAtMs }: PageModel): Html {
  return html`<section class="hero ${state}" aria-labelledby="overall" data-live="hero">
    ${mark(state)}
    <div>
      <h1 id="overall">${sentence}</h1>
      <p class="soft">
        <span class="state">${STATE_WORDS[state]}</span> · looked at ${timeText(generatedAtMs)}
      </p>
    </div>
  </section>`;
}

function openIncidents(model: PageModel, open: readonly Incident[]): Html | undefined {
  if (open.length === 0) return undefined;
  return html`<section class="open" aria-label="Incidents that are open" data-live="open">
    ${open.toReversed().map((incident) => incidentCard(incident, model))}
  </section>`;
}

function incidentCard(incident: Incident, { generatedAtMs }: PageModel): Html {
  const last = incident.updates.at(-1);
  const minutes = Math.max(1, Math.round((generatedAtMs - incident.openedAtMs) / 60_000));
  return html`<article class="incident ${incident.impact}">
    <h2><a href="/status/incidents/${incident.id}">${incident.name}</a></h2>
    <p>${last?.body}</p>
    <p class="soft">
      ${phaseChip(incident)} open for ${minutes} min, first seen ${timeText(incident.firstBadAtMs)}
    </p>
  </article>`;
}

function phaseChip({ phase }: Pick<Incident, 'phase'>): Html {
  return html`<span class="chip ${phase}">${phase}</span>`;
}

function plansSection({ maintenances, generatedAtMs }: PageModel): Html | undefined {
  const plans = maintenances.filter(({ untilMs }) => untilMs > generatedAtMs);
  if (plans.length === 0) return undefined;
  return html`<section id="maintenance" class="plans" aria-labelledby="plans-title">
    <h2 id="plans-title">Announced</h2>
    ${plans.map(
      (plan) =>
        html`<article class="incident maintenance">
          <h3>${plan.name}</h3>
          <p>${plan.body}</p>
          <p class="soft">
            <span class="chip">${isUnderWay(plan, generatedAtMs) ? 'under way' : 'planned'}</span>
            ${timeText(plan.fromMs)} to ${timeText(plan.untilMs)} ·
            ${listed(plan.cells.map(placeName))}
          </p>
        </article>`,
    )}
  </section>`;
}

function tabs({ cells }: PageModel, open: Jurisdiction | undefined): Html {
  const tab = (name: string, path: string, isHere: boolean): Html =>
    isHere
      ? html`<a href="${path}" aria-current="page">${name}</a>`
      : html`<a href="${path}">${name}</a>`;
  return html`<nav class="tabs" aria-label="Countries">
    ${tab('Everywhere', '/status', open === undefined)}
    ${cells.map((cell) => tab(placeName(cell), `/status/${cell}`, cell === open))}
  </nav>`;
}

function cellSection(model: PageModel, cell: Jurisdiction): Html {
  const parts = model.components.filter((one) => one.cell === cell);
  return html`<section class="cell" aria-labelledby="cell-${cell}" data-live="cell-${cell}">
    <h2 id="cell-${cell}">${placeName(cell)}</h2>
    <ul class="components">
      ${parts.map(componentRow)}
    </ul>
    <p class="axis soft" aria-hidden="true"><span>90 days ago</span><span>today</span></p>
  </section>`;
}

function componentRow(one: ComponentView): Html {
  const { name, says, budget } = COMPONENT_WORDS[one.component];
  const word = one.measured.offered ? STATE_WORDS[one.state] : 'Not offered yet';
  const look = one.measured.offered ? one.state : 'unknown';
  const reason = one.measured.offered ? one.measured.reason : '';
  const good =
    one.goodPercent === undefined
      ? 'no figure yet'
      : `${one.goodPercent.toFixed(3)} % of the time that is known was good`;
  return html`<li class="component">
    <div class="line">
      ${mark(look)}
      <h3>${name}</h3>
      <p class="word ${look}">${word}</p>
    </div>
    <p class="soft says">${reason === '' ? says : asSentence(reason)}</p>
    ${one.override === undefined ? undefined : html`<p class="soft">Made worse by ${one.override}</p>`}
    ${bars(name, one.bars)}
    <p class="soft numbers">
      <span>${good}</span>
      <span>${budget === 'none' ? 'no error budget' : 'goal 99.95 %'}</span>
      ${one.burning.length === 0 || budget === 'none' ? undefined : html`<span>budget burns: ${one.burning.join(', ')}</span>`}
    </p>
  </li>`;
}

const BAR_WIDTH = 8;
const BAR_STEP = 10;
const BAR_HEIGHT = 28;

/** Ninety bars as one drawing; in words beside it, and each day in the table of the history. */
function bars(name: string, days: readonly DayBar[]): Html {
  const bad = days.filter(({ colour }) => ['spent', 'bad', 'wrong'].includes(colour));
  const known = days.filter(({ colour }) => colour !== 'none').length;
  const words = `${name}: ${known} days known, ${bad.length} with more trouble than the budget allows`;
  return html`<svg
    class="bars"
    viewBox="0 0 ${days.length * BAR_STEP - 2} ${BAR_HEIGHT}"
    preserveAspectRatio="none"
    role="img"
    aria-label="${words}"
  >
    ${days.map(
      (day, index) =>
        html`<rect
          class="${day.colour}"
          x="${index * BAR_STEP}"
          y="${day.colour === 'none' ? 20 : 0}"
          width="${BAR_WIDTH}"
          height="${day.colour === 'none' ? 8 : BAR_HEIGHT}"
          rx="2"
          ><title>${day.day}: ${dayWords(day)}</title></rect
        >`,
    )}
  </svg>`;
}

export function dayWords({ colour, badMinutes, unknownMinutes }: DayBar): string {
  if (colour === 'none') return 'nobody was looking yet';
  const unknown = unknownMinutes > 0 ? `, ${unknownMinutes} min unknown` : '';
  if (badMinutes === 0) return `no trouble${unknown}`;
  const what = colour === 'wrong' ? 'wrong numbers' : 'trouble';
  return `${badMinutes} min ${what}${unknown}`;
}

function delayText({ p50Ms, p99Ms }: Delay): string {
  if (p50Ms === undefined || p99Ms === undefined) return '–';
  return `${shortTime(p50Ms)} / ${shortTime(p99Ms)}`;
}

export function shortTime(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 90_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.round(ms / 60_000)} min`;
}

function figuresSection({ figures }: PageModel): Html {
  const red = [...figures.redDelaysMs].sort((one, other) => one - other);
  const worstRed = red.at(-1);
  const rows: readonly (readonly [string, string, string])[] = [
    ['A like is seen after', delayText(figures.likeSeen), 'half / 99 of 100, last 6 h'],
    ['A view is seen after', delayText(figures.viewSeen), 'half / 99 of 100, last 6 h'],
    ['Wrong counts found', String(figures.wrongFound), 'since this page began'],
    ['Recounts made', figures.recounts.toLocaleString('en-GB'), 'each compares rows and books'],
    [
      'Age of the oldest number',
      figures.oldestMs === undefined ? '–' : shortTime(figures.oldestMs),
      'at the last look',
    ],
    ['We look every', delayText(figures.interval), 'measured: half / 99 of 100'],
    [
      'From first sign to red',
      worstRed === undefined ? '–' : shortTime(worstRed),
      'the longest of the incidents shown',
    ],
    ['Overrides by people', String(figures.overridesMade), 'each is listed; none made it better'],
  ];
  return html`<section class="figures" aria-labelledby="figures-title" data-live="figures">
    <h2 id="figures-title">Measured</h2>
    <dl>
      ${rows.map(
        ([name, value, note]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}<span class="soft">${note}</span></dd>
          </div>`,
      )}
    </dl>
    <p class="soft">
      ${
        figures.places.length === 0
          ? 'No place has reported since this page was started.'
          : `Looked at from: ${figures.places
              .map(({ place, agoMs }) => `${place} (${shortTime(Math.max(0, agoMs))} ago)`)
              .join(', ')}.`
      }
    </p>
  </section>`;
}

function historySection(model: PageModel): Html {
  const past = model.incidents
    .filter((incident) => !isOpen(incident))
    .slice(0, INCIDENTS_ON_FRONT_MAX);
  return html`<section class="past" aria-labelledby="past-title">
    <h2 id="past-title">Past incidents</h2>
    ${past.length === 0 ? html`<p class="soft">None so far.</p>` : incidentList(past)}
    <p><a href="/status/history">The whole history</a></p>
  </section>`;
}

export function incidentList(incidents: readonly Incident[]): Html {
  return html`<ul class="list">
    ${incidents.map(
      (incident) =>
        html`<li>
          <a href="/status/incidents/${incident.id}">${incident.name}</a>
          <span class="soft">${phaseChip(incident)} ${timeText(incident.openedAtMs)}</span>
        </li>`,
    )}
  </ul>`;
}

function subscribeSection(): Html {
  return html`<section id="subscribe" class="subscribe" aria-labelledby="subscribe-title">
    <h2 id="subscribe-title">Be told</h2>
    <p>
      By feed: <a href="/status/feed.atom">Atom</a> or <a href="/status/feed.json">JSON Feed</a>. By
      e-mail or a signed webhook:
    </p>
    <form method="post" action="/status/subscribe">
      <label>
        E-mail address or https address of a webhook
        <input name="target" required maxlength="512" autocomplete="email" inputmode="email" />
      </label>
      <button type="submit">Subscribe</button>
    </form>
  </section>`;
}
