// Builds the SDK as integrators load it: a module, and the script for a script tag.

import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { InlineConfig } from 'vite';

const SOURCES = fileURLToPath(new URL('../../../packages/sdk/src', import.meta.url));

/** Files of the SDK: the name under `/sdk/`, the source, the kind of file. */
export const SDK_FILES = [
  ['holdfast.mjs', 'index.ts', 'es'],
  ['holdfast.js', 'script.ts', 'iife'],
] as const;

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
      target: ['chrome123', 'firefox125', 'safari17.5'],
      rolldownOptions: {
        input: entry,
        preserveEntrySignatures: 'strict',
        treeshake: { propertyReadSideEffects: false },
        output: { format, minify: true, comments: false },
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
