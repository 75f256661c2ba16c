import { describe, expect, it } from 'vitest';
import { isMoving, step } from './upload-machine.ts';
import type { Effect, Picked, Probe, Upload, UploadEvent } from './upload-machine.ts';

const FILE: Picked = { name: 'sea.mp4', bytes: 1_000, fingerprint: 'aa', blob: new Blob(['x']) };
const OTHER: Picked = { name: 'hill.mp4', bytes: 900, fingerprint: 'bb', blob: new Blob(['y']) };
const PROBE: Probe = {
  container: 'mp4',
  videoCodec: 'avc',
  audioCodec: 'aac',
  durationMs: 8_000,
  width: 720,
  height: 1280,
};
const PROBLEM = { code: 'codec-unsupported', detail: null };

/** Runs events from idle and gives the last state with all effects on the way. */
function run(...events: readonly UploadEvent[]): {
  state: Upload;
  effects: readonly Effect['kind'][];
} {
  let state: Upload = { kind: 'idle' };
  const effects: Effect['kind'][] = [];
  for (const event of events) {
    const taken = step(state, event);
    state = taken.next;
    effects.push(...taken.effects.map((effect) => effect.kind));
  }
  return { state, effects };
}

const PICK: UploadEvent = { kind: 'pick', file: FILE };
const PROBED: UploadEvent = { kind: 'probed', probe: PROBE, needs: [], canEncode: true };
const TO_UPLOADING = [PICK, PROBED] as const;
const HALF: UploadEvent = { kind: 'progress', done: 500, total: 1_000 };
const RECEIVING: UploadEvent = {
  kind: 'restore',
  stored: {
    kind: 'receiving',
    sent: 400,
    total: 1_000,
    wanted: { name: 'sea.mp4', bytes: 1_000, fingerprint: 'aa' },
  },
};

