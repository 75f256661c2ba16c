import { describe, expect, test } from 'vitest';
import { sampleReport, summaryOf } from './sample-report.test-helper.ts';
import { renderSvg } from './svg.ts';

function barWidth(svg: string, contender: string): number {
  return Number(new RegExp(`<rect class="${contender}" [^>]*width="([\\d.]+)"`).exec(svg)?.[1]);
}

describe('renderSvg', () => {
  test('draws bars in proportion to the medians', () => {
    const cases = [
      summaryOf('a', 'holdfast', [{ opsPerSecond: 400 }]),
      summaryOf('a', 'redis', [{ opsPerSecond: 100 }]),
    ];
    const svg = renderSvg(sampleReport(cases));
    expect(barWidth(svg, 'holdfast') / barWidth(svg, 'redis')).toBeCloseTo(4, 1);
  });

  test('draws a target further right than a bar that misses it', () => {
    const svg = renderSvg(sampleReport([summaryOf('batch-50', 'holdfast', [{ opsPerSecond: 1 }])]));
    const target = Number(/<line class="target" x1="([\d.]+)"/.exec(svg)?.[1]);
    expect(target).toBeGreaterThan(barWidth(svg, 'holdfast') + 200);
  });

  test('labels a bar with its value and p99', () => {
    const metrics = { opsPerSecond: 12_345, p99Ms: 4.25 };
    const svg = renderSvg(sampleReport([summaryOf('a', 'holdfast', [metrics])]));
    expect(svg).toContain('>12,345 ops/s, p99 4.3 ms<');
  });

  test('leaves out a case whose only run failed', () => {
    const svg = renderSvg(sampleReport([summaryOf('a', 'holdfast', ['failed'])]));
    expect(svg).not.toContain('<rect class="holdfast"');
  });

  test('writes titles so that no character of theirs is taken for markup', () => {
    const svg = renderSvg(sampleReport([summaryOf('a', 'holdfast', [{ opsPerSecond: 1 }])]));
    expect(svg).toContain('>case &lt;a&gt;<');
    expect(svg).toContain('Some &lt;Processor&gt;');
  });
});
