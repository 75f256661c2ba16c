// Sessions from grants and sessions that integrators name live in separate name spaces, and every
// tenant has one of its own, so that nobody can use up another's op numbers.

import type { SessionId } from '@holdfast/protocol/ids.ts';

/** The cell-wide key of a session that a grant names. */
export function grantSessionKey(session: string): string {
  return `~${session}`;
}

/** The cell-wide key that stands for the name of a correction (C25). */
export function correctionKey(tenant: string, name: string): string {
  return `!${tenant}/${name}`;
}

/** The cell-wide key of a session that an integrator named in bulk. */
export function bulkSessionKey(tenant: string, session: SessionId): string {
  return `${tenant}/${session}`;
}
