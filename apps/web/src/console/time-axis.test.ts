import { describe, expect, it } from 'vitest';
import { differsInSeconds, splitsBetween, stepSeconds } from './time-axis.ts';

const NOON = Date.parse('2026-11-22T12:00:00Z') / 1_000;
const PHONE_PX = 250;
const DESK_PX = 420;

const labels = (from: number, to: number, widthPx: number): number[] =>
  splitsBetween(from, to, stepSeconds(to - from, widthPx));

describe('the labels of a time axis', () => {
  it.each([PHONE_PX, DESK_PX, 900])('are several and stand apart, at %i px', (widthPx) => {
    for (let span = 60; span <= 600; span += 20) {
      const [first = 0, second = 0] = labels(NOON - span, NOON, widthPx);
      const apartPx = ((second - first) / span) * widthPx;
      expect(second).toBeGreaterThan(first);
      expect(apartPx).toBeGreaterThanOrEqual(differsInSeconds(second - first) ? 72 : 48);
    }
  });

  it('stand at full steps of the clock, within the axis', () => {
    expect(labels(NOON - 590, NOON + 10, DESK_PX)).toEqual(
      [-480, -360, -240, -120, 0].map((seconds) => NOON + seconds),
    );
  });

  it('say seconds only where they differ in them', () => {
    expect(differsInSeconds(stepSeconds(60, DESK_PX))).toBe(true);
    expect(differsInSeconds(stepSeconds(600, PHONE_PX))).toBe(false);
  });
});
