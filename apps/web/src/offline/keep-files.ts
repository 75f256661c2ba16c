// Tells the worker which files this page has loaded, so that it opens without a network too (WB30).

const WORKER = '/worker.js';
const FILES = '/assets/';
/** After the page has what it shows first. */
const REST_MS = 2_000;

/** Begins to keep the app on this device; nothing is lost where the browser does not let it. */
export function keepFiles(): void {
  // Not there on plain HTTP, whatever the type says.
  const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (workers === undefined) return;
  const tell = async (): Promise<void> => {
    const { active } = await workers.ready;
    active?.postMessage([...new Set(loadedFiles())]);
  };
  workers.register(WORKER).then(
    () => {
      setTimeout(() => void tell(), REST_MS);
      // By then it has also opened other pages.
      document.addEventListener('visibilitychange', () => {
        if (document.visibilityState === 'hidden') void tell();
      });
    },
    () => {
      // A browser that keeps nothing: the app works, and opens only with a network.
    },
  );
}

function loadedFiles(): readonly string[] {
  return performance
    .getEntriesByType('resource')
    .map(({ name }) => new URL(name))
    .filter(({ origin, pathname }) => origin === location.origin && pathname.startsWith(FILES))
    .map(({ pathname }) => pathname);
}
