// Lets the app open without a network: keeps the document and the files of it that this device has
// used. Answers of the API and media are never kept, so no number comes from here. Rule WB30.
//
// A page names its files once it has them (`keep-files.ts`); the document is kept after them, for a
// document without its files would be an empty page.

/** What is used below of the worker's own scope; the types of pages lack it. */
type WorkerEvent = Readonly<{ waitUntil: (work: Promise<unknown>) => void }>;
type FetchEvent = Readonly<{
  request: Request;
  respondWith: (answer: Promise<Response>) => void;
}>;
type Scope = Readonly<{
  skipWaiting: () => Promise<void>;
  clients: Readonly<{ claim: () => Promise<void> }>;
  addEventListener: ((
    type: 'install' | 'activate',
    listener: (event: WorkerEvent) => void,
  ) => void) &
    ((type: 'fetch', listener: (event: FetchEvent) => void) => void) &
    ((
      type: 'message',
      listener: (event: WorkerEvent & Readonly<{ data: unknown }>) => void,
    ) => void);
}>;
const scope = globalThis as unknown as Scope;

const STORE = 'holdfast-app';
const DOCUMENT = '/';
const FILES = '/assets/';
/** Files of the app and of builds before it; the oldest go first. */
const FILES_MAX = 150;
/** Addresses that are not the app's. */
const ELSEWHERE = /^\/(?:v1|api|sdk|media|status|console|openapi\.json|metrics|healthz|readyz)\b/;

async function keep(files: readonly string[]): Promise<void> {
  const store = await caches.open(STORE);
  await Promise.all(
    files.map(async (file) => {
      if ((await store.match(file)) === undefined) await store.add(file);
    }),
  );
  await store.add(DOCUMENT);
  const held = (await store.keys()).filter(({ url }) => new URL(url).pathname.startsWith(FILES));
  const old = held.filter(({ url }) => !files.includes(new URL(url).pathname));
  for (const request of old.slice(0, Math.max(0, held.length - FILES_MAX))) {
    await store.delete(request);
  }
}

async function openDocument(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (cause) {
    const kept = await caches.match(DOCUMENT);
    if (kept === undefined) throw cause;
    return kept;
  }
}

async function openFile(request: Request): Promise<Response> {
  const kept = await caches.match(request);
  if (kept !== undefined) return kept;
  const response = await fetch(request);
  // At once: the page may be gone before it names its files.
  if (response.ok) await (await caches.open(STORE)).put(request, response.clone());
  return response;
}

scope.addEventListener('install', (event) => {
  event.waitUntil(scope.skipWaiting());
});
scope.addEventListener('activate', (event) => {
  event.waitUntil(scope.clients.claim());
});
scope.addEventListener('message', (event) => {
  const { data } = event;
  const isList = Array.isArray(data) && data.every((file) => typeof file === 'string');
  if (isList) event.waitUntil(keep(data.filter((file) => file.startsWith(FILES))));
});
scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin || request.method !== 'GET') return;
  if (pathname.startsWith(FILES)) event.respondWith(openFile(request));
  else if (request.mode === 'navigate' && !ELSEWHERE.test(pathname)) {
    event.respondWith(openDocument(request));
  }
});