describe('the way of a file into a draft', () => {
  it('UF1: a file that is taken is sent as it is, checked by the server, and ready', () => {
    const { state, effects } = run(
      ...TO_UPLOADING,
      HALF,
      { kind: 'sent' },
      { kind: 'checked', problem: null },
    );
    expect(state.kind).toBe('ready');
    expect(effects).toEqual(['probe', 'send', 'watch']);
  });

  it('UF1: a file that is not taken waits for a choice, and nothing of it is sent', () => {
    const { state, effects } = run(PICK, {
      kind: 'probed',
      probe: PROBE,
      needs: ['too-long'],
      canEncode: true,
    });
    expect(state).toMatchObject({ kind: 'choosing', needs: ['too-long'] });
    expect(effects).toEqual(['probe']);
    expect(step(state, { kind: 'resume' }).next.kind).toBe('choosing');
  });

  it('UF2: the part that was chosen is made in the browser and sent in place of the file', () => {
    const { state, effects } = run(
      PICK,
      { kind: 'probed', probe: PROBE, needs: ['too-long'], canEncode: true },
      { kind: 'prepare', range: { startMs: 0, endMs: 5_000 } },
      { kind: 'progress', done: 1, total: 4 },
      { kind: 'prepared', file: OTHER, probe: PROBE },
    );
    expect(state).toMatchObject({ kind: 'uploading', file: OTHER, total: 900 });
    expect(effects).toEqual(['probe', 'stop', 'discard', 'prepare', 'send']);
  });

  it('UF3: paused, it goes on from what was sent', () => {
    const { state } = run(...TO_UPLOADING, HALF, { kind: 'pause' });
    expect(state).toMatchObject({ kind: 'paused', sent: 500, total: 1_000 });
    const resumed = step(state, { kind: 'resume' });
    expect(resumed.next).toMatchObject({ kind: 'uploading', sent: 500 });
    expect(resumed.effects.map((effect) => effect.kind)).toEqual(['send']);
  });

  it('UF3: without a network it waits, longer each time, and goes on by itself', () => {
    let { state } = run(...TO_UPLOADING, HALF);
    const waits: number[] = [];
    for (let cuts = 0; cuts < 7; cuts += 1) {
      const waiting = step(state, { kind: 'cut', offline: true });
      for (const effect of waiting.effects) if (effect.kind === 'wake-after') waits.push(effect.ms);
      expect(waiting.next).toMatchObject({ kind: 'waiting', sent: 500 });
      state = step(waiting.next, { kind: 'wake' }).next;
    }
    expect(waits).toEqual([1_000, 2_000, 5_000, 10_000, 20_000, 20_000, 20_000]);
    const moved = step(state, { kind: 'progress', done: 600, total: 1_000 }).next;
    expect(step(moved, { kind: 'cut', offline: false }).effects).toContainEqual({
      kind: 'wake-after',
      ms: 1_000,
    });
  });

  it('UF4: an upload that the server does not know any more is begun afresh', () => {
    const { state, effects } = run(...TO_UPLOADING, HALF, { kind: 'lost' });
    expect(state).toMatchObject({ kind: 'uploading', sent: 0 });
    expect(effects).toEqual(['probe', 'send', 'send']);
  });

  it('UF5: after a reload the same file goes on where the server stopped', () => {
    const { state, effects } = run(RECEIVING, PICK);
    expect(state).toMatchObject({ kind: 'uploading', sent: 400 });
    expect(effects).toEqual(['send']);
  });

  it('UF5: another file does not replace what was begun unless that is said', () => {
    const { state, effects } = run(RECEIVING, { kind: 'pick', file: OTHER });
    expect(state).toMatchObject({ kind: 'needs-file', other: OTHER });
    expect(effects).toEqual([]);
    const replaced = step(state, { kind: 'replace' });
    expect(replaced.effects.map((effect) => effect.kind)).toEqual(['discard', 'probe']);
  });

  it('UF5: a file of the same name and size with other first bytes is another file', () => {
    const twin = { ...FILE, fingerprint: 'cc' };
    expect(run(RECEIVING, { kind: 'pick', file: twin }).state.kind).toBe('needs-file');
  });

  it('UF5: a part that was made in the page is made again of the file it was made of', () => {
    const wanted = { name: 'sea.webm', bytes: 1_000, fingerprint: 'dd', madeFrom: 'sea.mp4' };
    const stored = { kind: 'receiving', sent: 400, total: 1_000, wanted } as const;
    const whole = run({ kind: 'restore', stored }, PICK);
    expect(whole.state).toMatchObject({ kind: 'probing', file: FILE });
    expect(whole.effects).toEqual(['discard', 'probe']);
    const other = run({ kind: 'restore', stored }, { kind: 'pick', file: OTHER });
    expect(other.state).toMatchObject({ kind: 'needs-file', other: OTHER });
  });

  it('UF6: a refusal by the browser or the server is kept as its code, and another file may be picked', () => {
    expect(run(PICK, { kind: 'refuse', problem: PROBLEM }).state).toMatchObject({
      kind: 'refused',
      problem: PROBLEM,
    });
    const checked = run(...TO_UPLOADING, { kind: 'sent' }, { kind: 'checked', problem: PROBLEM });
    expect(checked.state).toMatchObject({ kind: 'refused', problem: PROBLEM });
    const again = step(checked.state, { kind: 'pick', file: OTHER });
    expect(again.effects.map((effect) => effect.kind)).toEqual(['stop', 'discard', 'probe']);
  });

  it('UF7: cancelling stops what runs and removes what the server has', () => {
    for (const events of [
      [PICK],
      [...TO_UPLOADING, HALF],
      [...TO_UPLOADING, { kind: 'pause' }],
    ] as const) {
      const { state } = run(...events);
      expect(step(state, { kind: 'cancel' })).toEqual({
        next: { kind: 'idle' },
        effects: [{ kind: 'stop' }, { kind: 'discard' }],
      });
    }
  });

  it('UF7: a late answer to something that was cancelled changes nothing', () => {
    const { state } = run(...TO_UPLOADING, { kind: 'cancel' });
    for (const late of [PROBED, HALF, { kind: 'sent' }, { kind: 'cut', offline: false }] as const) {
      expect(step(state, late)).toEqual({ next: { kind: 'idle' }, effects: [] });
    }
  });

  it('UF7: leaving is warned of while something moves, and not when all is on the server', () => {
    expect(isMoving(run(...TO_UPLOADING).state)).toBe(true);
    expect(isMoving(run(...TO_UPLOADING, { kind: 'pause' }).state)).toBe(true);
    expect(isMoving(run(...TO_UPLOADING, { kind: 'sent' }).state)).toBe(false);
  });
});
