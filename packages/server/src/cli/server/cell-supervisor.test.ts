import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Epoch, Jurisdiction, Seq } from '@holdfast/protocol/ids.ts';
import type { Publication } from '../../border/publication.ts';
import type { CellClient } from '../../cell/cell-client.ts';
import { HEALTHY_MS, RETRY_MS_MAX, superviseCell } from './cell-supervisor.ts';
import type { CellRun, SupervisedCell } from './cell-supervisor.ts';

const US = 'us' as Jurisdiction;
const MARK: Publication = {
  kind: 'watermark',
  jurisdiction: US,
  epoch: 1 as Epoch,
  seq: 1 as Seq,
  atMs: 1,
};

type FakeRun = CellRun & {
  readonly publish: (publication: Publication) => void;
  readonly die: (cause: unknown) => void;
  stops: number;
};

function fakeRun(): FakeRun {
  const listeners = new Set<(publication: Publication) => void>();
  const { promise: exited, resolve: die } = Promise.withResolvers<unknown>();
  const client: CellClient = {
    jurisdiction: US,
    submit: (_groups, done) => done({ kind: 'op-window', n: 99, highest: 1 }),
    call: () => Promise.reject(new Error('answered by the run')),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    resync: () => undefined,
    ready: () => true,
  };
  const run: FakeRun = {
    client,
    exited,
    die,
    stops: 0,
    stop: () => {
      run.stops += 1;
      die(undefined);
      return Promise.resolve();
    },
    publish: (publication) => {
      for (const listener of listeners) listener(publication);
    },
  };
  return run;
}

let nowMs: number;
let events: string[];
let pausesMs: number[];
let starts: (() => Promise<CellRun>)[];
let endPause: () => void;
let cell: SupervisedCell;

beforeEach(() => {
  nowMs = 0;
  events = [];
  pausesMs = [];
  starts = [];
  cell = superviseCell({
    jurisdiction: US,
    start: () => starts.shift()?.() ?? Promise.reject(new Error('no more runs')),
    onUp: () => events.push('resync'),
    onEvent: (event) => events.push(event.kind),
    monotonicMs: () => nowMs,
    pause: (pauseMs, signal) => {
      pausesMs.push(pauseMs);
      return new Promise((resolve) => {
        endPause = resolve;
        signal.addEventListener('abort', () => resolve());
      });
    },
  });
});

afterEach(() => cell.stop());

/** Lets everything that is due happen. */
const turns = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function submitted(): Promise<string> {
  return new Promise((resolve) => {
    cell.client.submit([], (reply) => resolve('code' in reply ? reply.code : reply.kind));
  });
}

describe('cell supervisor', () => {
  it('passes requests on while the cell runs', async () => {
    starts = [() => Promise.resolve(fakeRun())];
    await cell.begin();
    expect(cell.client.ready()).toBe(true);
    expect(await submitted()).toBe('op-window');
    await expect(cell.client.call('books', {})).rejects.toThrow('answered by the run');
  });

  it('answers as unavailable before the cell runs, and later rather than at once', async () => {
    let answered = false;
    cell.client.submit([], () => (answered = true));
    expect(answered).toBe(false);
    expect(await submitted()).toBe('cell-unavailable');
    expect(await cell.client.call('books', {})).toMatchObject({ code: 'cell-unavailable' });
    expect(cell.client.ready()).toBe(false);
  });

  it('lets the gateway go on when the cell does not start, and tries again', async () => {
    starts = [() => Promise.reject(new Error('disk')), () => Promise.resolve(fakeRun())];
    await cell.begin();
    expect(events).toEqual(['start-failed']);
    expect(cell.client.ready()).toBe(false);
    endPause();
    await turns();
    expect(events).toEqual(['start-failed', 'resync', 'up']);
    expect(cell.client.ready()).toBe(true);
  });

  it('brings a cell back that died, and what it publishes to those who had subscribed', async () => {
    const runs = [fakeRun(), fakeRun()];
    starts = runs.map((run) => () => Promise.resolve(run));
    const heard: Publication[] = [];
    const end = cell.client.subscribe((publication) => heard.push(publication));
    await cell.begin();
    runs[0]?.publish(MARK);
    runs[0]?.die(new Error('killed'));
    await turns();
    expect(await submitted()).toBe('cell-unavailable');
    runs[0]?.publish(MARK);
    expect(heard).toHaveLength(1);
    endPause();
    await turns();
    runs[1]?.publish(MARK);
    expect(heard).toHaveLength(2);
    expect(events).toEqual(['resync', 'up', 'died', 'resync', 'up']);
    end();
    runs[1]?.publish(MARK);
    expect(heard).toHaveLength(2);
  });

  it('waits twice as long after each failure, up to a limit', async () => {
    await cell.begin();
    for (let turn = 0; turn < 8; turn += 1) {
      endPause();
      await turns();
    }
    expect(pausesMs.slice(0, 4)).toEqual([500, 1_000, 2_000, 4_000]);
    expect(pausesMs.at(-1)).toBe(RETRY_MS_MAX);
  });

  it('begins with short pauses again after a cell had run well', async () => {
    const run = fakeRun();
    starts = [
      () => Promise.reject(new Error('one')),
      () => Promise.reject(new Error('two')),
      () => Promise.resolve(run),
    ];
    await cell.begin();
    endPause();
    await turns();
    endPause();
    await turns();
    nowMs += HEALTHY_MS;
    run.die(new Error('killed'));
    await turns();
    expect(pausesMs).toEqual([500, 1_000, 500]);
  });

  it('stops the cell cleanly, and then answers that it is shutting down', async () => {
    const run = fakeRun();
    starts = [() => Promise.resolve(run)];
    await cell.begin();
    await cell.stop();
    expect(run.stops).toBe(1);
    expect(await submitted()).toBe('shutting-down');
    expect(events).toEqual(['resync', 'up']);
  });

  it('stops a cell that was just starting', async () => {
    const run = fakeRun();
    const { promise, resolve } = Promise.withResolvers<CellRun>();
    starts = [() => promise];
    const begun = cell.begin();
    const stopped = cell.stop();
    resolve(run);
    await Promise.all([begun, stopped]);
    expect(run.stops).toBe(1);
    expect(events).toEqual([]);
  });

  it('does not wait out a pause to stop', async () => {
    await cell.begin();
    await cell.stop();
    expect(pausesMs).toEqual([500]);
  });
});
