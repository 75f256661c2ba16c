import { expect, test } from 'vitest';
import { renderMarkdown } from './markdown.ts';
import { sampleReport, summaryOf } from './sample-report.test-helper.ts';

test('the table gives medians with the least and the greatest', () => {
  const rounds = [{ opsPerSecond: 100 }, { opsPerSecond: 300 }, { opsPerSecond: 200 }];
  const table = renderMarkdown(sampleReport([summaryOf('a', 'holdfast', rounds)]));
  expect(table).toContain('| case <a> | Holdfast | 200 ops/s (100 to 300) |');
});

test('a missing stand-in is named with the reason', () => {
  expect(renderMarkdown(sampleReport([]))).toContain(
    'Fastify + Redis: **missing**, no redis-server',
  );
});

test('a failed run is listed with what was wrong', () => {
  const table = renderMarkdown(sampleReport([summaryOf('a', 'holdfast', ['failed'])]));
  expect(table).toContain('- a, holdfast, round 1: a count was wrong');
});
