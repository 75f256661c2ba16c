import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { certificateText } from '@holdfast/engine/charter/certificate.ts';
import { bodyOf, handOver, HANDOVER, signedBy } from '../../certificate/certificate.fixture.ts';
import { charterFolder, north, south } from '../../registrar/charter.fixture.ts';
import type { CharterFolder } from '../../registrar/charter.fixture.ts';
import type { Registrar } from '../../registrar/registrar.ts';
import { CERTIFICATE_FILE } from './certificate-file.ts';
import { openShelf } from './shelf.ts';
import type { Shelf } from './shelf.ts';

let folder: CharterFolder;
let registrar: Registrar;
let dir: string;
let asked: string[];
let refused: string[];
let monotonicMs: number;
/** What each party answers, by its origin. */
let files: Map<string, string>;
const shelves: Shelf[] = [];

beforeEach(() => {
  folder = charterFolder();
  registrar = folder.open();
  handOver(registrar);
  dir = mkdtempSync(join(tmpdir(), 'holdfast-shelf-'));
  asked = [];
  refused = [];
  files = new Map();
  monotonicMs = 0;
});
afterEach(async () => {
  for (const shelf of shelves.splice(0)) await shelf.close();
  folder.remove();
  rmSync(dir, { recursive: true });
});

function open(): Shelf {
  const shelf = openShelf({
    file: CERTIFICATE_FILE,
    folder: dir,
    charter: { view: registrar.charter, registrarKey: registrar.charter.registrarKey },
    fetch: async (input) => {
      if (typeof input !== 'string') throw new TypeError('an address is text');
      const url = new URL(input);
      asked.push(url.origin);
      const file = files.get(url.origin);
      return file === undefined ? Response.error() : new Response(file);
    },
    monotonicMs: () => monotonicMs,
    onRefused: (detail) => refused.push(detail),
  });
  shelves.push(shelf);
  return shelf;
}

const certificate = (): string => certificateText(signedBy(registrar, bodyOf(registrar)));

describe('T14: certificates at a gateway', () => {
  it('T14: are fetched from the new owner, else from the old one, and stay on disk', async () => {
    files.set(north.party.url, certificate());
    const shelf = open();
    await shelf.look();
    expect(asked).toEqual([south.party.url, north.party.url]);
    expect(shelf.text(HANDOVER)).toBe(certificate());
    await shelf.close();
    files.clear();
    expect(open().text(HANDOVER)).toBe(certificate());
  });

  it('T14: are asked for again, less and less often, until they are there', async () => {
    const shelf = open();
    await shelf.look();
    await shelf.look();
    expect(asked).toHaveLength(2);
    monotonicMs = 1_000;
    await shelf.look();
    expect(asked).toHaveLength(4);
    monotonicMs = 2_500;
    await shelf.look();
    expect(asked).toHaveLength(4);
    files.set(south.party.url, certificate());
    monotonicMs = 3_000;
    await shelf.look();
    expect(shelf.has(HANDOVER)).toBe(true);
  });

  it('T14: are not kept when they do not hold', async () => {
    files.set(south.party.url, certificate().replace('"pauseMs": 97', '"pauseMs": 96'));
    const shelf = open();
    await shelf.look();
    expect([shelf.has(HANDOVER), readdirSync(dir)]).toEqual([false, []]);
    expect(refused).toEqual([expect.stringContaining('not kept')]);
  });

  it('T14: are not kept when they are of a charter other than the one known here', async () => {
    const other = charterFolder();
    const theirs = other.open({ nowMs: () => 2_000 });
    handOver(theirs);
    files.set(south.party.url, certificateText(signedBy(theirs, bodyOf(theirs))));
    const shelf = open();
    await shelf.look();
    other.remove();
    expect(shelf.has(HANDOVER)).toBe(false);
    expect(refused).not.toEqual([]);
  });
});
