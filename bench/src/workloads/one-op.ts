// One op a request over many videos: what a like from an app is.

import { likesCase } from './likes.ts';
import type { Workload } from './workload.ts';

const CONNECTIONS = [64, 256] as const;

export const oneOp: Workload = {
  name: 'one-op',
  cases: (scale) =>
    CONNECTIONS.map((connections) =>
      likesCase(
        {
          id: `one-op-${connections}`,
          title: `one op a request, ${connections} connections`,
          connections,
          opsPerRequest: 1,
          hot: false,
        },
        scale,
      ),
    ),
};
