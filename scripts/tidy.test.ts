// Rules of this repository that no tool knows, checked on the files that git tracks.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

const SOURCE_LINES_MAX = 500;

const root = fileURLToPath(new URL('..', import.meta.url));

/** Path and text of every tracked text file. */
const files: ReadonlyMap<string, string> = new Map(
  execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(root, path)))
    .map((path): [string, string] => [path, readFileSync(join(root, path), 'utf8')])
    .filter(([, text]) => !text.includes('\0')),
);

const sources = [...files].filter(([path]) => /\.(?:tsx?|mjs|css|html)$/.test(path));

/** `path:line` of every match of a pattern. */
function placesOf(pattern: RegExp, among: Iterable<[string, string]>): string[] {
  return [...among].flatMap(([path, text]) =>
    text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : [])),
  );
}

/** The function at the bottom of a call such as `test.each(table)(title, …)`: `test`. */
function calledName(callee: ts.Expression): string {
  if (ts.isIdentifier(callee)) return callee.text;
  if (ts.isCallExpression(callee) || ts.isPropertyAccessExpression(callee)) {
    return calledName(callee.expression);
  }
  return '';
}

/** The titles of all tests in a file, as written. */
function titlesIn(path: string, text: string): string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    const title = ts.isCallExpression(node) ? node.arguments[0] : undefined;
    if (title !== undefined && ts.isCallExpression(node)) {
      const isText = ts.isStringLiteralLike(title) || ts.isTemplateExpression(title);
      if (isText && /^(?:describe|it|test)$/.test(calledName(node.expression))) {
        titles.push(title.getText());
      }
    }
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true), visit);
  return titles;
}

const definedRules = [...files]
  .filter(([path]) => /^docs\/spec\/.*\.md$/.test(path))
  .flatMap(([, text]) =>
    [...text.matchAll(/^- \*\*([A-Z]+\d+)\*\*/gm)].map((found) => found[1] ?? ''),
  );

const families = new Set(definedRules.map((rule) => rule.replace(/\d+$/, '')));

/** Every word of a title that has the form of a rule id; `H264` is none while no spec has H rules. */
const quotedRules = [...files]
  .filter(([path, text]) => path.endsWith('.ts') && /from 'vitest'/.test(text))
  .flatMap(([path, text]) => titlesIn(path, text))
  .flatMap((title) => title.match(/\b[A-Z]+\d+\b/g) ?? [])
  .filter((word) => families.has(word.replace(/\d+$/, '')));

test('every rule in docs/spec is quoted in the title of a test', () => {
  const unquoted = definedRules.filter((rule) => !quotedRules.includes(rule));
  expect(unquoted.join(' ')).toBe('');
});

test('every rule quoted in the title of a test is in docs/spec', () => {
  const unknown = quotedRules.filter((rule) => !definedRules.includes(rule));
  expect(unknown.join(' ')).toBe('');
});

test('no two rules in docs/spec share an id', () => {
  const repeated = definedRules.filter((rule, index) => definedRules.indexOf(rule) !== index);
  expect(repeated.join(' ')).toBe('');
});

test(`no source file is longer than ${SOURCE_LINES_MAX} lines`, () => {
  const tooLong = sources.filter(
    ([, text]) => text.trimEnd().split('\n').length > SOURCE_LINES_MAX,
  );
  expect(tooLong.map(([path]) => path)).toEqual([]);
});

test('a marker left in a source file names its issue', () => {
  expect(placesOf(/\b(?:TO[D]O|FIX[M]E)\b(?!\(#\d)/, sources)).toEqual([]);
});

test('no file names a folder of one machine', () => {
  expect(placesOf(/(?<![\w.:/~-])\/(?:home|root|work|Users)\/\w/, files)).toEqual([]);
});

test('no file names the host of a package registry', () => {
  expect(placesOf(/\bregistry\.(?:npmjs|npmmirror|yarnpkg)\b/, files)).toEqual([]);
});
