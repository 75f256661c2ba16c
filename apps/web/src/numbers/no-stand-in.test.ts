// NU1 where types cannot see it: numbers that come from elsewhere and are given a 0 for nothing.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SOURCES = fileURLToPath(new URL('../', import.meta.url));

/** A name that stands for what people did, whatever is taken from it, and a 0 in its place. */
const STAND_IN =
  /\b(?:likes|views|comments|replies|followers|count|counts|\w+Count)\b[\w.?()[\]'"!]*\s*(?:\?\?|\|\|)=?\s*0\b/;

function standInsIn(text: string): readonly string[] {
  return text.split('\n').filter((line) => STAND_IN.test(line));
}

test.each([
  'const shown = video.likes ?? 0;',
  'draw(counts?.views.value || 0)',
  'total.followers ||= 0',
  "sum + (row['views'] ?? 0)",
  'video.commentsCount ?? 0',
])('NU1: the check refuses %s', (line) => {
  expect(standInsIn(line)).toEqual([line]);
});

test('NU1: the check leaves places and lengths alone', () => {
  expect(standInsIn('const x = xs[place] ?? 0;\nconst last = entries.at(-1)?.n ?? 0;')).toEqual([]);
});

test('NU1: no page gives a count a 0 for not knowing it', () => {
  const found = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((path) => /(?<!\.test)\.tsx?$/.test(path) && !path.startsWith('numbers/count.ts'))
    .flatMap((path) =>
      standInsIn(readFileSync(join(SOURCES, path), 'utf8')).map(
        (line) => `${path}: ${line.trim()}`,
      ),
    );
  expect(found).toEqual([]);
});
