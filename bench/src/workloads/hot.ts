// Half of all ops on one video, one op a request: the day a video goes viral. Compared with the
// spread case of `one-op`, so the two belong in one run.

import { likesCase } from './likes.ts';
import type { Workload } from './workload.ts';

export const hot: Workload = {
  name: 'hot',
  cases: (scale) => [
    likesCase(
      {
        id: 'hot-64',
        title: 'half of all ops on one video, 64 connections',
        connections: 64,
        opsPerRequest: 1,
        hot: true,
      },
      scale,
    ),
  ],
};
