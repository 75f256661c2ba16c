import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LOCK_FILE, LOCK_HOLDER_FILE, lockDataDir } from './instance-lock.ts';
import type { LockResult } from './instance-lock.ts';

const SCRIPT = fileURLToPath(new URL('instance-lock.test-process.ts', import.meta.url));
const ME = { pid: process.pid, command: 'holdfast fsck', startedAt: 'T' };

let dir: string;
let children: ChildProcess[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast lock '));
  children = [];
});

afterEach(async () => {
  for (const child of children) await killed(child);
  rmSync(dir, { recursive: true });
});

async function lockElsewhere(): Promise<{ child: ChildProcess; result: LockResult }> {
  const child = spawn(process.execPath, [SCRIPT, dir], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, result: JSON.parse(chunk.toString()) as LockResult };
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

describe('instance lock', () => {
  it('is held by one of two processes, and the other is told by whom', async () => {
    const { child, result } = await lockElsewhere();
    expect(result.kind).toBe('held');
    expect(lockDataDir(dir, ME)).toEqual({
      kind: 'taken',
      holder: { pid: child.pid, command: 'holdfast start', startedAt: 'T' },
    });
    const third = await lockElsewhere();
    expect(third.result.kind).toBe('taken');
  });

  it('goes with a process that is killed', async () => {
    const { child } = await lockElsewhere();
    await killed(child);
    const mine = lockDataDir(dir, ME);
    expect(mine.kind).toBe('held');
    if (mine.kind === 'held') mine.release();
  });

  it('refuses a second comer without changing anything', async () => {
    const { child } = await lockElsewhere();
    const before = readdirSync(dir);
    lockDataDir(dir, ME);
    expect(readdirSync(dir)).toEqual(before);
    child.stdin?.end();
    await once(child, 'exit');
    expect(readdirSync(dir)).toEqual([LOCK_FILE]);
  });

  it('is held against the same process too, until it is released', () => {
    const first = lockDataDir(dir, ME);
    expect(lockDataDir(dir, ME).kind).toBe('taken');
    if (first.kind === 'held') first.release();
    const again = lockDataDir(dir, ME);
    expect(again.kind).toBe('held');
    if (again.kind === 'held') again.release();
  });

  it('is not fooled by what a killed process left in the file of names', () => {
    writeFileSync(join(dir, LOCK_HOLDER_FILE), JSON.stringify({ ...ME, pid: 1 }));
    const mine = lockDataDir(dir, ME);
    expect(mine.kind).toBe('held');
    if (mine.kind === 'held') mine.release();
  });

  it('names nobody when the holder has not written its name', () => {
    const first = lockDataDir(dir, ME);
    writeFileSync(join(dir, LOCK_HOLDER_FILE), '{"pid":');
    expect(lockDataDir(dir, ME)).toEqual({ kind: 'taken', holder: undefined });
    if (first.kind === 'held') first.release();
  });

  it('throws the error of the file system for a folder that cannot be made', () => {
    writeFileSync(join(dir, 'file'), '');
    expect(() => lockDataDir(join(dir, 'file', 'data'), ME)).toThrow(/ENOTDIR/);
  });
});
