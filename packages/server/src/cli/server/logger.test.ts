import { describe, expect, it } from 'vitest';
import type { Paint } from '../cli-io.ts';
import { openLogger } from './logger.ts';

const same = (text: string): string => text;
const plain: Paint = { bold: same, dim: same, good: same, warn: same, bad: same };

function logged(pretty: Paint | undefined, fields: Record<string, unknown>): string {
  let text = '';
  const write = (line: string): void => void (text += line);
  openLogger({ level: 'info', write, pretty }).warn(fields, 'cell is away');
  return text;
}

describe('log', () => {
  it('is a line of JSON, without the name of the machine', () => {
    expect(JSON.parse(logged(undefined, { cell: 'us' }))).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      cell: 'us',
      msg: 'cell is away',
    });
  });

  it('is a short line on a terminal', () => {
    expect(logged(plain, { cell: 'us', seq: 4 })).toMatch(
      /^\d\d:\d\d:\d\d warn {2}cell is away {2}cell=us {2}seq=4\n$/,
    );
  });

  it('shows the stack of an error', () => {
    const text = logged(plain, { err: new Error('disk gone') });
    expect(text).toContain('Error: disk gone\n    at ');
  });

  it.each([
    { authorization: 'Bearer hush' },
    { headers: { authorization: 'hush', cookie: 'hush', 'set-cookie': 'hush' } },
    { req: { headers: { cookie: 'hush' } } },
    { body: { password: 'hush', grant: 'hush', token: 'hush' } },
  ])('blanks credentials in %j', (fields) => {
    expect(logged(undefined, fields)).not.toContain('hush');
    expect(logged(plain, fields)).not.toContain('hush');
  });

  it('leaves out what is below its level', () => {
    let text = '';
    const write = (line: string): void => void (text += line);
    openLogger({ level: 'warn', write, pretty: undefined }).info('quiet');
    openLogger({ level: 'silent', write, pretty: undefined }).fatal('quiet');
    expect(text).toBe('');
  });
});
