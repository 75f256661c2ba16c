// A page that watches a fake platform from one place or more, all in virtual time.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { Board } from './board.ts';
import { CANARY_CLIP, FakePlatform } from './fake-platform.fixture.ts';
import { runPlace } from './places/place-runner.ts';
import type { Ask } from './probe/ask.ts';
import type { Incident } from './rules/incident.ts';
import type { Place } from './rules/observation.ts';
import type { Component, State } from './rules/words.ts';
import { openStatusStore } from './store/status-store.ts';
import type { StatusStore } from './store/status-store.ts';
import { virtualTime } from './virtual-time.fixture.ts';
import type { VirtualTime } from './virtual-time.fixture.ts';

const LOOK_MS = 1_000;

export type Watched = Readonly<{
  time: VirtualTime;
  platform: FakePlatform;
  board: Board;
  store: StatusStore;
  incidents: Incident[];
  state: (component: Component, cell?: string) => State | undefined;
  /** Lets seconds pass, with a look in each; ends early when `until` holds. Gives the seconds. */
  pass: (seconds: number, until?: () => boolean) => Promise<number>;
  /** The places probe no more, as if their process had died. */
  endPlaces: () => void;
  close: () => void;
}>;

export type WatchOptions = Readonly<{
  places?: readonly string[];
  /** What a place reaches instead of the platform. */
  askOf?: (place: string, ask: Ask) => Ask;
  references?: readonly string[];
  beginMs?: number;
  /** Writes what the page finds in its file when it begins. */
  before?: (store: StatusStore, nowMs: number) => void;
}>;

export function watched(options: WatchOptions = {}): Watched {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-status-'));
  const time = virtualTime(options.beginMs);
  const platform = new FakePlatform(time);
  const store = openStatusStore(join(dir, 'status.db'));
  options.before?.(store, time.nowMs());
  const incidents: Incident[] = [];
  let ids = 0;
  const board = new Board({
    store,
    clock: time,
    newId: () => `id${(ids += 1)}`,
    onIncident: (incident) => incidents.push(incident),
  });
  let isOver = false;
  for (const place of options.places ?? ['here']) {
    const ask = options.askOf?.(place, platform.ask) ?? platform.ask;
    runPlace({
      // A name that a test has written.
      place: place as Place,
      world: {
        ...time,
        ask: (asked) => (isOver ? new Promise(() => undefined) : ask(asked)),
        serviceKey: 'hfk_of-the-test',
        registrarKey: undefined,
        clip: CANARY_CLIP,
        random: () => 0,
      },
      gateways: ['http://gateway'],
      cells: ['us' as Jurisdiction, 'eu' as Jurisdiction],
      references: options.references ?? [],
      file: join(dir, `${place}.json`),
      randomBytes: (bytes) =>
        Buffer.from(
          Array.from(
            { length: bytes },
            (_, at) => (place.charCodeAt(at % place.length) + at * 7 + (ids += 1)) % 256,
          ),
        ),
      firstN: 0,
      handOver: async (report) => {
        if (!isOver) board.take(report);
      },
    });
  }
  return {
    time,
    platform,
    board,
    store,
    incidents,
    state: (component, cell = 'us') =>
      board.components.find((one) => one.component === component && one.cell === cell)?.state,
    pass: async (seconds, until = () => false) => {
      for (let second = 1; second <= seconds; second += 1) {
        await time.advance(LOOK_MS);
        board.look();
        if (until()) return second;
      }
      return seconds;
    },
    endPlaces: () => {
      isOver = true;
    },
    close: () => {
      isOver = true;
      store.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
