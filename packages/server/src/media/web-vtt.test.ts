import { describe, expect, test } from 'vitest';
import { readCaptions } from './web-vtt.ts';

const read = (text: string) => readCaptions(Buffer.from(text));
const cue = (words: string): string => `WEBVTT\n\n00:01.000 --> 00:02.000\n${words}\n`;

describe('captions', () => {
  test('UP40: are taken as they came', () => {
    const text =
      'WEBVTT - by hand\n\nNOTE nobody sees this\n\nfirst\n00:01.000 --> 00:02.500 align:start\n' +
      '<v Ann>Hello <i>you</i> &lt;3\n\n01:00:00.000 --> 01:00:01.000\n<c.loud>آن 🌊</c> <00:00:01.500>now\n';
    expect(read(text)).toEqual({ kind: 'captions', text, cues: 2 });
  });

  test('UP40: may have a mark of the byte order, and the line ends of any system', () => {
    const text = '\ufeffWEBVTT\r\n\r\n00:01.000 --> 00:02.000\r\nHello\r\n';
    expect(read(text)).toMatchObject({ kind: 'captions', cues: 1 });
  });

  test.each([
    ['a script', cue('<script>alert(1)</script>'), 4],
    ['a picture', cue('Hello <img src=x onerror=alert(1)>'), 4],
    ['a link', cue('<a href="https://evil.example">here</a>'), 4],
    ['a tag in capitals', cue('<SCRIPT>'), 4],
    ['a tag that does not end', cue('1 < 2'), 4],
    ['a tag in a second line', cue('Hello\n<b onclick<script>x</b>'), 5],
  ])('UP41: with %s are refused, with the line', (_what, text, line) => {
    expect(read(text)).toMatchObject({ kind: 'fault', line });
  });

  test('UP41: with a style sheet are refused', () => {
    const text = 'WEBVTT\n\nSTYLE\n::cue { background: url(https://evil.example) }\n';
    expect(read(text)).toMatchObject({ kind: 'fault', line: 3 });
  });

  test.each([
    ['nothing', '', 1],
    ['another kind of captions', '1\n00:00:01,000 --> 00:00:02,000\nHello\n', 1],
    ['a time that is none', 'WEBVTT\n\n00:01 --> 00:02.000\nHello\n', 3],
    ['an end before its beginning', 'WEBVTT\n\n00:02.000 --> 00:01.000\nHello\n', 3],
    ['words without a time', 'WEBVTT\n\nHello\n', 3],
  ])('UP42: that are %s are refused, with the line', (_what, text, line) => {
    expect(read(text)).toMatchObject({ kind: 'fault', line });
  });

  test('UP42: that are not UTF-8 are refused', () => {
    expect(readCaptions(Buffer.from([0x57, 0xff, 0xfe]))).toMatchObject({ kind: 'fault', line: 1 });
  });
});
