// The pages beside the front page: an incident, the history, and the rules.

import { BUDGET_SHARE, BURN_RULES } from '../rules/burn.ts';
import { CONFIRM_IN_ROW, CONFIRM_PLACES } from '../rules/component-state.ts';
import { DAYS_SHOWN } from '../rules/days.ts';
import { CLEAN_WINDOW_MS } from '../rules/incident.ts';
import type { Incident } from '../rules/incident.ts';
import {
  COMPONENT_WORDS,
  COMPONENTS,
  PROBES,
  probesOf,
  SILENT_INTERVALS,
  STATE_WORDS,
} from '../rules/words.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import type { PageModel } from './model.ts';
import { dayWords, documentOf, incidentList, mark, shortTime, timeText } from './render.ts';
import { lateText, placeName, asSentence } from '../rules/plain-words.ts';

const EVIDENCE_SHOWN_MAX = 40;

/** `/status/incidents/{id}` */
export function incidentPage(model: PageModel, incident: Incident): string {
  const { affected, evidence, updates, rootCause, actions, late } = incident;
  const body = html`<article class="one ${incident.impact}">
    <p class="soft"><a href="/status">Status</a> / Incident</p>
    <h1>${incident.name}</h1>
    <p class="soft">
      <span class="chip ${incident.phase}">${incident.phase}</span> impact: ${incident.impact} ·
      first bad ${timeText(incident.firstBadAtMs)} · public
      ${shortTime(incident.openedAtMs - incident.firstBadAtMs)} later
    </p>
    <h2>What is affected</h2>
    <ul class="list">
      ${affected.map(
        ({ cell, component, worst, now }) =>
          html`<li>
            <span>${mark(now)} ${COMPONENT_WORDS[component].name}, ${placeName(cell)}</span>
            <span class="soft">now ${STATE_WORDS[now]}, at worst ${STATE_WORDS[worst]}</span>
          </li>`,
      )}
    </ul>
    <h2>Root cause</h2>
    <p>${rootCause ?? 'Not known yet. The incident stays open until it is.'}</p>
    ${listOf('What we do about it', actions)}
    ${listOf(
      'Data that came late',
      late.map((one) => lateText(one)),
    )}
    <h2>What happened</h2>
    <ol class="timeline">
      ${updates.toReversed().map(
        ({ atMs, phase, by, body: text }) =>
          html`<li>
            <p class="soft">${timeText(atMs)} <span class="chip ${phase}">${phase}</span> ${by}</p>
            <p class="words">${text}</p>
          </li>`,
      )}
    </ol>
    ${evidenceTable(incident)}
    <p>
      <a href="/api/v2/evidence/${incident.id}.json"
        >All ${evidence.length} pieces of evidence as JSON</a
      >
    </p>
  </article>`;
  return documentOf(model, `${incident.name} – ${model.title}`, body);
}

function listOf(title: string, items: readonly string[]): Html | undefined {
  if (items.length === 0) return undefined;
  return html`<h2>${title}</h2>
    <ul class="list">
      ${items.map((item) => html`<li>${item}</li>`)}
    </ul>`;
}

