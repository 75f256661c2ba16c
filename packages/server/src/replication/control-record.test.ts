import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openControlRecord } from './control-record.ts';
import type { RunningHandover } from './handover-status.ts';

const RUNNING: RunningHandover = {
  id: 'us-1-a',
  mode: 'approve',
  isApproved: true,
  target: { operator: 'south', site: 'main', url: 'http://127.0.0.1:1' },
  startedAtMs: 5,
  ended: { outcome: 'aborted', reason: 'no', atMs: 9 },
};

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-record-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('H41: what was asked is there after a restart', () => {
  const file = join(dir, 'handover.json');
  expect(openControlRecord(file).read()).toBeUndefined();
  openControlRecord(file).write(RUNNING);
  expect(openControlRecord(file).read()).toEqual(RUNNING);
});

test.each([
  ['no JSON', '{'],
  ['of another format', JSON.stringify({ format: 2, handover: RUNNING })],
  ['of another form', JSON.stringify({ format: 1, handover: { ...RUNNING, mode: 'guess' } })],
])('H41: a record that is %s lets nothing go on by itself', (_what, content) => {
  const file = join(dir, 'handover.json');
  writeFileSync(file, content);
  expect(openControlRecord(file).read()).toBeUndefined();
});
