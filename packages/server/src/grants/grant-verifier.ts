// Opens grants fast: a signature costs some 100 µs to check, so a grant that was good is remembered.

import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { CellKey, Identity } from '../cell/cell-client.ts';
import { grantSessionKey } from '../cell/session-key.ts';
import { claimedSigner, verifiedFields } from './grant.ts';
import { twoGenerations } from './two-generations.ts';

/** Grants of one generation that are remembered; some 500 bytes each. */
export const GRANTS_GENERATION_MAX = 65_536;

/** Owner keys that are remembered as objects; a cell has one an epoch. */
export const KEY_OBJECTS_MAX = 1_024;

/** A grant may be of so many epochs later than those that are known here; more is nonsense. */
export const EPOCHS_AHEAD_MAX = 16;

/** A good grant, as the routes use it. One object for all requests of a session. */
export type SessionGrant = {
  readonly jurisdiction: Jurisdiction;
  readonly sessionKey: string;
  readonly who: Identity;
  readonly startedAtMs: number;
  readonly expiresAtMs: number;
  /** The token bucket of the session lives here: no second look-up a request. */
  tokens: number;
  refilledAtMs: number;
};

export type GrantVerifier = Readonly<{
  /**
   * Never throws. A remembered grant is still checked for its end. `ahead`: it says that it is of an
   * epoch of which nothing is known here yet, so it cannot be told whether it is good.
   */
  open: (token: string, nowMs: number) => SessionGrant | 'invalid' | 'expired' | 'ahead';
}>;

export type GrantVerifierOptions = Readonly<{
  /** Answers for past epochs too. */
  keyOf: (jurisdiction: Jurisdiction, epoch: Epoch) => CellKey | undefined;
  /** The newest epoch known here; `undefined` for an unknown cell, and where no later one can be. */
  newestEpoch: (jurisdiction: Jurisdiction) => number | undefined;
  /** What a session's bucket starts with. */
  tokens: number;
}>;

export function grantVerifier({ keyOf, newestEpoch, tokens }: GrantVerifierOptions): GrantVerifier {
  const grants = twoGenerations<SessionGrant>(GRANTS_GENERATION_MAX);
  const keyObjects = twoGenerations<KeyObject>(KEY_OBJECTS_MAX);

  // The owner of an epoch never changes, so its key is looked up once.
  const keyObjectOf = (jurisdiction: Jurisdiction, epoch: Epoch): KeyObject | undefined => {
    const name = `${jurisdiction}/${epoch}`;
    const known = keyObjects.get(name);
    if (known !== undefined) return known;
    const key = keyOf(jurisdiction, epoch);
    if (key === undefined) return undefined;
    const made = createPublicKey(key.publicKeyPem);
    keyObjects.set(name, made);
    return made;
  };

  const verified = (token: string, nowMs: number): SessionGrant | undefined => {
    const fields = verifiedFields(token, keyObjectOf);
    if (fields === undefined) return undefined;
    const { jurisdiction, session, person, startedAtMs, expiresAtMs } = fields;
    const grant: SessionGrant = {
      jurisdiction,
      sessionKey: grantSessionKey(session),
      who: person === 0 ? { kind: 'anonymous' } : { kind: 'person', person },
      startedAtMs,
      expiresAtMs,
      tokens,
      refilledAtMs: nowMs,
    };
    grants.set(token, grant);
    return grant;
  };

  const isAhead = (token: string): boolean => {
    const signer = claimedSigner(token);
    const newest = signer && newestEpoch(signer.jurisdiction);
    if (signer === undefined || newest === undefined) return false;
    return signer.epoch > newest && signer.epoch <= newest + EPOCHS_AHEAD_MAX;
  };

  return {
    open: (token, nowMs) => {
      const grant = grants.get(token) ?? verified(token, nowMs);
      if (grant === undefined) return isAhead(token) ? 'ahead' : 'invalid';
      return nowMs < grant.expiresAtMs ? grant : 'expired';
    },
  };
}
