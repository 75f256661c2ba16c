// What gateways told this party of the pause after which it owns the cell, and what they have told
// together. Kept in memory: what is lost with the process is missing, and said to be.
//
// Rules: docs/spec/certificate.md (T15), docs/spec/wire.md (W124).

import type { GatewayWord } from '@holdfast/engine/charter/certificate.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { HOLD_BUCKETS_MS, PAUSE_BYTES_MAX, readPauseReport } from '../cell/remote/pause-wire.ts';
import type { PauseReport } from '../cell/remote/pause-wire.ts';
import { CELL_ROUTES } from '../cell/remote/cell-wire.ts';
import type { SignedAnswer, SignedRoute } from '../signed/signed-server.ts';
import type { WireParty } from '../signed/wire-key.ts';
import { GATEWAYS_MAX } from './gateway-book.ts';

/** Hand-overs of which reports are held: those whose certificate may still be open. */
const HANDOVERS_MAX = 8;

/** A gateway by its name and its key. */
export type NamedGateway = Readonly<{ name: string; keyId: string }>;

type Told = Readonly<{ name: string; report: PauseReport }>;

export class PauseReports {
  readonly #told = new Map<string, Map<string, Told>>();

  note({ operator, site, keyId }: WireParty, report: PauseReport): void {
    const { handover } = report;
    const of = this.#told.get(handover) ?? new Map<string, Told>();
    // The first stands: what a gateway has told may be in the certificate already.
    if (of.has(keyId) || of.size >= GATEWAYS_MAX) return;
    of.set(keyId, { name: `${operator}/${site}`, report });
    this.#told.set(handover, of);
    const [oldest] = this.#told.keys();
    if (oldest !== undefined && this.#told.size > HANDOVERS_MAX) this.#told.delete(oldest);
  }

  /** What is known of a hand-over now; `known` are those that the owner before had seen. */
  wordOf(handover: string, known: readonly NamedGateway[]): GatewayWord {
    const told = this.#told.get(handover) ?? new Map<string, Told>();
    const missing = known.filter(({ keyId }) => !told.has(keyId)).map(({ name }) => name);
    const reports = [...told.values()].map(({ report }) => report);
    const sum = (of: (report: PauseReport) => number): number =>
      reports.reduce((all, report) => all + of(report), 0);
    const word = { reported: reports.length, missing: missing.toSorted() };
    // Nobody has told anything: that is not the same as nothing.
    if (reports.length === 0) return { ...word, ops: null, histogram: null };
    const upToMs = [...HOLD_BUCKETS_MS, null];
    return {
      ...word,
      ops: {
        held: sum(({ held }) => held),
        retried: sum(({ retried }) => retried),
        refused: sum(({ refused }) => refused),
        clientErrors: sum(({ clientErrors }) => clientErrors),
      },
      histogram: upToMs.map((end, index) => {
        return { upToMs: end, ops: sum(({ holds }) => holds[index] ?? 0) };
      }),
    };
  }
}

/** The route on which gateways tell; only those that may send ops may tell what became of them. */
export function pauseRoute(
  cell: Jurisdiction,
  reports: PauseReports,
  isGateway: (sender: WireParty) => boolean,
): SignedRoute {
  return {
    method: 'POST',
    url: CELL_ROUTES.pauses,
    bodyBytesMax: PAUSE_BYTES_MAX,
    handle: ({ sender, params, body }): SignedAnswer => {
      if (!isGateway(sender)) return answer(403, 'only a gateway that is let in may tell this');
      if (params['cell'] !== cell) return answer(404, `this is the cell of ${cell}`);
      const report = readPauseReport(body);
      if (report === undefined) return answer(400, 'this is no report of a pause');
      reports.note(sender, report);
      return { kind: 'bytes', status: 200, body: '{}' };
    },
  };
}

function answer(status: number, detail: string): SignedAnswer {
  const body = JSON.stringify({ code: 'pause-refused', detail: `Nothing was noted: ${detail}.` });
  return { kind: 'bytes', status, body };
}
