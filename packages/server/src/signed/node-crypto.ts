// What the checks of charter and certificate need, from Node.

import { createHash } from 'node:crypto';
import type { CheckCrypto } from '@holdfast/engine/charter/check-crypto.ts';
import { isDigestSignedBy } from './sign-digest.ts';

export const nodeCrypto: CheckCrypto = {
  sha256: (text) => createHash('sha256').update(text).digest(),
  isSigned: isDigestSignedBy,
};
