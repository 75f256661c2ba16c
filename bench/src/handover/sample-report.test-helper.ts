// A small report for tests of what is made from it.

import type { HandoverReport, Rehearsal } from './report.ts';

const latency = { count: 1_000, p50Ms: 4, p99Ms: 10, p999Ms: 20, maxMs: 30 };

export function sampleRehearsal(changes: Partial<Rehearsal> = {}): Rehearsal {
  return {
    from: 'north',
    to: 'south',
    kind: 'back',
    mode: 'auto',
    handover: 'us-1-00000000',
    outcome: 'handed-over',
    reason: 'handed over',
    pauseMs: 100,
    people: {
      fromMs: 0,
      toMs: 3_000,
      ops: 30_000,
      longestMs: 180,
      gapMs: 120,
      ownStallMs: 3,
      clientErrors: 0,
      countFaults: 0,
    },
    told: { held: 900, retried: 40, refused: 0, clientErrors: 0 },
    ...changes,
  };
}

/** A run in which everything was kept, unless said otherwise. */
export function sampleHandoverReport(changes: Partial<HandoverReport> = {}): HandoverReport {
  return {
    format: 1,
    startedAt: '2026-11-22T10:00:00.000Z',
    finishedAt: '2026-11-22T10:20:00.000Z',
    commit: '0123456789ab',
    dirty: false,
    options: {
      ...{ rehearsals: 2, rows: 10_000_000, opsPerSecond: 10_000 },
      ...{ quick: false, seedMbPerSecond: null },
    },
    opsPerRequest: 20,
    machine: {
      cpuModel: 'A <processor>',
      cores: 2,
      memoryBytes: 8 * 2 ** 30,
      kernel: 'Linux 6',
      nodeVersion: 'v24.0.0',
      fileSystem: 'ext4',
      fsyncsPerSecond: 900,
      loadBefore: 0.1,
    },
    fillOpsPerSecond: 60_000,
    seeding: {
      ...{ bytes: 1_000_000_000, ms: 4_000, transferMs: 3_000 },
      ...{ diskBytesPerSecond: 900_000_000, throttledShare: 0.25 },
    },
    rehearsals: [sampleRehearsal(), sampleRehearsal({ from: 'south', to: 'north' })],
    load: {
      opsAcknowledged: 1_000,
      requests: 50,
      windows: { solo: latency, joint: { ...latency, p99Ms: 15 } },
      stepMs: 250,
      series: Array.from({ length: 16 }, () => ({ ops: 2_500, longestMs: 12 })),
      clientErrors: {},
      duplicates: 0,
      counts: { polls: 100, faults: 0, firstFaults: [], latency },
      verified: {
        ...{ videosCompared: 50_050, differences: 0, detail: '' },
        ...{ booksBalanced: true, opsInBooks: 1_000 },
      },
    },
    checks: { fsck: { north: '', south: '' }, certificates: { verified: 2, problems: [] } },
    ...changes,
  };
}
