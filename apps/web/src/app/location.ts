// Where in the app one is. The feed is shown before there is a router (WB2): it is most people's first
// page and needs none. The first step to another page brings the router, which then owns addresses.

import { useSyncExternalStore } from 'react';

/** The address of the feed; its lists are in the query. */
export const FEED_PATH = '/';

type Router = Readonly<{ push: (href: string) => void; preload: (href: string) => void }>;

const listeners = new Set<() => void>();
let router: Router | undefined = undefined;
let bringRouter: () => Promise<void> = () => Promise.resolve();
let href = hrefNow();

/** Path and query of the page that is shown. */
export function useHref(): string {
  return useSyncExternalStore(subscribe, () => href);
}

/** Goes to an address of the app without loading the document anew. */
export function go(to: string): void {
  if (router !== undefined) {
    router.push(to);
    return;
  }
  history.pushState(null, '', to);
  locationChanged();
  if (!isFeed(to)) bring();
}

/** Somebody is about to go there. */
export function goSoon(to: string): void {
  if (router !== undefined) router.preload(to);
  // Failing here costs nothing: it is tried again when they go.
  else if (!isFeed(to)) void bringRouter().catch(() => undefined);
}

/** To be called by the router once it is shown: from then on it owns addresses. */
export function routeWith(made: Router): void {
  router = made;
}

/** To be called when the address has changed; by the router before the browser shows it. */
export function locationChanged(to: string = hrefNow()): void {
  href = to;
  for (const listener of listeners) listener();
}

/** Starts without a router; `load` fetches it and `show` puts it in place of the feed. */
export function startWithoutRouter(load: () => Promise<void>, show: () => Promise<void>): void {
  bringRouter = load;
  bring = () => {
    // Without the router's code the browser can still go there by itself.
    show().catch(() => {
      location.reload();
    });
  };
  addEventListener('popstate', () => {
    if (router !== undefined) return;
    locationChanged();
    if (!isFeed(href)) bring();
  });
}

let bring = (): void => undefined;

function isFeed(to: string): boolean {
  return new URL(to, location.origin).pathname === FEED_PATH;
}

function hrefNow(): string {
  return location.pathname + location.search;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
