// Fifty ops a request: an app that was offline, or a gateway that gathers.

import { likesCase } from './likes.ts';
import type { Workload } from './workload.ts';

export const batch50: Workload = {
  name: 'batch-50',
  cases: (scale) => [
    likesCase(
      {
        id: 'batch-50',
        title: '50 ops a request, 64 connections',
        connections: 64,
        opsPerRequest: 50,
        hot: false,
      },
      scale,
    ),
  ],
};
