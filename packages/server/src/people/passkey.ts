// A passkey of a person, as their account keeps it. Rules: docs/spec/accounts.md (AC60 to AC66).

import { list, text, uint } from '@holdfast/protocol/shape.ts';
import { chars, orNull } from '../border/public-records.ts';
import { CREDENTIAL_CHARS_MAX, PUBLIC_KEY_CHARS_MAX } from '../passkeys/passkey.ts';
import type { Passkey } from '../passkeys/passkey.ts';
import type { KindRule } from './writing.ts';

export type PasskeyBody = Passkey &
  Readonly<{
    /** What the person calls it. */
    name: string;
    lastUsedAtMs: number | null;
  }>;

/** Passkeys of one account. */
export const PASSKEYS_MAX = 20;
export const PASSKEY_NAME_CHARS_MAX = 50;
const TRANSPORT_CHARS_MAX = 16;
/** Longest name of a host. */
const HOST_CHARS_MAX = 253;

/** Its target is the name of the credential. */
export const PASSKEY: KindRule<PasskeyBody> = {
  body: {
    credential: text(CREDENTIAL_CHARS_MAX),
    publicKey: text(PUBLIC_KEY_CHARS_MAX),
    counter: uint,
    transports: list(text(TRANSPORT_CHARS_MAX)),
    rpId: text(HOST_CHARS_MAX),
    name: chars(PASSKEY_NAME_CHARS_MAX),
    lastUsedAtMs: orNull(uint),
  },
  writtenBy: 'cell',
  perAccountMax: PASSKEYS_MAX,
  onePerTarget: true,
};
