// Builds the SDK as integrators load it: a module, and the script for a script tag.

import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { InlineConfig } from 'vite';

const SOURCES = fileURLToPath(new URL('../../../packages/sdk/src', import.meta.url));

const TARGETS = ['chrome123', 'firefox125', 'safari17.5'];

/** Files of the SDK: the name under `/sdk/`, the source, the kind of file. */
export const SDK_FILES = [
  ['holdfast.mjs', 'index.ts', 'es'],
  ['holdfast.js', 'script.ts', 'iife'],
] as const;

/**
 * Properties that only the SDK's own code reads, and that so may have other names in the built
 * files. None that a page, the API, a browser, another tab or the database knows by its name may be
 * here: the database outlives a build.
 */
const OWN_PROPERTIES = [
  ...['ask', 'failure', 'nowMs', 'onShown', 'openStream', 'setTimer'],
  ...['confirmedAtMs', 'followed', 'include', 'listeners', 'model', 'notify', 'setVisible', 'tick'],
  ...['confirm', 'isRead', 'op', 'press', 'reset', 'restore', 'settle', 'shown'],
  ...['enqueue', 'kept', 'lead', 'of', 'setWho', 'wake', 'wantSession', 'yieldLead'],
  ...['lanes', 'load', 'onSession', 'openSession', 'postOps', 'save', 'store', 'waiting'],
  ...['onStart', 'onWatched', 'sight'],
];

type Format = (typeof SDK_FILES)[number][2];

/** The code of one entry, minified; also what part of the SDK alone costs. */
export async function sdkCode(entry: string, format: Format): Promise<string> {
  const config: InlineConfig = {
    configFile: false,
    envFile: false,
    root: SOURCES,
    publicDir: false,
    logLevel: 'error',
    build: {
      write: false,
      target: TARGETS,
      rolldownOptions: {
        input: entry,
        preserveEntrySignatures: 'strict',
        treeshake: { propertyReadSideEffects: false },
        optimization: { inlineConst: { mode: 'all', pass: 3 } },
        output: {
          format,
          comments: false,
          minify: {
            compress: { target: TARGETS, maxIterations: 20 },
            mangle: { toplevel: true },
            mangleProps: { include: new RegExp(`^(?:${OWN_PROPERTIES.join('|')})$`) },
            codegen: { removeWhitespace: true },
          },
        },
      },
      modulePreload: false,
    },
  };
  const result = await build(config);
  const outputs = Array.isArray(result) ? result : [result];
  const chunks = outputs.flatMap((each) => ('output' in each ? each.output : []));
  const [chunk] = chunks;
  if (chunk?.type !== 'chunk' || chunks.length !== 1) {
    throw new Error(`the SDK's ${entry} is not one file`);
  }
  return chunk.code;
}
