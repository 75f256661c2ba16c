import { availableParallelism } from 'node:os';
import process from 'node:process';
import { configDefaults, defineConfig } from 'vitest/config';

const withSlowTests = process.env['HOLDFAST_SLOW'] === '1';
const TEST_TIMEOUT_MS = 120_000;

// Vitest reads the default export, the only one in the repository.
export default defineConfig({
  test: {
    include: ['{packages,apps,bench,e2e,scripts,sim}/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(withSlowTests ? [] : ['**/*.slow.test.ts'])],
    // Processes, not threads: tests start servers and worker threads of their own, and a crash in
    // native code must not take other files along.
    pool: 'forks',
    // Also on two cores: tests of whole servers wait more than they work.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    passWithNoTests: true,
    // Only a hung test ends this way: how fast something is, is the benchmarks' concern.
    testTimeout: TEST_TIMEOUT_MS,
    hookTimeout: TEST_TIMEOUT_MS,
  },
});
