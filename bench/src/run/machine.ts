// What a result was measured on, so that two results can be compared or told apart.

import { closeSync, fdatasyncSync, openSync, statfsSync, unlinkSync, writeSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type as systemType } from 'node:os';
import { join } from 'node:path';
import { runToEnd } from '../contenders/processes.ts';

export type Machine = Readonly<{
  cpuModel: string;
  cores: number;
  memoryBytes: number;
  kernel: string;
  nodeVersion: string;
  /** The file system that all servers' data was on. */
  fileSystem: string;
  /** Writes of 4 KiB, each made durable before the next: the disk's share in every result. */
  fsyncsPerSecond: number;
  /** Processes that wanted to run in the minute before, on average: others than the bench's. */
  loadBefore: number;
}>;

export type Commit = Readonly<{ commit: string; dirty: boolean }>;

/** By the magic numbers of Linux; others are given as numbers. */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0xef53: 'ext4',
  0x01021994: 'tmpfs',
  0x58465342: 'xfs',
  0x9123683e: 'btrfs',
  0x794c7630: 'overlayfs',
  0x2fc12fc1: 'zfs',
  0x6969: 'nfs',
};
/** A load average at which what else runs is lost in the noise. */
const LOAD_QUIET_MAX = 0.5;
const PROBE_MS = 500;
const PROBE_BYTES = 4_096;

export function describeMachine(dataFolder: string): Machine {
  const processors = cpus();
  return {
    cpuModel: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryBytes: totalmem(),
    kernel: `${systemType()} ${release()}`,
    nodeVersion: process.version,
    fileSystem: fileSystemOf(dataFolder),
    fsyncsPerSecond: measureFsyncs(dataFolder),
    loadBefore: loadavg()[0] ?? 0,
  };
}

export function fileSystemOf(folder: string): string {
  const { type } = statfsSync(folder);
  return FILE_SYSTEMS[type] ?? `0x${type.toString(16)}`;
}

function measureFsyncs(folder: string): number {
  const path = join(folder, 'fsync-probe');
  const file = openSync(path, 'w');
  const bytes = Buffer.alloc(PROBE_BYTES, 1);
  const startedAtMs = performance.now();
  let count = 0;
  while (performance.now() - startedAtMs < PROBE_MS) {
    writeSync(file, bytes);
    fdatasyncSync(file);
    count += 1;
  }
  const perSecond = (count * 1000) / (performance.now() - startedAtMs);
  closeSync(file);
  unlinkSync(path);
  return Math.round(perSecond);
}

/** What a reader of results from a busy machine must know; null when it was quiet. */
export function describeBusyness({ loadBefore }: Machine): string | null {
  if (loadBefore < LOAD_QUIET_MAX) return null;
  const load = loadBefore.toFixed(1);
  return `other work was running (load average ${load}): do not compare these figures`;
}

/** The commit that is measured; `dirty` when the work tree differs from it. */
export async function describeCommit(repositoryRoot: string): Promise<Commit> {
  const git = (...args: readonly string[]): Promise<string> =>
    runToEnd({ command: 'git', args, cwd: repositoryRoot });
  try {
    const commit = await git('rev-parse', '--short=12', 'HEAD');
    const changes = await git('status', '--porcelain', '--', '.', ':!bench/results');
    return { commit, dirty: changes !== '' };
  } catch {
    return { commit: 'unknown', dirty: true };
  }
}
