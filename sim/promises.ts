// The promises that a run is held to; `checkers.ts` and `world.ts` say when one is broken.

export const CHECKERS = [
  'OneOwner',
  'NoLoss',
  'NoDouble',
  'Conservation',
  'SealFinal',
  'OneDecision',
  'MonotoneDisplay',
  'NeverZero',
  'EndsWell',
  'SidesEqual',
] as const;
export type CheckerName = (typeof CHECKERS)[number];

export type Violation = Readonly<{ checker: CheckerName; detail: string }>;
