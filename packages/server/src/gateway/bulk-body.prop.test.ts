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

const op = fc
  .record({ n: fc.integer({ min: 1, max: 99 }), video: fc.constantFrom('a', 'b') })
  .map((fields) =>
    JSON.stringify({ jurisdiction: 'us', session: 's', kind: 'like', ...fields, more: '}' }),
  );
/** Pieces that could mislead a parser that looks at braces and line ends. */
const piece = fc.oneof(
  { weight: 6, arbitrary: op },
  fc.constantFrom('{', '}', '"', ',', '[', ']', '\n', '\r', '5', '{"x":"', '"}', '{}', ' ', 'é'),
);
const body = fc.oneof(
  fc.array(op, { minLength: 1, maxLength: 6 }).map((lines) => lines.join('\n')),
  fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
  fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join('\n')),
  fc.tuple(op, op, fc.nat(200), piece).map(([one, two, at, cut]) => {
    const whole = `${one}\n${two}`;
    return whole.slice(0, at) + cut + whole.slice(at);
  }),
);

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
