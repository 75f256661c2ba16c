#!/usr/bin/env node
// The command `holdfast`: runs main.ts under the pinned Node, whichever Node started this file.

import process from 'node:process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
process.argv.splice(1, 1, 'holdfast', main);
await import('../../../scripts/bootstrap.mjs');
