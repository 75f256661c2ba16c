// Which gateways speak to this cell, under which epoch they last did, and how many ops were turned
// away: for the gates and for the certificate. Nothing is decided by it.
//
// It looks at what passes through the routes of the cell, so the routes need not know of it.

import { ByteReader, FormatError } from '@holdfast/engine/codec/bytes.ts';
import { GATEWAY_SILENT_MS_MAX } from '@holdfast/engine/handover/gates.ts';
import { CELL_ROUTES, readPublicationsPath } from '../cell/remote/cell-wire.ts';
import { readOpsFrame } from '../cell/remote/ops-wire.ts';
import type { SignedAnswer, SignedRequest, SignedRoute } from '../signed/signed-server.ts';

/** Gateways that are remembered. */
export const GATEWAYS_MAX = 256;
const NOT_SERVED = 409;

type Known = { name: string; keyId: string; epoch: number; heardMs: number; streams: number };

export type KnownGateway = Readonly<Pick<Known, 'name' | 'keyId' | 'epoch'>>;

export class GatewayBook {
  readonly #gateways = new Map<string, Known>();
  readonly #monotonicMs: () => number;
  #opsTurnedAway = 0;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** Ops that came while this party did not take them; their gateways send them again. */
  get opsTurnedAway(): number {
    return this.#opsTurnedAway;
  }

  /** The same routes, with a look at who asks. */
  noting(routes: readonly SignedRoute[]): readonly SignedRoute[] {
    return routes.map((route) => {
      if (route.url === CELL_ROUTES.ops) return { ...route, handle: this.#opsHandler(route) };
      if (route.url !== CELL_ROUTES.publications) return route;
      return { ...route, handle: this.#streamHandler(route) };
    });
  }

  gateways(): readonly KnownGateway[] {
    const sinceMs = this.#monotonicMs() - GATEWAY_SILENT_MS_MAX;
    for (const [keyId, { heardMs, streams }] of this.#gateways) {
      if (streams === 0 && heardMs < sinceMs) this.#gateways.delete(keyId);
    }
    return [...this.#gateways.values()];
  }

  #opsHandler({ handle }: SignedRoute): SignedRoute['handle'] {
    return async (request) => {
      const answer = await handle(request);
      if (!isTaken(answer)) return answer;
      this.#note(request, epochOfFrame(request.body));
      if (answer.kind === 'bytes' && answer.status === NOT_SERVED) {
        this.#opsTurnedAway += opsIn(request.body);
      }
      return answer;
    };
  }

  #streamHandler({ handle }: SignedRoute): SignedRoute['handle'] {
    return async (request) => {
      const answer = await handle(request);
      if (!isTaken(answer)) return answer;
      const known = this.#note(request, readPublicationsPath(request.path)?.epoch);
      if (known === undefined || answer.kind !== 'stream') return answer;
      known.streams += 1;
      request.signal.addEventListener('abort', () => {
        known.streams -= 1;
        known.heardMs = this.#monotonicMs();
      });
      return answer;
    };
  }

  #note({ sender }: SignedRequest, epoch: number | undefined): Known | undefined {
    const { keyId, operator, site } = sender;
    const known = this.#gateways.get(keyId);
    if (known === undefined && this.#gateways.size >= GATEWAYS_MAX) return undefined;
    const next = known ?? { name: `${operator}/${site}`, keyId, epoch: 0, heardMs: 0, streams: 0 };
    next.heardMs = this.#monotonicMs();
    next.epoch = Math.max(next.epoch, epoch ?? 0);
    this.#gateways.set(keyId, next);
    return next;
  }
}

/** Whether the route took the sender for a gateway: it answered, or said where the owner is. */
function isTaken(answer: SignedAnswer): boolean {
  return answer.kind === 'stream' || answer.status === 200 || answer.status === NOT_SERVED;
}

/** The epoch stands at the beginning of a frame. */
function epochOfFrame(body: Uint8Array): number | undefined {
  try {
    return new ByteReader(body).uint();
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

function opsIn(body: Buffer): number {
  const frame = readOpsFrame(body);
  if ('kind' in frame) return 0;
  return frame.requests.flat().reduce((ops, group) => ops + group.ops.length, 0);
}
