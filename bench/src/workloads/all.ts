// Every workload, in the order in which a round runs them.

import { batch50 } from './batch-50.ts';
import { bulkViews } from './bulk-views.ts';
import { countsRead } from './counts-read.ts';
import { engine } from './engine.ts';
import { hot } from './hot.ts';
import { memory } from './memory.ts';
import { oneOp } from './one-op.ts';
import { restart } from './restart.ts';
import { visible } from './visible.ts';
import type { Workload } from './workload.ts';

export const WORKLOADS: readonly Workload[] = [
  oneOp,
  hot,
  batch50,
  bulkViews,
  countsRead,
  visible,
  restart,
  engine,
  memory,
];
