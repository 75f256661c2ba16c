// What gateways told of a pause, on its way into a certificate: the new owner gathers and waits a
// little, says it once to the old owner, and signs nothing else.
//
// Rules: docs/spec/certificate.md (T15).

import { sameJson } from '@holdfast/engine/charter/certificate.ts';
import type { CertificateBody, GatewayWord } from '@holdfast/engine/charter/certificate.ts';
import { fits, text } from '@holdfast/protocol/shape.ts';
import { PAUSE_REPORT_MS_MAX } from '../cell/remote/pause-wire.ts';
import { GATEWAYS_MAX } from '../replication/gateway-book.ts';
import type { NamedGateway, PauseReports } from '../replication/pause-reports.ts';
import type { CertificateStore, Side } from './certificate-store.ts';

const NOTHING_TOLD = { held: null, retried: null, refused: null, clientErrors: null };

export type GatewayWordsParts = Readonly<{
  store: Pick<CertificateStore, 'note'>;
  /** What gateways have told this party. */
  reports: Pick<PauseReports, 'wordOf'>;
  monotonicMs: () => number;
}>;

/** The word of the gateways, or whose is still waited for. */
export type Told = Readonly<
  { kind: 'word'; word: GatewayWord } | { kind: 'waits'; detail: string }
>;

export class GatewayWords {
  readonly #parts: GatewayWordsParts;
  /** When the other side first asked, by hand-over. */
  readonly #askedMs = new Map<string, number>();

  constructor(parts: GatewayWordsParts) {
    this.#parts = parts;
  }

  /** Durable on return: what was said once stands. `asked` names those the old owner had seen. */
  tell(side: Side, asked: unknown): Told {
    if (side.word !== null) return { kind: 'word', word: side.word };
    const { reports, monotonicMs, store } = this.#parts;
    const word = reports.wordOf(side.handover, isGateways(asked) ? asked : []);
    const firstMs = this.#askedMs.get(side.handover) ?? monotonicMs();
    this.#askedMs.set(side.handover, firstMs);
    if (word.missing.length > 0 && monotonicMs() - firstMs < PAUSE_REPORT_MS_MAX) {
      const names = word.missing.join(', ').slice(0, 200);
      return {
        kind: 'waits',
        detail: `${names} may still tell what the pause was to their clients`,
      };
    }
    store.note({ ...side, word });
    this.#askedMs.delete(side.handover);
    return { kind: 'word', word };
  }
}

/** The fields of a body that rest on the word of gateways; `turnedAway` is the old owner's own. */
export function fieldsOfWord(
  word: GatewayWord | null,
  turnedAway: number | null,
): Pick<CertificateBody, 'ops' | 'gateways'> & Pick<CertificateBody['pause'], 'histogram'> {
  return {
    ops: { turnedAway, ...(word?.ops ?? NOTHING_TOLD) },
    gateways: word === null ? null : { reported: word.reported, missing: word.missing },
    histogram: word?.histogram ?? null,
  };
}

/** Whether a body says of gateways what this side was told, and nothing else. */
export function isWordOf(
  { pause, ops, gateways }: CertificateBody,
  word: GatewayWord | null,
): boolean {
  const own = fieldsOfWord(word, ops.turnedAway);
  return sameJson({ ops, gateways, histogram: pause.histogram }, own);
}

function isGateways(value: unknown): value is readonly NamedGateway[] {
  return (
    Array.isArray(value) &&
    value.length <= GATEWAYS_MAX &&
    value.every((one) => fits({ name: text(80), keyId: text(64) }, one))
  );
}
