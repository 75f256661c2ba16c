import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import type { FastifyRequest } from 'fastify';
import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import { issueGrant } from '../grants/grant.ts';
import { newSessionId } from '../grants/session-id.ts';
import { openAuthorizer } from './authorizer.ts';
import type { AuthorizerOptions } from './authorizer.ts';
import { GATEWAY_LIMITS } from './gateway-limits.ts';

const { privateKey } = generateKeyPairSync('ed25519');
const us = 'us' as Jurisdiction;

/** What becomes of a grant of epoch 3 where epoch 2 is the newest that is known. */
function judged(isCopy: boolean): unknown {
  // The authorizer looks at nothing else of a charter.
  const view = { keyOf: () => undefined, newest: () => ({ epoch: 2 }) };
  const charter = { view, ...(isCopy && { isCopy }) } as unknown as AuthorizerOptions['charter'];
  const keys = { find: () => ({ kind: 'unknown' as const }) };
  const authorizer = openAuthorizer({ keys, charter, limits: GATEWAY_LIMITS, nowMs: () => 1 });
  const session = newSessionId(0, new Uint8Array(10));
  const fields = { jurisdiction: us, epoch: 3 as Epoch, session, person: 1 };
  const grant = issueGrant({ ...fields, startedAtMs: 0, expiresAtMs: 9 }, privateKey);
  const headers = { authorization: `Bearer ${grant}` };
  return authorizer.grant({ headers } as FastifyRequest);
}

it('HF16, A75: a grant of an epoch that a copy of the charter may lack is to be sent again', () => {
  expect(judged(true)).toMatchObject({ kind: 'refusal', code: 'cell-unavailable' });
});

it('A26: a grant of an epoch that the charter does not have is not good', () => {
  expect(judged(false)).toMatchObject({ kind: 'refusal', code: 'grant-invalid' });
});
