// Captions as WebVTT: read in every line, and kept as they came when all of it is what captions
// need. Pure.
//
// Rules: docs/spec/uploads.md (UP40 to UP42).
//
// Styles and regions are not taken: they are style sheets by another name.

export const CAPTIONS_BYTES_MAX: number = 256 * 1024;
const CUES_MAX = 5_000;
const LINE_CHARS_MAX = 1_000;

export type CaptionsFault = Readonly<{ kind: 'fault'; line: number; detail: string }>;
export type ReadCaptions =
  Readonly<{ kind: 'captions'; text: string; cues: number }> | CaptionsFault;

const TIMING =
  /^((?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3})[ \t]+-->[ \t]+((?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3})(?:[ \t]+[^<>]*)?$/;
const TAGS = /<\/?([a-z]*)(?:\.[\w-]+)*(?:[ \t][^<>&]*)?>|<(?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}>/g;
const TAKEN_TAGS: readonly string[] = ['b', 'i', 'u', 'c', 'v', 'lang', 'ruby', 'rt'];
/** Nobody sees these, and they turn what is seen around. */
const UNSEEN = /(?!\t)\p{Cc}/u;

/** Reads captions, and says in which line they are none. */
export function readCaptions(bytes: Uint8Array): ReadCaptions {
  const text = decoded(bytes);
  if (text === undefined) return fault(1, 'it is not UTF-8');
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  if (!/^WEBVTT(?:[ \t].*)?$/.test(lines[0] ?? '')) return fault(1, 'it must begin with WEBVTT');
  let cues = 0;
  let at = 1;
  // What stands right under the first line belongs to it.
  while ((lines[at] ?? '') !== '') {
    if ((lines[at] ?? '').includes('-->')) return fault(at + 1, 'an empty line must come before');
    at += 1;
  }
  for (; at < lines.length; at += 1) {
    if ((lines[at] ?? '') === '') continue;
    const end = lines.indexOf('', at);
    const block = lines.slice(at, end === -1 ? lines.length : end);
    const found = readBlock(block, at);
    if (typeof found !== 'number') return found;
    cues += found;
    if (cues > CUES_MAX) return fault(at + 1, `there are more than ${CUES_MAX} captions`);
    at += block.length;
  }
  return { kind: 'captions', text: lines.join('\n'), cues };
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    // Takes the mark of the byte order away.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** How many captions a block is; a note is none. */
function readBlock(block: readonly string[], at: number): number | CaptionsFault {
  const [first = ''] = block;
  const long = block.findIndex((line) => line.length > LINE_CHARS_MAX || UNSEEN.test(line));
  if (long !== -1) return fault(at + long + 1, 'it is too long, or has signs that nobody sees');
  if (/^NOTE(?:[ \t]|$)/.test(first)) {
    const arrow = block.findIndex((line) => line.includes('-->'));
    return arrow === -1 ? 0 : fault(at + arrow + 1, 'a note must not have -->');
  }
  if (/^(?:STYLE|REGION)[ \t]*$/.test(first)) return fault(at + 1, 'styles are not taken');
  const timingAt = first.includes('-->') ? 0 : 1;
  const timing = TIMING.exec(block[timingAt] ?? '');
  const line = at + Math.min(timingAt + 1, block.length);
  if (timing === null) return fault(line, 'a time such as 00:01.000 --> 00:04.000 is needed');
  if (secondsOf(timing[1]) >= secondsOf(timing[2])) return fault(line, 'it ends before it begins');
  for (const [index, words] of block.entries()) {
    if (index <= timingAt) continue;
    if (words.includes('-->')) return fault(at + index + 1, '--> stands where words do');
    const wrong = wrongTagIn(words);
    if (wrong !== undefined) return fault(at + index + 1, wrong);
  }
  return 1;
}

function wrongTagIn(words: string): string | undefined {
  const rest = words.replace(TAGS, (tag, name: string | undefined) => {
    const isTime = name === undefined;
    return isTime || TAKEN_TAGS.includes(name) ? '' : tag;
  });
  return rest.includes('<')
    ? `only the tags ${TAKEN_TAGS.join(', ')} are taken; write &lt; for the sign itself`
    : undefined;
}

function secondsOf(time = ''): number {
  return time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
}

function fault(line: number, detail: string): CaptionsFault {
  return { kind: 'fault', line, detail };
}
