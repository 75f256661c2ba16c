// Fastify in front of nothing durable: the ceiling of the HTTP side on this machine.

import type { Contender } from './contender.ts';
import { freePort } from './processes.ts';
import { startStandIn } from './stand-in.ts';

export const frontContender: Contender = {
  name: 'front',
  title: 'Fastify alone',
  describe: 'the HTTP side of the stand-ins with likes in memory, nothing durable: the ceiling',
  launch: async () => {
    const port = await freePort();
    const standIn = await startStandIn({ kind: 'memory', port });
    return {
      target: { dialect: 'stand-in', port, serviceKey: 'service' },
      pids: [standIn.pid],
      stop: () => standIn.stop('SIGTERM'),
    };
  },
};
