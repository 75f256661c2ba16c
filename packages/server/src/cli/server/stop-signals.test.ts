import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { watchStopSignals } from './stop-signals.ts';

function watched(): { source: EventEmitter; heard: unknown[]; at: (ms: number) => void } {
  const source = new EventEmitter();
  const heard: unknown[] = [];
  let nowMs = 0;
  watchStopSignals({
    source,
    monotonicMs: () => nowMs,
    onFirst: (signal) => heard.push(signal),
    onAgain: (signal, exitCode) => heard.push([signal, exitCode]),
  });
  return { source, heard, at: (ms) => (nowMs = ms) };
}

describe('stop signals', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])('drain at the first %s and end at the second with %d', (signal, exitCode) => {
    const { source, heard, at } = watched();
    source.emit(signal);
    at(500);
    source.emit(signal);
    expect(heard).toEqual([signal, [signal, exitCode]]);
  });

  it('take one press of Ctrl+C that arrives twice for one', () => {
    const { source, heard, at } = watched();
    source.emit('SIGINT');
    at(499);
    source.emit('SIGINT');
    expect(heard).toEqual(['SIGINT']);
  });

  it('take another signal for a second one at once', () => {
    const { source, heard } = watched();
    source.emit('SIGINT');
    source.emit('SIGTERM');
    expect(heard).toEqual(['SIGINT', ['SIGTERM', 143]]);
  });
});
