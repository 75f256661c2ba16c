import process from 'node:process';
import { configDefaults, defineConfig } from 'vitest/config';

const slow = process.env['HOLDFAST_SLOW'] === '1';

// Vitest wants a default export here.
export default defineConfig({
  test: {
    include: ['{packages,apps}/*/src/**/*.test.ts', '{scripts,bench,e2e,sim}/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(slow ? [] : ['**/*.slow.test.ts'])],
    // Processes, not threads: tests start servers and worker threads of their own, and a native
    // crash in one file must not take the others along.
    pool: 'forks',
    passWithNoTests: true,
  },
});
