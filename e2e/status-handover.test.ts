// The status page while a cell changes hands: announced by the charter itself, and proven after.

import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { send } from './harness/http.ts';
import { openInstallation } from './harness/installation.ts';
import type { Installation, RunningServer } from './harness/installation.ts';

const TEST_MS_MAX = 240_000;
const SOON = { timeout: 90_000, interval: 500 };

let place: Installation;
beforeEach(() => {
  place = openInstallation();
});
afterEach(() => place.close());

type Components = Readonly<{
  components: readonly Readonly<{
    name: string;
    status: string;
    description: string;
    group_id: string | null;
    id: string;
  }>[];
}>;

/** What a page says of the hand-over of the United States. */
async function handoverOn({
  url,
}: RunningServer): Promise<Readonly<{ status: string; says: string }>> {
  const { body } = await send(url, 'GET', '/api/v2/components.json');
  const { components } = body as Components;
  const group = components.find(({ name }) => name === 'the United States');
  const found = components.find((one) => one.name === 'Hand-over' && one.group_id === group?.id);
  return { status: found?.status ?? 'missing', says: found?.description ?? '' };
}

it(
  'ST7: a hand-over under way is maintenance; its certificate holds, and not under a key of another',
  async () => {
    const { part, scratchDir, holdfast } = place;
    const registrar = await part('registrar', ['registrar', '--port', '0']);
    const address = ['--registrar', registrar.url];
    const cell = (operator: string): Promise<RunningServer> => {
      const who = ['--jurisdiction', 'us', '--operator', operator];
      return part(operator, ['cell', ...who, ...address, '--port', '0']);
    };
    await cell('north');
    const south = await cell('south');
    const gateway = await part('gateway', ['gateway', '--port', '0', ...address]);
    const handover = (...args: readonly string[]) => {
      const whose = ['--cell', 'us', '--data', join(scratchDir, 'north'), ...address];
      return holdfast('handover', ...args, ...whose);
    };
    const look = ['status', '--port', '0', '--gateway', gateway.url];
    const page = await part('page', [...look, '--data', join(scratchDir, 'page')]);
    const isOperational = expect.objectContaining({ status: 'operational' }) as unknown;
    await expect.poll(() => handoverOn(page), SOON).toEqual(isOperational);

    const begun = handover('start', '--to', south.url, '--approve');
    const changing = {
      status: 'under_maintenance',
      says: expect.stringContaining('to south') as string,
    };
    await expect.poll(() => handoverOn(page), SOON).toEqual(changing);
    // While it is not ready to be approved, that is said, and nothing happens.
    await expect.poll(async () => (await handover('approve')).code, SOON).toBe(0);
    expect((await begun).code).toBe(0);

    await expect.poll(() => handoverOn(page), SOON).toEqual(isOperational);
    const { body } = await send(gateway.url, 'GET', '/v1/cells/us/handovers');
    expect(body).toMatchObject({ handovers: [{ certificate: expect.any(String) as string }] });

    const { publicKey } = generateKeyPairSync('ed25519');
    const other = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    const doubtful = await part('doubtful', [
      ...[...look, '--data', join(scratchDir, 'doubtful')],
      ...['--registrar-key', other],
    ]);
    const broken = {
      status: 'major_outage',
      says: expect.stringContaining('the last certificate') as string,
    };
    await expect.poll(() => handoverOn(doubtful), SOON).toEqual(broken);
  },
  TEST_MS_MAX,
);
