// What a person needs who wants to know why a seed failed.

import type { Outcome } from './run-seed.ts';

export function failureText({ seed, violations, lastLines }: Outcome): string {
  const [first] = violations;
  return [
    `Seed ${seed} broke ${first?.checker}: ${first?.detail}`,
    `Replay it with: npm run sim -- --seed ${seed}`,
    'What happened last, in virtual milliseconds:',
    ...lastLines.map((line) => `  ${line}`),
  ].join('\n');
}
