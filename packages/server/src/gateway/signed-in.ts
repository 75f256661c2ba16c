// Who a cookie stands for. Rules A21, A23, A24, A73.

import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CellClient, CellUnavailable } from '../cell/cell-client.ts';
import type { Cookies } from './cookies.ts';
import type { CellClients } from './parts.ts';

export type Account = Readonly<{
  kind: 'account';
  cell: CellClient;
  jurisdiction: Jurisdiction;
  token: string;
  account: string;
  handle: string;
}>;

/** `none`: no cookie; `nobody`: a cookie that no session stands behind. */
export type SignedIn = Account | Readonly<{ kind: 'none' } | { kind: 'nobody' }> | CellUnavailable;

/** Looks the cookie up, and sets it anew on the reply when that renewed the session. */
export type WhoIsSignedIn = (request: FastifyRequest, reply: FastifyReply) => Promise<SignedIn>;

export function whoIsSignedIn(cells: CellClients, cookies: Cookies): WhoIsSignedIn {
  return async (request, reply) => {
    const session = cookies.read(request);
    if (session === undefined) return { kind: 'none' };
    const { jurisdiction, token } = session;
    const cell = cells.get(jurisdiction);
    if (cell === undefined) return { kind: 'nobody' };
    const known = await cell.call('whoIs', { token });
    if (known.kind !== 'account') return known;
    const { account, handle, expiresAtMs, renewed } = known;
    if (renewed) reply.header('set-cookie', cookies.set({ jurisdiction, token, expiresAtMs }));
    return { kind: 'account', cell, jurisdiction, token, account, handle };
  };
}
