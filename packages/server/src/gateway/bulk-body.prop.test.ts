import { parseBulkLine } from '@holdfast/protocol/ops.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseBulkBody } from './bulk-body.ts';

/** What the rule says, with no way to be fast: every line by itself. */
function linesOf(body: string): unknown {
  const lines = (body.endsWith('\n') ? body.slice(0, -1) : body).split('\n');
  const ops = [];
  for (const [index, line] of lines.entries()) {
    try {
      const op = parseBulkLine(JSON.parse(line));
      if ('kind' in op) return { line: index + 1 };
      ops.push(op);
    } catch {
      return { line: index + 1 };
    }
  }
  return { ops };
}

function opLine(n: number, more = ''): string {
  return `{"jurisdiction":"us","session":"s","n":${n},"kind":"like","video":"a"${more}}`;
}

const op = fc
  .record({
    n: fc.integer({ min: 1, max: 99 }),
    video: fc.constantFrom('a', 'b'),
    more: fc.constantFrom(undefined, '},{', ',{', [0, { y: 1 }], [], { z: [1, 2] }),
  })
  .map((fields) => JSON.stringify({ jurisdiction: 'us', session: 's', kind: 'like', ...fields }));
/** Pieces that could mislead a parser that looks at braces and line ends. */
const piece = fc.oneof(
  { weight: 6, arbitrary: op },
  fc.constantFrom('{', '}', '"', ',', '[', ']', '\n', '\r', '5', '{"x":"', '"}', '{}', ' ', 'é'),
);
const lines = fc.array(op, { minLength: 1, maxLength: 6 }).map((ops) => ops.join('\n'));
/** Lines whose commas and line ends have changed places: as one array they are the same. */
const swapped = fc
  .tuple(lines, fc.array(fc.nat(5), { minLength: 60, maxLength: 60 }))
  .map(([text, dice]) => {
    let at = 0;
    return text.replaceAll(/[,\n]/g, (mark) => {
      at += 1;
      if (dice[at % dice.length] !== 0) return mark;
      return mark === ',' ? '\n' : ',';
    });
  });
const body = fc.oneof(
  lines,
  swapped,
  fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
  fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join('\n')),
  fc.tuple(op, op, fc.nat(200), piece).map(([one, two, at, cut]) => {
    const whole = `${one}\n${two}`;
    return whole.slice(0, at) + cut + whole.slice(at);
  }),
);

it.each([
  ['a line end for a comma', `${opLine(1)},${opLine(2).replace(',', '\n')}`, 1],
  ['an inner object on a line of its own', `${opLine(1, ',"x":[0\n{"y":1}]')}\n${opLine(2)}`, 1],
  ['a line end in a text', `${opLine(1, ',"x":"\n{"')}\n${opLine(2)}`, 1],
])('A39: %s is a malformed line, though as one array it would do', (_, text, number) => {
  expect(parseBulkBody(text)).toMatchObject({ code: 'malformed-line', members: { line: number } });
});

it('A39: the fast way accepts what line by line does, and names the same first bad line', () => {
  fc.assert(
    fc.property(body, (text) => {
      const parsed = parseBulkBody(text);
      const found =
        parsed.kind === 'lines' ? { ops: parsed.lines } : { line: parsed.members?.['line'] };
      expect(found).toEqual(linesOf(text));
    }),
    { numRuns: 5_000 },
  );
});
