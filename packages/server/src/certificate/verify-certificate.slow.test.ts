import { expect, test } from 'vitest';
import { certificateText } from '@holdfast/engine/charter/certificate.ts';
import { charterFolder } from '../registrar/charter.fixture.ts';
import { bodyOf, handOver, heldThough, signedBy } from './certificate.fixture.ts';

/** Only to end a test that hangs. */
const TEST_MS_MAX = 600_000;

test('T7: a text with any one byte changed does not hold', { timeout: TEST_MS_MAX }, () => {
  const folder = charterFolder();
  const registrar = folder.open();
  handOver(registrar);
  const bytes = Buffer.from(certificateText(signedBy(registrar, bodyOf(registrar))));
  expect(heldThough(bytes, 1)).toEqual([]);
  folder.remove();
});
