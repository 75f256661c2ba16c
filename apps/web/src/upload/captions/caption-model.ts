// The lines of captions while they are written. Pure.

import { CUE_CHARS_MAX, CUES_MAX, hasStrangeTag, timeIn, timeText } from './webvtt.ts';
import type { Cue } from './webvtt.ts';

/** One line in the editor: times as they were typed, so that half a time is never thrown away. */
export type CaptionLine = Readonly<{ key: number; start: string; end: string; text: string }>;

export type LineFault = 'start' | 'end' | 'order' | 'beyond' | 'empty' | 'tag' | 'long' | 'overlap';

/** A new line lasts this long, unless the video ends before. */
const LINE_MS = 2_500;

export function linesOf(cues: readonly Cue[]): readonly CaptionLine[] {
  return cues.map((cue, key) => ({
    key,
    start: timeText(cue.startMs),
    end: timeText(cue.endMs),
    text: cue.text,
  }));
}

const nextKey = (lines: readonly CaptionLine[]): number =>
  lines.reduce((highest, line) => Math.max(highest, line.key), -1) + 1;

const startOf = (line: CaptionLine): number => timeIn(line.start) ?? Number.POSITIVE_INFINITY;

/** In the order of their beginnings; a line without a time stays at the end. */
export function inOrder(lines: readonly CaptionLine[]): readonly CaptionLine[] {
  return lines.toSorted((one, other) => {
    const [first, second] = [startOf(one), startOf(other)];
    return first === second ? one.key - other.key : first - second;
  });
}

/** Adds an empty line that begins where the video is. */
export function addLine(
  lines: readonly CaptionLine[],
  atMs: number,
  durationMs: number,
): readonly CaptionLine[] {
  if (lines.length >= CUES_MAX) return lines;
  const endMs = durationMs > atMs ? Math.min(atMs + LINE_MS, durationMs) : atMs + LINE_MS;
  const line = { key: nextKey(lines), start: timeText(atMs), end: timeText(endMs), text: '' };
  return inOrder([...lines, line]);
}

export function changeLine(
  lines: readonly CaptionLine[],
  key: number,
  change: Partial<Omit<CaptionLine, 'key'>>,
): readonly CaptionLine[] {
  return lines.map((line) => (line.key === key ? { ...line, ...change } : line));
}

export function removeLine(lines: readonly CaptionLine[], key: number): readonly CaptionLine[] {
  return lines.filter((line) => line.key !== key);
}

function faultOf(
  line: CaptionLine,
  previous: CaptionLine | undefined,
  durationMs: number | null,
): LineFault | null {
  const startMs = timeIn(line.start);
  const endMs = timeIn(line.end);
  if (startMs === null) return 'start';
  if (endMs === null) return 'end';
  if (endMs <= startMs) return 'order';
  if (durationMs !== null && startMs >= durationMs) return 'beyond';
  if (line.text.trim() === '') return 'empty';
  if (line.text.length > CUE_CHARS_MAX) return 'long';
  if (hasStrangeTag(line.text)) return 'tag';
  const previousEnd = previous === undefined ? null : timeIn(previous.end);
  return previousEnd !== null && previousEnd > startMs ? 'overlap' : null;
}

/** What is wrong with each line, by its key. Lines that overlap are told and still taken. */
export function faultsOf(
  lines: readonly CaptionLine[],
  durationMs: number | null,
): ReadonlyMap<number, LineFault> {
  const ordered = inOrder(lines);
  const faults = new Map<number, LineFault>();
  for (const [index, line] of ordered.entries()) {
    const fault = faultOf(line, ordered[index - 1], durationMs);
    if (fault !== null) faults.set(line.key, fault);
  }
  return faults;
}

/** Whether the lines can be kept as they are. */
export function canKeep(faults: ReadonlyMap<number, LineFault>): boolean {
  return [...faults.values()].every((fault) => fault === 'overlap');
}

/** The cues that the lines stand for; lines that are not whole are left out. */
export function cuesOf(lines: readonly CaptionLine[]): readonly Cue[] {
  return inOrder(lines).flatMap((line) => {
    const startMs = timeIn(line.start);
    const endMs = timeIn(line.end);
    const isWhole = startMs !== null && endMs !== null && endMs > startMs;
    return isWhole && line.text.trim() !== '' ? [{ startMs, endMs, text: line.text }] : [];
  });
}
