// The whole site by address: what the page's process serves and what an export writes are the same.

import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { apiDocuments } from './api-v2.ts';
import { atomFeed, badge, icon, jsonFeed, prometheusText } from './feeds.ts';
import type { PageModel } from './model.ts';
import { frontPage } from './render.ts';
import { historyPage, incidentPage, rulesPage } from './render-more.ts';

export type SiteFile = Readonly<{ type: string; body: string }>;

/** Text files that do not change: the style sheet and the script. */
export type Assets = Readonly<{ css: string; script: string }>;

const HTML = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';
const SVG = 'image/svg+xml; charset=utf-8';

type Maker = () => SiteFile;

/** Every address of the site, each made when it is asked for. */
export function siteOf(model: PageModel, assets: Assets): ReadonlyMap<string, Maker> {
  const page =
    (body: () => string): Maker =>
    () => ({ type: HTML, body: body() });
  const text =
    (type: string, body: () => string): Maker =>
    () => ({ type, body: body() });
  const documents = apiDocuments(model);
  const site = new Map<string, Maker>([
    ['/status', page(() => frontPage(model, {}))],
    ['/status/history', page(() => historyPage(model))],
    ['/status/rules', page(() => rulesPage(model))],
    ['/status/page.css', text('text/css; charset=utf-8', () => assets.css)],
    ['/status/live.js', text('text/javascript; charset=utf-8', () => assets.script)],
    ['/status/feed.atom', text('application/atom+xml; charset=utf-8', () => atomFeed(model))],
    [
      '/status/feed.json',
      text('application/feed+json; charset=utf-8', () => JSON.stringify(jsonFeed(model))),
    ],
    ['/status/badge.svg', text(SVG, () => badge(model))],
    ['/status/badge-icon.svg', text(SVG, () => icon(model))],
    [
      '/status/metrics',
      text('text/plain; version=0.0.4; charset=utf-8', () => prometheusText(model)),
    ],
  ]);
  for (const cell of model.cells) {
    site.set(
      `/status/${cell}`,
      page(() => frontPage(model, { cell: cell as Jurisdiction })),
    );
  }
  for (const incident of model.incidents) {
    site.set(
      `/status/incidents/${incident.id}`,
      page(() => incidentPage(model, incident)),
    );
  }
  for (const [path, document] of documents) {
    site.set(
      `/api/v2/${path}`,
      text(JSON_TYPE, () => JSON.stringify(document())),
    );
  }
  // What an export copies: everything that has an address.
  const paths = [...site.keys()];
  site.set(
    '/status/site.json',
    text(JSON_TYPE, () => JSON.stringify({ paths })),
  );
  return site;
}

/** The file of an address in a static export: pages become folders with an index. */
export function fileOf(address: string): string {
  const path = address.slice(1);
  return /\.[a-z]+$/.test(path) || path === 'status/metrics' ? path : `${path}/index.html`;
}