function evidenceTable({ evidence }: Incident): Html {
  return html`<h2>Evidence</h2>
    <div class="wide" role="region" aria-label="Evidence" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">From</th>
            <th scope="col">Journey</th>
            <th scope="col">Where</th>
            <th scope="col">What was seen</th>
          </tr>
        </thead>
        <tbody>
          ${evidence.slice(0, EVIDENCE_SHOWN_MAX).map(
            ({ place, observation }) =>
              html`<tr>
                <td>${timeText(observation.startedAtMs)}</td>
                <td>${place}</td>
                <td>${observation.kind}: ${observation.verdict}</td>
                <td>${observation.cell} through ${observation.gateway}</td>
                <td>${observation.detail === '' ? '' : asSentence(observation.detail)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

/** `/status/history` */
export function historyPage(model: PageModel): string {
  const body = html`<p class="soft"><a href="/status">Status</a> / History</p>
    <h1>History</h1>
    <h2>Incidents</h2>
    ${
      model.incidents.length === 0
        ? html`<p class="soft">None so far.</p>`
        : incidentList(model.incidents)
    }
    <h2>Overrides by people</h2>
    ${
      model.overrideLog.length === 0
        ? html`<p class="soft">None so far. People can make a state worse, never better.</p>`
        : html`<ul class="list">
            ${model.overrideLog.map(
              ({ atMs, by, what }) =>
                html`<li>${what} <span class="soft">${by}, ${timeText(atMs)}</span></li>`,
            )}
          </ul>`
    }
    <h2>Days with trouble</h2>
    ${troubleDays(model)}`;
  return documentOf(model, `History – ${model.title}`, body);
}

function troubleDays({ components }: PageModel): Html {
  const days = components.flatMap(({ cell, component, bars }) =>
    bars
      .filter(({ badMinutes }) => badMinutes > 0)
      .map((bar) => ({ cell, name: COMPONENT_WORDS[component].name, bar })),
  );
  if (days.length === 0) {
    return html`<p class="soft">None in the last ${DAYS_SHOWN} days that were watched.</p>`;
  }
  return html`<div class="wide" role="region" aria-label="Days with trouble" tabindex="0">
    <table>
      <thead>
        <tr>
          <th scope="col">Day</th>
          <th scope="col">Part</th>
          <th scope="col">Where</th>
          <th scope="col">Trouble</th>
        </tr>
      </thead>
      <tbody>
        ${days
          .toSorted((one, other) => other.bar.day.localeCompare(one.bar.day))
          .map(
            ({ cell, name, bar }) =>
              html`<tr>
                <td>${bar.day}</td>
                <td>${name}</td>
                <td>${placeName(cell)}</td>
                <td>${dayWords(bar)}</td>
              </tr>`,
          )}
      </tbody>
    </table>
  </div>`;
}

/** `/status/rules`: the rules as they are in the code, with the code's own numbers. */
export function rulesPage(model: PageModel): string {
  const budget = `${((1 - BUDGET_SHARE) * 100).toFixed(2)} %`;
  const body = html`<p class="soft"><a href="/status">Status</a> / Rules</p>
    <h1>How this page decides</h1>
    <ul class="rules">
      <li>Machines decide. People add words, and may make a state worse, never better.</li>
      <li>
        A fault is confirmed by ${CONFIRM_IN_ROW} failures in a row, or by ${CONFIRM_PLACES} places
        that see it. A fault that one of three places sees alone is shown as degraded.
      </li>
      <li>One confirmed wrong count is an incident. Wrong numbers have no error budget.</li>
      <li>
        No news for ${SILENT_INTERVALS} intervals is “unknown”, as are a disk that cannot be written
        and a clock that cannot be believed. Nothing is green for want of news.
      </li>
      <li>
        Everything else may fail in ${(BUDGET_SHARE * 100).toFixed(2)} % of journeys (goal
        ${budget}).
        ${BURN_RULES.map(
          ({ rate, windows, turnsRed }) =>
            `${rate} times that over ${windows.join(' and ')} ${turnsRed ? 'is shown as degraded' : 'is noted'}. `,
        )}
      </li>
      <li>
        An incident opens by itself and closes after ${CLEAN_WINDOW_MS / 60_000} clean minutes, and
        only with a root cause.
      </li>
      <li>Days are coloured by their minutes of trouble against the day’s budget of 43 seconds.</li>
    </ul>
    <h2>What each part rests on</h2>
    <div class="wide" role="region" aria-label="What each part rests on" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">Part</th>
            <th scope="col">Says</th>
            <th scope="col">Journeys</th>
          </tr>
        </thead>
        <tbody>
          ${COMPONENTS.map(
            (component) =>
              html`<tr>
                <td>${COMPONENT_WORDS[component].name}</td>
                <td>${COMPONENT_WORDS[component].says}</td>
                <td>
                  ${probesOf(component)
                    .map((kind) => `${kind}, every ${PROBES[kind].everyMs / 1_000} s`)
                    .join('; ')}
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  return documentOf(model, `Rules – ${model.title}`, body);
}

/** A page with a few words: after subscribing, and where nothing is. */
export function wordsPage(model: PageModel, heading: string, words: string): string {
  const body = html`<h1>${heading}</h1>
    <p>${words}</p>
    <p><a href="/status">To the status page</a></p>`;
  return documentOf(model, `${heading} – ${model.title}`, body);
}

/** A page with one button, for links in mail. */
export function buttonPage(
  model: PageModel,
  form: Readonly<{ heading: string; action: string; token: string; button: string }>,
): string {
  const body = html`<h1>${form.heading}</h1>
    <form method="post" action="${form.action}">
      <input type="hidden" name="token" value="${form.token}" />
      <button type="submit">${form.button}</button>
    </form>`;
  return documentOf(model, `${form.heading} – ${model.title}`, body);
}
