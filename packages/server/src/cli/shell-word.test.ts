import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { shellWord } from './shell-word.ts';

test('a plain word stays as it is', () => {
  for (const word of ['./us-west', 'http://127.0.0.1:7423', 'us']) {
    expect(shellWord(word)).toBe(word);
  }
});

test.each(['my data', "it's", '$HOME', 'a;b', '', '*'])('a shell reads %j as it was', (text) => {
  const said = execFileSync('sh', ['-c', `printf %s ${shellWord(text)}`], { encoding: 'utf8' });
  expect(said).toBe(text);
});
