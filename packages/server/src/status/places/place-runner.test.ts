import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { CANARY_CLIP, FakePlatform } from '../fake-platform.fixture.ts';
import type { Asked } from '../probe/ask.ts';
import type { Place, Report } from '../rules/observation.ts';
import { virtualTime } from '../virtual-time.fixture.ts';
import { runPlace } from './place-runner.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-place-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Runs a place for a while on its file; gives what it registered and reported. */
async function life(byte: number): Promise<Readonly<{ videos: Set<string>; reports: Report[] }>> {
  const time = virtualTime();
  const platform = new FakePlatform(time);
  const videos = new Set<string>();
  const reports: Report[] = [];
  const ask = (asked: Asked): ReturnType<FakePlatform['ask']> => {
    if (asked.method === 'PUT') videos.add(asked.url.split('/').at(-1) ?? '');
    return platform.ask(asked);
  };
  let next = byte;
  const place = runPlace({
    place: 'one' as Place,
    world: {
      ...time,
      ask,
      serviceKey: 'k',
      registrarKey: undefined,
      clip: CANARY_CLIP,
      random: () => 0,
    },
    gateways: ['http://gateway'],
    cells: ['us' as Jurisdiction],
    references: [],
    file: join(dir, 'canaries.json'),
    randomBytes: (bytes) => Buffer.alloc(bytes, (next += 1)),
    firstN: 0,
    handOver: async (report) => void reports.push(report),
  });
  await time.advance(15_000);
  const stopped = place.stop();
  await time.advance(60_000);
  await stopped;
  return { videos, reports };
}

it('ST33, ST34: keeps its canaries over a restart, in a file of its own, and reports no id', async () => {
  const first = await life(1);
  const again = await life(100);
  expect(first.videos.size).toBeGreaterThan(0);
  expect(again.videos).toEqual(first.videos);
  expect(statSync(join(dir, 'canaries.json')).mode & 0o077).toBe(0);
  const kept = readFileSync(join(dir, 'canaries.json'), 'utf8');
  for (const video of first.videos) expect(kept).toContain(video);
  expect(JSON.stringify([first.reports, again.reports])).not.toContain('canary-');
});

it('ST31: numbers its reports upwards', async () => {
  const { reports } = await life(1);
  const numbers = reports.map(({ n }) => n);
  expect(numbers.length).toBeGreaterThan(1);
  expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
});
