// Numbers as people read them in tables, plots and progress lines.

import type { Spread } from './spread.ts';

export type Unit = 'ops/s' | 'requests/s' | 'ms' | 's' | 'MB' | 'x';

/** A value in the unit it was measured in: times in milliseconds, memory in bytes. */
function formatNumber(value: number, unit: Unit): string {
  switch (unit) {
    case 'ops/s':
    case 'requests/s':
      return Math.round(value).toLocaleString('en-US');
    case 'ms':
      return value.toFixed(value < 10 ? 1 : 0);
    case 's':
      return (value / 1000).toFixed(2);
    case 'MB':
      return Math.round(value / 1_000_000).toLocaleString('en-US');
    case 'x':
      return value.toFixed(2);
  }
}

export function formatValue(value: number, unit: Unit): string {
  const number = formatNumber(value, unit);
  return unit === 'x' ? `${number}x` : `${number} ${unit}`;
}

/** The median, and the least and greatest where several runs differ. */
export function formatSpread({ median, min, max }: Spread, unit: Unit): string {
  const text = formatValue(median, unit);
  if (min === max) return text;
  return `${text} (${formatNumber(min, unit)} to ${formatNumber(max, unit)})`;
}

export function formatSeconds(totalSeconds: number): string {
  const seconds = Math.max(0, Math.round(totalSeconds));
  if (seconds < 90) return `${seconds} s`;
  return `${Math.round(seconds / 60)} min`;
}
