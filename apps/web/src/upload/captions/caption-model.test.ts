import { expect, it } from 'vitest';
import {
  addLine,
  canKeep,
  changeLine,
  cuesOf,
  faultsOf,
  linesOf,
  removeLine,
} from './caption-model.ts';

const LINES = linesOf([
  { startMs: 0, endMs: 1_000, text: 'one' },
  { startMs: 2_000, endMs: 3_000, text: 'two' },
]);

it('UF14: a new line begins where the video is, ends with it, and stands in its place', () => {
  const lines = addLine(LINES, 1_000, 3_000);
  expect(lines.map((line) => [line.start, line.end])).toEqual([
    ['00:00:00.000', '00:00:01.000'],
    ['00:00:01.000', '00:00:03.000'],
    ['00:00:02.000', '00:00:03.000'],
  ]);
  expect(new Set(lines.map((line) => line.key)).size).toBe(3);
});

it('UF14: half a time stays as it is typed and is told', () => {
  const lines = changeLine(LINES, 1, { start: '0:0' });
  expect(lines[1]?.start).toBe('0:0');
  const broken = changeLine(LINES, 1, { start: '0:' });
  expect(faultsOf(broken, 10_000)).toEqual(new Map([[1, 'start']]));
  expect(canKeep(faultsOf(broken, 10_000))).toBe(false);
});

it.each([
  [{ end: '0:01' }, 'order'],
  [{ start: '9:00', end: '9:01' }, 'beyond'],
  [{ text: ' ' }, 'empty'],
  [{ text: '<script>' }, 'tag'],
  [{ text: 'x'.repeat(501) }, 'long'],
] as const)('UF14: %o is told as %s', (change, fault) => {
  expect(faultsOf(changeLine(LINES, 1, change), 10_000).get(1)).toBe(fault);
});

it('UF14: lines that overlap are told and can be kept', () => {
  const faults = faultsOf(changeLine(LINES, 0, { end: '2.5' }), 10_000);
  expect(faults).toEqual(new Map([[1, 'overlap']]));
  expect(canKeep(faults)).toBe(true);
});

it('UF14: only whole lines become captions, in their order', () => {
  const lines = addLine(removeLine(LINES, 0), 500, 10_000);
  expect(cuesOf(changeLine(lines, 2, { text: 'now' })).map((cue) => cue.text)).toEqual([
    'now',
    'two',
  ]);
});
