// Builds the pages into a folder: `node build-pages.ts FOLDER`. Run by `built-pages.ts`, in a process
// of its own, so that a server never holds the bundler's memory.

import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const [outDir] = process.argv.slice(2);
if (outDir === undefined) throw new Error('usage: node build-pages.ts FOLDER');
const root = fileURLToPath(new URL('../', import.meta.url));

/**
 * What every page needs is one file, what pages with queries need another, and what every page of
 * the public record needs a third: small files compress badly, and each is one more thing to wait
 * for. Queries are not in the first because the feed does without (W2).
 */
const GROUPS = [
  {
    name: 'queries',
    test: /node_modules.@tanstack.(?:react-query|query-core)\b(?!.*(?:mutationObserver|useMutation))|src.app.queries-layout/,
  },
  {
    name: 'base',
    priority: 2,
    test: /node_modules.(?:react|react-dom|scheduler|use-sync-external-store)\b|node_modules.@tanstack.(?:history|react-router|router-core|react-store|store)\b|src.app.(?:main|routes)\.|src.ui.(?:notice|theme)\.|preload-helper|rolldown.runtime/,
  },
  {
    name: 'shell',
    priority: 1,
    test: /src.app.(?:app-frame|i18n|words|messages.en|session|ask|parse|trouble-pages|page)\.|src.ui.(?:icon|toast)\./,
  },
  { name: 'trust', test: /src.trust.(?:trouble|trust-frame|ask|record|hash)\./ },
];

await build({
  configFile: false,
  envFile: false,
  root,
  publicDir: false,
  logLevel: 'error',
  build: {
    outDir,
    emptyOutDir: true,
    assetsDir: 'assets',
    // Inlined files would be `data:` addresses, which the policy has only for pictures.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: 'manifest.json',
    reportCompressedSize: false,
    target: ['chrome123', 'firefox125', 'safari17.5'],
    rolldownOptions: {
      input: fileURLToPath(new URL('../pages.html', import.meta.url)),
      // No module here has a getter that does something when it is read.
      treeshake: { propertyReadSideEffects: false },
      output: { codeSplitting: { groups: GROUPS } },
    },
  },
});
