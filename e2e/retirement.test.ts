// The end of a copy, by the commands that an operator types: a country is handed over, and what the
// old operator still has is destroyed, also when its process is killed on the way.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { apiOf, bodyOf, until } from './harness/api.ts';
import { openInstallation } from './harness/installation.ts';
import type { CommandResult, Installation } from './harness/installation.ts';

const TEST_MS_MAX = 300_000;
const VIDEO = 'retirement';

let place: Installation | undefined;

afterEach(async () => {
  await place?.close();
  place = undefined;
});

it(
  'E10, E12, E14, E16, E17: a copy is destroyed with proof, through a kill, and stays destroyed',
  async () => {
    place = openInstallation();
    const { part, scratchDir, holdfast } = place;
    const registrar = await part('registrar', ['registrar', '--port', '0']);
    const address = ['--registrar', registrar.url];
    const cell = (operator: string, port = '0') =>
      part(operator, [
        ...['cell', '--jurisdiction', 'us', '--operator', operator, '--port', port],
        ...address,
      ]);
    const north = await cell('north');
    const south = await cell('south');
    const { url } = await part('gateway', ['gateway', '--port', '0', ...address]);
    const handover = (as: string, ...args: readonly string[]): Promise<CommandResult> =>
      holdfast('handover', ...args, '--cell', 'us', '--data', join(scratchDir, as), ...address);
    const api = apiOf(url);
    await api.video(VIDEO);
    const grant = await api.grant('us', 'somebody');
    expect(await api.outcomes(grant, [{ n: 1, kind: 'like', video: VIDEO }])).toEqual(['counted']);

    expect((await handover('north', 'start', '--to', south.url)).code).toBe(0);
    expect((await handover('north', 'watch')).code).toBe(0);
    const certificates = join(scratchDir, 'south', 'certificates');
    await until(
      'the certificate',
      () => Promise.resolve(existsSync(certificates) ? readdirSync(certificates) : []),
      (names) => names.some((name) => /^us-\d+-[0-9a-f]+\.json$/.test(name)),
    );

    const early = await handover('north', 'retire');
    expect([early.code, early.err]).toEqual([1, expect.stringContaining('--now')]);
    const dry = await handover('north', 'retire', '--dry-run', '--now');
    expect([dry.code, dry.out]).toEqual([0, expect.stringContaining('journal.db')]);

    const partyFile = join(scratchDir, 'north', 'cells', 'us', 'party.json');
    const retiring = handover('north', 'retire', '--now');
    await until(
      'the north retires',
      () => Promise.resolve(readFileSync(partyFile, 'utf8')),
      (text) => text.includes('"retir'),
    );
    await north.kill();
    const again = await cell('north', String(north.port));
    // Its connection was cut off; the order was on disk.
    await retiring;
    await until(
      'the north has retired',
      async () => (await handover('north', 'status', '--json')).out,
      (text) => text.includes('"retired"'),
    );
    const left = readdirSync(join(scratchDir, 'north', 'cells', 'us')).toSorted();
    expect(left).toEqual(['border', 'handover.json', 'party.json', 'retirement.json']);

    const kept = join(scratchDir, 'north', 'retirements');
    const [name = ''] = await until(
      'the north keeps the inventory',
      () => Promise.resolve(existsSync(kept) ? readdirSync(kept) : []),
      (names) => names.length > 0,
    );
    const inventory = join(scratchDir, 'south', 'retirements', name);
    await until(
      'the south has the inventory',
      () => Promise.resolve(existsSync(inventory)),
      (isThere) => isThere,
    );
    const verified = await holdfast('handover', 'verify', inventory);
    expect([verified.code, verified.out]).toEqual([0, expect.stringContaining('holds')]);
    const forged = join(scratchDir, 'forged.json');
    writeFileSync(forged, readFileSync(inventory, 'utf8').replace('journal.db', 'journal.dc'));
    expect((await holdfast('handover', 'verify', forged)).code).toBe(1);

    await again.kill();
    await cell('north', String(north.port));
    expect((await handover('south', 'rollback')).err).toContain('it is retired');
    expect((await handover('north', 'status')).out).toContain('retired');
    expect(readdirSync(join(scratchDir, 'north', 'cells', 'us')).toSorted()).toEqual(left);
    expect(await api.outcomes(grant, [{ n: 2, kind: 'unlike', video: VIDEO }])).toEqual([
      'counted',
    ]);
    const cells = bodyOf<{ cells: readonly { operator: string }[] }>(
      await api.send('GET', '/v1/cells'),
    );
    expect(cells.cells.map(({ operator }) => operator)).toEqual(['south']);
  },
  TEST_MS_MAX,
);
