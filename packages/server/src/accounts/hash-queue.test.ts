import { describe, expect, test } from 'vitest';
import { createHashQueue } from './hash-queue.ts';

/** A task that runs until it is told how to end. */
function heldTask() {
  const held = Promise.withResolvers<string>();
  let begun = false;
  const task = (): Promise<string> => {
    begun = true;
    return held.promise;
  };
  return { task, finish: held.resolve, fail: held.reject, hasBegun: () => begun };
}

const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('AC13: the queue of hashes', () => {
  test('runs two at once and the third when one is done', async () => {
    const queue = createHashQueue({ hashesRunningMax: 2, hashesWaitingMax: 4 });
    const tasks = [heldTask(), heldTask(), heldTask()];
    const results = tasks.map(({ task }) => queue.run(task));
    await settle();
    expect(tasks.map((task) => task.hasBegun())).toEqual([true, true, false]);
    tasks[1]?.finish('second');
    await settle();
    expect(tasks[2]?.hasBegun()).toBe(true);
    tasks[0]?.finish('first');
    tasks[2]?.finish('third');
    expect(await Promise.all(results)).toEqual(['first', 'second', 'third']);
  });

  test('has no room when as many wait as may, and has room again after', async () => {
    const queue = createHashQueue({ hashesRunningMax: 1, hashesWaitingMax: 1 });
    const [running, waiting] = [heldTask(), heldTask()];
    const results = [queue.run(running.task), queue.run(waiting.task)];
    expect(queue.hasRoom()).toBe(false);
    await expect(queue.run(heldTask().task)).rejects.toThrow('AC13');
    running.finish('');
    await settle();
    expect(queue.hasRoom()).toBe(true);
    waiting.finish('');
    await Promise.all(results);
  });

  test('makes a newcomer wait for one that waited before and runs now', async () => {
    const queue = createHashQueue({ hashesRunningMax: 1, hashesWaitingMax: 1 });
    const [first, second, newcomer] = [heldTask(), heldTask(), heldTask()];
    const results = [queue.run(first.task), queue.run(second.task)];
    first.finish('');
    await settle();
    results.push(queue.run(newcomer.task));
    await settle();
    expect([second.hasBegun(), newcomer.hasBegun()]).toEqual([true, false]);
    second.finish('');
    newcomer.finish('');
    await Promise.all(results);
  });

  test('gives a failure to its caller and the place to the next', async () => {
    const queue = createHashQueue({ hashesRunningMax: 1, hashesWaitingMax: 1 });
    const [failing, next] = [heldTask(), heldTask()];
    const results = [queue.run(failing.task), queue.run(next.task)];
    failing.fail(new Error('no memory'));
    next.finish('next');
    const settled = await Promise.allSettled(results);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  test('keeps the order and the limit through many tasks', async () => {
    const queue = createHashQueue({ hashesRunningMax: 2, hashesWaitingMax: 100 });
    let running = 0;
    let runningMost = 0;
    const begun: number[] = [];
    const task = async (n: number): Promise<void> => {
      begun.push(n);
      running += 1;
      runningMost = Math.max(runningMost, running);
      await settle();
      running -= 1;
    };
    const numbers = Array.from({ length: 100 }, (_, n) => n);
    await Promise.all(numbers.map((n) => queue.run(() => task(n))));
    expect(begun).toEqual(numbers);
    expect(runningMost).toBe(2);
  });
});
