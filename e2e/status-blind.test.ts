// The status page when it reaches nothing: whether that is the platform's fault is what it must tell.

import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { send } from './harness/http.ts';
import { openInstallation } from './harness/installation.ts';
import type { Installation } from './harness/installation.ts';

const SOON = { timeout: 90_000, interval: 500 };

let place: Installation;
beforeEach(() => {
  place = openInstallation();
});
afterEach(() => place.close());

/** An address of this machine where nobody listens. */
async function nobody(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // It listens on a host and port, so this is no pipe.
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

/** A page that looks at a gateway that is not there; gives the states of its components. */
async function statesWith(...args: readonly string[]): Promise<() => Promise<readonly string[]>> {
  const look = ['status', '--port', '0', '--data', join(place.scratchDir, 'page')];
  const gateway = ['--gateway', await nobody(), '--cell', 'us'];
  const { url } = await place.part('page', [...look, ...gateway, ...args]);
  return async () => {
    const { body } = await send(url, 'GET', '/api/v2/components.json');
    const { components } = body as Readonly<{
      components: readonly Readonly<{ status: string; description: string; group: boolean }>[];
    }>;
    return components
      .filter(({ group }) => !group)
      .map(({ status, description }) => `${status}: ${description}`);
  };
}

it('ST11: a place that reaches nobody else either says unknown, with why, and never red', async () => {
  const states = await statesWith('--reference', await nobody());
  const isBlind = expect.stringMatching(/^unknown: .*got no answer/s) as string;
  await expect.poll(states, SOON).toEqual(Array.from({ length: 9 }, () => isBlind));
});

it('ST9, ST12: a gateway that is not there is red, and numbers nobody sees are unknown', async () => {
  const states = await statesWith();
  const red = expect.stringMatching(/^major_outage: .*got no answer/s) as string;
  const unknown = expect.stringMatching(/^unknown: /) as string;
  const [right, fresh] = [unknown, red];
  const others = [red, red, red, red, red];
  await expect.poll(states, SOON).toEqual([right, fresh, right, fresh, ...others]);
});
