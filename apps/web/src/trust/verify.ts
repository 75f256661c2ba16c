import { verifyCertificate } from '@holdfast/engine/charter/verify-certificate.ts';
import type { Verdict } from '@holdfast/engine/charter/verify-certificate.ts';

/** Checks a certificate in this browser, after the page has drawn what it is about to do. */
export async function verifyHere(text: string, registrarKey: string | undefined): Promise<Verdict> {
  const { browserCrypto } = await import('./browser-crypto.ts');
  await new Promise((resolve) => setTimeout(resolve, 0));
  return verifyCertificate(browserCrypto, text, { registrarKey });
}
