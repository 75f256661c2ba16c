import { describe, expect, it } from 'vitest';
import { readConfig } from '../../config/config.ts';
import type { Paint } from '../cli-io.ts';
import { readyDocument, readyText, urlOf } from './banner.ts';
import type { Ready } from './banner.ts';

const same = (text: string): string => text;
const plain: Paint = { bold: same, dim: same, good: same, warn: same, bad: same };

function ready(changes: Partial<Ready> = {}): Ready {
  const result = readConfig({ data: "/srv/it's here" }, {}, '/');
  if (result.kind !== 'ok') throw new Error('a default configuration is good');
  const { config } = result;
  return { url: 'http://127.0.0.1:7400', config, hasServiceKey: true, cellsAway: [], ...changes };
}

describe('banner', () => {
  it('says where to look, where the data is and how to stop', () => {
    const text = readyText(ready(), plain);
    for (const words of [
      'http://127.0.0.1:7400/',
      '/openapi.json',
      "/srv/it's here (cells: us, eu)",
      'Ctrl+C',
    ]) {
      expect(text).toContain(words);
    }
    expect(text).not.toContain('keys create');
  });

  it('tells how to make a service key when there is none, as a shell takes it', () => {
    expect(readyText(ready({ hasServiceKey: false }), plain)).toContain(
      String.raw`holdfast keys create --name my-site --data '/srv/it'\''s here'`,
    );
  });

  it('says which cells are not up', () => {
    expect(readyText(ready({ cellsAway: ['eu'] }), plain)).toContain('tried again until it is: eu');
    expect(readyDocument(ready({ cellsAway: ['eu'] }))).toMatchObject({
      event: 'ready',
      url: 'http://127.0.0.1:7400',
      cells: ['us', 'eu'],
      cellsAway: ['eu'],
    });
  });

  it.each([
    ['127.0.0.1', 'http://127.0.0.1:80'],
    ['0.0.0.0', 'http://127.0.0.1:80'],
    ['::', 'http://127.0.0.1:80'],
    ['::1', 'http://[::1]:80'],
    ['localhost', 'http://localhost:80'],
  ])('names an address that can be opened for %s', (host, url) => {
    expect(urlOf(host, 80)).toBe(url);
  });
});
