// The charter as a part that runs on its own follows it.

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { RegistrarAddress } from '../../config/part-config.ts';
import { openCharterClient } from '../../registrar/charter-client.ts';
import type { CharterClient } from '../../registrar/charter-client.ts';
import type { WireIdentity } from '../../signed/wire-key.ts';
import type { CliIo } from '../cli-io.ts';
import { dataLayout } from '../data-layout.ts';

export type PartOfCharter = Readonly<{
  config: Readonly<{ dataDir: string; registrar: RegistrarAddress }>;
  logger: Logger;
  io: CliIo;
}>;

/** Opens the copy in the data folder and begins to follow the registrar. */
export function openCharterOf(
  { monotonicMs }: Readonly<{ monotonicMs: () => number }>,
  { config, logger, io }: PartOfCharter,
  identity: WireIdentity,
): CharterClient {
  const { url, publicKey } = config.registrar;
  return openCharterClient({
    url,
    file: dataLayout(config.dataDir).charterCopy,
    ...(publicKey !== undefined && { registrarKey: publicKey }),
    identity,
    monotonicMs,
    nowMs: io.nowMs,
    randomBytes,
    pause: async (pauseMs, signal) => {
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    },
    onStatus: ({ kind, detail }) => {
      if (kind === 'following') logger.info({ detail }, 'following the charter');
      else if (kind === 'away') {
        logger.warn({ detail }, 'the registrar is away; only changes of ownership wait for it');
      } else if (kind === 'refused') {
        logger.error(
          { detail },
          'what the registrar says contradicts what is known here and is not taken',
        );
      }
    },
    onTornTail: ({ kind, bytes }) => {
      const what = kind === 'cut' ? 'cut off an unfinished entry' : 'ended an entry';
      logger.warn({ bytes }, `a crash had interrupted the copy of the charter: ${what}`);
    },
  });
}
