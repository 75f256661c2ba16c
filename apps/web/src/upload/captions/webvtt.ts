// WebVTT as people write it: read into cues, and written from them. Positions, regions and styles are
// not kept; a tag that could do more than mark words is refused, as the server does.

export type Cue = Readonly<{ startMs: number; endMs: number; text: string }>;

export const CUES_MAX = 2_000;
export const CUE_CHARS_MAX = 500;
export const CAPTIONS_BYTES_MAX = 256 * 1024;

export type CaptionsFault =
  'no-header' | 'bad-time' | 'ends-before-start' | 'tag' | 'too-many' | 'too-long';

export type ReadCaptions = Readonly<
  { kind: 'read'; cues: readonly Cue[] } | { kind: 'fault'; fault: CaptionsFault; line: number }
>;

const TIME = String.raw`(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})`;
const TIMING = new RegExp(String.raw`^${TIME}[ \t]+-->[ \t]+${TIME}(?:[ \t].*)?$`);
const TAGS = new Set(['b', 'i', 'u', 'c', 'v', 'lang', 'ruby', 'rt']);

function msOf(parts: readonly (string | undefined)[]): number {
  const [hours = '0', minutes = '0', seconds = '0', thousandths = '0'] = parts;
  return (
    ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000 + Number(thousandths)
  );
}

/** Whether a line of text holds a tag beyond those that mark words; `a < b` holds none. */
export function hasStrangeTag(text: string): boolean {
  return [...text.matchAll(/<\/?([^\s\d<>.][^\s<>.]*)/g)].some(
    ([, name = '']) => !TAGS.has(name.toLowerCase()),
  );
}

type Fault = Extract<ReadCaptions, { kind: 'fault' }>;
const faultAt = (fault: CaptionsFault, index: number): Fault => ({
  kind: 'fault',
  fault,
  line: index + 1,
});

/** Reads one block: an optional name, the times, the text. `null` when it is a note or a style. */
function readBlock(block: readonly string[], firstIndex: number): Cue | Fault | null {
  const timingAt = block.findIndex((line) => line.includes('-->'));
  if (timingAt === -1) return null;
  const timing = TIMING.exec(block[timingAt] ?? '');
  if (timingAt > 1 || timing === null) return faultAt('bad-time', firstIndex + timingAt);
  const startMs = msOf(timing.slice(1, 5));
  const endMs = msOf(timing.slice(5, 9));
  if (endMs <= startMs) return faultAt('ends-before-start', firstIndex + timingAt);
  const lines = block.slice(timingAt + 1);
  const strange = lines.findIndex(hasStrangeTag);
  if (strange !== -1) return faultAt('tag', firstIndex + timingAt + 1 + strange);
  const text = lines.join('\n');
  if (text.length > CUE_CHARS_MAX) return faultAt('too-long', firstIndex + timingAt + 1);
  return { startMs, endMs, text };
}

/** Reads a WebVTT file, or says in which line it is none. */
export function readCaptions(source: string): ReadCaptions {
  const lines = source.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  if (!/^WEBVTT(?:[ \t].*)?$/.test(lines[0] ?? '')) return faultAt('no-header', 0);
  const cues: Cue[] = [];
  let start = 1;
  while (start < lines.length) {
    if (lines[start]?.trim() === '') {
      start += 1;
      continue;
    }
    const blank = lines.findIndex((line, index) => index >= start && line.trim() === '');
    const end = blank === -1 ? lines.length : blank;
    const cue = readBlock(lines.slice(start, end), start);
    if (cue !== null && 'fault' in cue) return cue;
    if (cue !== null) cues.push(cue);
    if (cues.length > CUES_MAX) return faultAt('too-many', start);
    start = end;
  }
  return { kind: 'read', cues };
}

const two = (value: number): string => String(value).padStart(2, '0');

/** `00:01:02.345`, as WebVTT and the editor write times. */
export function timeText(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  const seconds = Math.floor(whole / 1_000);
  const clock = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${clock.map(two).join(':')}.${String(whole % 1_000).padStart(3, '0')}`;
}

/** Reads what a person typed as a time: `1:02.5`, `00:01:02.345`, `62`. `null` when it is none. */
export function timeIn(typed: string): number | null {
  const found = /^(?:(?:(\d{1,2}):)?(\d{1,2}):)?(\d{1,3})(?:[.,](\d{1,3}))?$/.exec(typed.trim());
  if (found === null) return null;
  const [, hours = '0', minutes = '0', seconds = '0', part = '0'] = found;
  return msOf([hours, minutes, seconds, part.padEnd(3, '0')]);
}

/** Writes cues as a WebVTT file. A blank line inside a text would end the cue, so it is left out. */
export function writeCaptions(cues: readonly Cue[]): string {
  const blocks = cues.map((cue) => {
    const text = cue.text
      .split(/\r\n|\r|\n/)
      .filter((line) => line.trim() !== '')
      .join('\n')
      .replaceAll('-->', '→')
      // Before a blank it opens no tag, and a reader would swallow what follows.
      .replaceAll(/<(?=\s|$)/gm, '&lt;');
    return `${timeText(cue.startMs)} --> ${timeText(cue.endMs)}\n${text}\n`;
  });
  return ['WEBVTT\n', ...blocks].join('\n');
}
