// What befalls a part, or the network between two, in the middle of a hand-over.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, Role } from './attempt.ts';

/** Kill -9, with a new start after a while; what the part had sent arrives all the same. */
export function kill(role: Role, awayMs = 1_000): Fault {
  return async ({ rig, partOf, letGo }) => {
    const part = partOf(role);
    await rig.kill(part);
    letGo();
    await sleep(awayMs);
    await rig.start(part);
  };
}

/** The process stands still, as on a machine that swaps or is moved, and then goes on. */
export function stop(role: Role, stoppedMs: number): Fault {
  return async ({ rig, partOf, letGo }) => {
    const { signal } = rig.running(partOf(role));
    signal('SIGSTOP');
    letGo();
    await sleep(stoppedMs);
    signal('SIGCONT');
  };
}

/** Nothing gets from one to the other; the other way is open. What was sent arrives late or never. */
export function cut(from: Role, to: Role, cutMs: number, then: 'late' | 'never'): Fault {
  return async ({ rig, partOf, letGo }) => {
    const held = rig.network.cut(partOf(from), partOf(to));
    letGo();
    await sleep(cutMs);
    if (then === 'late') held.release();
    else held.lose();
  };
}
