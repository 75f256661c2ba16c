// The owner's line to its follower over signed HTTP; see `peer.ts` for the port.

import type { Buffer } from 'node:buffer';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { NoAnswer } from '../signed/no-answer.ts';
import type { Answer, SignedClient } from '../signed/signed-client.ts';
import type { PeerAway, PeerLine } from './peer.ts';
import {
  PEER_ROUTES,
  readAnswer,
  readReport,
  REPORT_BYTES_MAX,
  writeAsked,
  writeDelivery,
} from './peer-wire.ts';
import type { Malformed } from './peer-wire.ts';

/** A follower that is silent for so long is away; the batch is sent again. */
const SILENCE_MS_MAX = 2_000;

export function peerLine(client: SignedClient, cell: Jurisdiction): PeerLine {
  const path = (route: string): string => route.replace(':cell', cell);
  const ask = async <Reply>(
    route: string,
    body: Uint8Array | string,
    read: (bytes: Buffer) => Reply | Malformed,
  ): Promise<Reply | PeerAway> => {
    const answer = await client.ask({
      method: 'POST',
      path: path(route),
      body,
      silenceMsMax: SILENCE_MS_MAX,
      answerBytesMax: REPORT_BYTES_MAX,
    });
    const failed = failureOf(answer);
    if (failed !== undefined) return failed;
    const reply = read((answer as Answer).body);
    return isMalformed(reply) ? { kind: 'away', detail: reply.detail } : reply;
  };
  return {
    deliver: (delivery) => ask(PEER_ROUTES.deliver, writeDelivery(delivery), readReport),
    ask: (question) => ask(PEER_ROUTES.ask, writeAsked(question), readAnswer),
    close: client.close,
  };
}

function failureOf(answer: Answer | NoAnswer): PeerAway | undefined {
  if (answer.kind === 'no-answer') return { kind: 'away', detail: answer.detail };
  if (answer.status === 200) return undefined;
  return { kind: 'away', detail: `the other party answered ${answer.status}` };
}

function isMalformed(value: unknown): value is Malformed {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'malformed'
  );
}
