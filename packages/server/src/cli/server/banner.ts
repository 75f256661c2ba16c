// What a server says once it is ready.

import type { Paint } from '../cli-io.ts';
import { columns } from '../columns.ts';
import { VERSION } from '../version.ts';
import { shellWord } from '../shell-word.ts';

const ANY_HOSTS = ['0.0.0.0', '::', '[::]'];

export type Ready = Readonly<{
  url: string;
  config: Readonly<{ dataDir: string; cells: readonly string[] }>;
  hasServiceKey: boolean;
  /** Cells that are not up yet, though the gateway is. */
  cellsAway: readonly string[];
}>;

/** The address to open, for what the server listens on. */
export function urlOf(host: string, port: number): string {
  const reachable = ANY_HOSTS.includes(host) ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

/** The one line of `--json`. */
export function readyDocument({ url, config, cellsAway }: Ready): unknown {
  const { dataDir, cells } = config;
  return { event: 'ready', url, version: VERSION, dataDir, cells, cellsAway };
}

/** Where to look, where the data is, how to stop. */
export function readyText(ready: Ready, paint: Paint): string {
  const { url, config, cellsAway } = ready;
  const { dataDir, cells } = config;
  const rows = [
    ['  Watch', paint.bold(`${url}/`)],
    ['  API', `${url}/v1, described in ${url}/openapi.json`],
    ['  Health', `${url}/readyz`],
    ['  Data', `${dataDir} (cells: ${cells.join(', ')})`],
    ['  Stop', 'Ctrl+C; whatever was acknowledged is on disk'],
  ];
  const lines = ['', paint.good(`Holdfast ${VERSION} is ready.`), '', ...columns(rows)];
  if (cellsAway.length > 0) {
    const names = cellsAway.join(', ');
    lines.push('', paint.warn(`Not up yet, and tried again until it is: ${names}. See the log.`));
  }
  if (!ready.hasServiceKey) {
    const command = `holdfast keys create --name my-site --data ${shellWord(dataDir)}`;
    lines.push('', `To count your own videos, make a service key: ${paint.bold(command)}`);
  }
  return `${lines.join('\n')}\n\n`;
}
