// Certificates on the shelf of a gateway. Rules: docs/spec/certificate.md (T4 to T7, T14).

import { CERTIFICATE_BYTES_MAX } from '@holdfast/engine/charter/certificate.ts';
import { verifyCertificate } from '@holdfast/engine/charter/verify-certificate.ts';
import { nodeCrypto } from '../../signed/node-crypto.ts';
import type { PublicFile } from './shelf.ts';

export const CERTIFICATE_FILE: PublicFile = {
  path: (handover) => `/v1/handovers/${handover}/certificate`,
  bytesMax: CERTIFICATE_BYTES_MAX,
  retryMsMax: 60_000,
  faultOf: (text, { to }, registrarKey) => {
    const { checks, certificate } = verifyCertificate(nodeCrypto, text, { registrarKey });
    const failed = checks.find(({ holds }) => !holds);
    if (failed !== undefined) return failed.detail;
    const body = certificate?.body;
    const isThis = body?.handover === to.handover && body?.entries.at(-1)?.hash === to.hash;
    return isThis ? undefined : 'it is of another hand-over than the charter here has';
  },
};
