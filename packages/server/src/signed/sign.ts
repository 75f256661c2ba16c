// Signs requests, responses and frames; pure. Rules: docs/spec/wire.md (W2 to W4, W9).

import { sign } from 'node:crypto';
import { framePreimage, requestPreimage, responsePreimage, WIRE_VERSION } from './preimage.ts';
import type { FrameFields, RequestFields, ResponseFields } from './preimage.ts';
import type { WireIdentity } from './wire-key.ts';

/** The header that carries who sent a message and the signature over it. */
export const SIGNED_HEADER = 'holdfast-signed';

/** The value of `SIGNED_HEADER`, and the signature in it for whatever answers or follows. */
export type Signed = Readonly<{ header: string; signature: string }>;

type Unnamed<Fields> = Omit<Fields, 'operator' | 'site' | 'key'>;

export function signRequest(identity: WireIdentity, unnamed: Unnamed<RequestFields>): Signed {
  const fields = named(identity, unnamed);
  const signature = signed(identity, requestPreimage(fields));
  const { to, session, n, sentAtMs } = fields;
  const rest = `to=${to}; session=${session}; n=${n}; at=${sentAtMs}`;
  return { header: `${namesOf(identity)}; ${rest}; signature=${signature}`, signature };
}

export function signResponse(identity: WireIdentity, unnamed: Unnamed<ResponseFields>): Signed {
  const fields = named(identity, unnamed);
  const signature = signed(identity, responsePreimage(fields));
  const rest = `to=${fields.to}; at=${fields.sentAtMs}`;
  return { header: `${namesOf(identity)}; ${rest}; signature=${signature}`, signature };
}

/** The 64 bytes of a frame's signature. */
export function signFrame(identity: WireIdentity, fields: FrameFields): Buffer {
  return sign(null, framePreimage(fields), identity.privateKey);
}

function named<Fields>(
  { operator, site, keyId }: WireIdentity,
  unnamed: Fields,
): Fields & Readonly<{ operator: string; site: string; key: string }> {
  return { ...unnamed, operator, site, key: keyId };
}

function namesOf({ operator, site, keyId }: WireIdentity): string {
  return `${WIRE_VERSION}; operator=${operator}; site=${site}; key=${keyId}`;
}

function signed({ privateKey }: WireIdentity, bytes: Buffer): string {
  return sign(null, bytes, privateKey).toString('base64url');
}
