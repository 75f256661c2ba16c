// Asks every cell the same: an answer of all, or none.

import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { CallName, CallReply, CellCalls, CellUnavailable } from '../cell/cell-client.ts';
import type { CellClients } from './parts.ts';

type Replies<Name extends CallName> = Readonly<{
  kind: 'all';
  replies: ReadonlyMap<Jurisdiction, Exclude<CallReply<Name>, CellUnavailable>>;
}>;

function isUnavailable(reply: Readonly<{ kind: string }>): reply is CellUnavailable {
  return reply.kind === 'unavailable';
}

/** The replies of all cells, or of the first that is unavailable: never a part that looks whole. */
export async function askAll<Name extends CallName>(
  cells: CellClients,
  name: Name,
  ask: CellCalls[Name]['ask'],
): Promise<Replies<Name> | CellUnavailable> {
  const asked = [...cells.values()];
  const answered = await Promise.all(
    asked.map(async (cell) => [cell.jurisdiction, await cell.call(name, ask)] as const),
  );
  const replies = new Map<Jurisdiction, Exclude<CallReply<Name>, CellUnavailable>>();
  for (const [jurisdiction, reply] of answered) {
    if (isUnavailable(reply)) return reply;
    // `isUnavailable` has told the two apart; the compiler cannot follow that for a generic name.
    replies.set(jurisdiction, reply as Exclude<CallReply<Name>, CellUnavailable>);
  }
  return { kind: 'all', replies };
}
