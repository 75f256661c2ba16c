// What is measured: Holdfast, the stand-ins for what people write today, and `front`, the ceiling
// of the HTTP side that they share.

import type { Target } from '../load/job.ts';

export type ContenderName = 'holdfast' | 'redis' | 'postgres' | 'front';

/** A running server with empty data, in processes of its own. */
export type Instance = Readonly<{
  target: Target;
  /** Every process whose time is the server's: with a stand-in, its database too. */
  pids: readonly number[];
  /** Ends the processes and removes their data. */
  stop: () => Promise<void>;
}>;

export type Contender = Readonly<{
  name: ContenderName;
  title: string;
  /** What exactly was run: versions and settings that matter. */
  describe: string;
  launch: () => Promise<Instance>;
}>;

export type Availability =
  | Readonly<{ kind: 'available'; contender: Contender }>
  | Readonly<{ kind: 'missing'; name: ContenderName; why: string }>;

export const READY_TIMEOUT_MS = 60_000;
