// The two parties as their operators ask them: signed, as the command line does it, but over lines
// that stay open. A new process for each question would take more of the machine than the hand-over.

import { randomBytes } from 'node:crypto';
import { readOperatorKey } from '@holdfast/server/registrar/operator-keys.ts';
import { CLI_SITE, CONTROL_ROUTES } from '@holdfast/server/replication/control-routes.ts';
import { readStatus } from '@holdfast/server/replication/handover-status.ts';
import type { HandoverStatus } from '@holdfast/server/replication/handover-status.ts';
import { signedClient } from '@holdfast/server/signed/signed-client.ts';
import { publicKeyText, wireIdentity } from '@holdfast/server/signed/wire-key.ts';
import { createPublicKey } from 'node:crypto';
import { JURISDICTION } from '../load/job.ts';
import type { Side } from './installation.ts';

const ANSWER_MS_MAX = 30_000;

export type Asked = Readonly<{ isDone: boolean; detail: string }>;

export type PartyControl = Readonly<{
  side: Side;
  /** Throws when the party does not answer. */
  status: () => Promise<HandoverStatus>;
  start: (to: string, mode: 'auto' | 'approve') => Promise<Asked>;
  rollback: (mode: 'auto' | 'approve') => Promise<Asked>;
  approve: () => Promise<Asked>;
  close: () => void;
}>;

/** A line to the party of one side, with its operator's key from its data folder. */
export function openControl(
  side: Side,
  { url, dataDir }: Readonly<{ url: string; dataDir: string }>,
): PartyControl {
  const { privateKey } = readOperatorKey(dataDir, side);
  const identity = wireIdentity({ operator: side, site: CLI_SITE, privateKey });
  const peer = { url, publicKey: publicKeyText(createPublicKey(privateKey)) };
  const client = signedClient({ identity, peer, nowMs: Date.now, randomBytes });
  const ask = async (method: 'GET' | 'POST', route: string, body: object | null) => {
    const path = route.replace(':cell', JURISDICTION);
    const text = body === null ? '' : JSON.stringify(body);
    const answer = await client.ask({ method, path, body: text, silenceMsMax: ANSWER_MS_MAX });
    if (answer.kind === 'no-answer') throw new Error(`${side} at ${url}: ${answer.detail}`);
    return answer;
  };
  const asked = async (route: string, body: object): Promise<Asked> => {
    const { status, body: text } = await ask('POST', route, body);
    return { isDone: status === 200, detail: text.toString('utf8') };
  };
  return {
    side,
    status: async () => {
      const { body } = await ask('GET', CONTROL_ROUTES.status, null);
      const status = readStatus(JSON.parse(body.toString('utf8')));
      if (status === undefined) throw new Error(`${side} tells its status in another form`);
      return status;
    },
    start: (to, mode) => asked(CONTROL_ROUTES.start, { url: to, mode, dryRun: false }),
    rollback: (mode) => asked(CONTROL_ROUTES.rollback, { mode, dryRun: false }),
    approve: () => asked(CONTROL_ROUTES.approve, {}),
    close: client.close,
  };
}
