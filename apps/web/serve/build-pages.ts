// Builds the pages into a folder: `node build-pages.ts FOLDER`. Run by `built-pages.ts`, in a process
// of its own, so that a server never holds the bundler's memory.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { SDK_FILES, sdkCode } from './build-sdk.ts';

const [outDir] = process.argv.slice(2);
if (outDir === undefined) throw new Error('usage: node build-pages.ts FOLDER');
const root = fileURLToPath(new URL('../', import.meta.url));

const TARGETS = ['chrome123', 'firefox125', 'safari17.5'];

/**
 * What is needed together is one file: small files compress badly, and each is one more thing to
 * wait for. The feed does without the router and without queries (WB2), so they are files of their
 * own.
 */
const GROUPS = [
  {
    name: 'react',
    priority: 3,
    test: /node_modules.(?:react|react-dom|scheduler)\b|src.app.(?:main|location)\.|src.ui.(?:theme|notice)\.|preload-helper|rolldown.runtime/,
  },
  {
    name: 'router',
    priority: 2,
    test: /node_modules.(?:use-sync-external-store\b|@tanstack.(?:history|react-router|router-core|react-store|store)\b)|src.app.(?:router|routes)\./,
  },
  {
    name: 'shell',
    priority: 1,
    test: /src.app.(?:app-frame|app-link|i18n|words|messages.en|session|ask|parse|trouble-text|page)\.|src.ui.(?:icon|toast)\./,
  },
  {
    name: 'queries',
    test: /node_modules.@tanstack.(?:react-query|query-core)\b(?!.*(?:mutationObserver|useMutation))|src.app.queries-layout/,
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
    target: TARGETS,
    rolldownOptions: {
      input: fileURLToPath(new URL('../index.html', import.meta.url)),
      // No module here has a getter that does something when it is read.
      treeshake: { propertyReadSideEffects: false },
      output: { codeSplitting: { groups: GROUPS } },
    },
  },
});

/** One script at one address: a worker's address is its name, and it may change behind it. */
await build({
  configFile: false,
  envFile: false,
  root,
  publicDir: false,
  logLevel: 'error',
  build: {
    outDir,
    emptyOutDir: false,
    target: TARGETS,
    rolldownOptions: {
      input: fileURLToPath(new URL('../src/offline/worker.ts', import.meta.url)),
      output: { format: 'iife', entryFileNames: 'worker.js' },
    },
  },
});

await mkdir(join(outDir, 'sdk'));
for (const [name, entry, format] of SDK_FILES) {
  await writeFile(join(outDir, 'sdk', name), await sdkCode(entry, format));
}
