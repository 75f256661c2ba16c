import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cropOf } from './crop.ts';

it('PP4: without a choice the middle of the picture is taken, as large as it fits', () => {
  const whole = { zoom: 1, across: 0.5, down: 0.5 };
  expect(cropOf({ width: 300, height: 100 }, whole)).toEqual({ x: 100, y: 0, side: 100 });
});

it('PP4: whatever is chosen lies inside the picture', () => {
  const part = fc.double({ min: 0, max: 1, noNaN: true });
  const zoom = fc.double({ min: 1, max: 4, noNaN: true });
  const side = fc.integer({ min: 1, max: 9_000 });
  fc.assert(
    fc.property(side, side, zoom, part, part, (width, height, by, across, down) => {
      const square = cropOf({ width, height }, { zoom: by, across, down });
      expect(square.x).toBeGreaterThanOrEqual(0);
      expect(square.y).toBeGreaterThanOrEqual(0);
      expect(square.x + square.side).toBeLessThanOrEqual(width + 1e-6);
      expect(square.y + square.side).toBeLessThanOrEqual(height + 1e-6);
    }),
  );
});
