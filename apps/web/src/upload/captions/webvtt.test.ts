import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readCaptions, timeIn, timeText, writeCaptions } from './webvtt.ts';

const FILE = `WEBVTT - the sea

NOTE nobody reads this

first
00:01.000 --> 00:03.500 line:0
Stay for
one <i>more</i> wave.

01:00:00.000 --> 01:00:01.000
<v Ann>Now.`;

it('UF13: a caption file is read with its times, its lines and the tags that mark words', () => {
  expect(readCaptions(`\uFEFF${FILE.replaceAll('\n', '\r\n')}`)).toEqual({
    kind: 'read',
    cues: [
      { startMs: 1_000, endMs: 3_500, text: 'Stay for\none <i>more</i> wave.' },
      { startMs: 3_600_000, endMs: 3_601_000, text: '<v Ann>Now.' },
    ],
  });
});

it.each([
  ['no header', 'hello', 'no-header', 1],
  ['a time that is none', 'WEBVTT\n\n00:01 --> 00:02.000\nx', 'bad-time', 3],
  ['an end before its start', 'WEBVTT\n\n00:02.000 --> 00:01.000\nx', 'ends-before-start', 3],
  ['a script', 'WEBVTT\n\n00:01.000 --> 00:02.000\nhi\n<script>alert(1)</script>', 'tag', 5],
  ['half a picture', 'WEBVTT\n\n00:01.000 --> 00:02.000\n<img src=x onerror=y', 'tag', 4],
  ['a text without end', `WEBVTT\n\n00:01.000 --> 00:02.000\n${'x'.repeat(501)}`, 'too-long', 4],
])('UF13: %s is refused with its line', (_name, source, fault, line) => {
  expect(readCaptions(source)).toEqual({ kind: 'fault', fault, line });
});

it('UF13: what is written is read again as it was', () => {
  const cue = fc
    .record({
      startMs: fc.nat(10_000_000),
      lengthMs: fc.integer({ min: 1, max: 60_000 }),
      text: fc.constantFrom('one', 'two\nlines', 'مرحبا', 'b & c', '🌊'),
    })
    .map(({ startMs, lengthMs, text }) => ({ startMs, endMs: startMs + lengthMs, text }));
  fc.assert(
    fc.property(fc.array(cue, { maxLength: 20 }), (cues) => {
      expect(readCaptions(writeCaptions(cues))).toEqual({ kind: 'read', cues });
    }),
  );
});

it('UF13: a sign that opens no tag is written so that it is shown', () => {
  const written = writeCaptions([{ startMs: 0, endMs: 1_000, text: 'a < b --> c' }]);
  expect(written).toContain('a &lt; b → c');
  expect(readCaptions(written).kind).toBe('read');
});

it('UF13: a time may be typed short', () => {
  expect(timeIn('62')).toBe(62_000);
  expect(timeIn(' 1:02.5 ')).toBe(62_500);
  expect(timeIn('1:00:00,25')).toBe(3_600_250);
  expect(timeIn('1:2:3:4')).toBe(null);
  expect(timeIn(timeText(3_723_004))).toBe(3_723_004);
});
