// Runs the registrar on its own.

import { createPublicKey, randomBytes } from 'node:crypto';
import { publicKeyText } from '../../signed/wire-key.ts';
import { openRegistrar } from '../../registrar/registrar.ts';
import type { TornTail } from '../../registrar/open-charter.ts';
import { openRegistrarServer } from '../../registrar/registrar-server.ts';
import { openGatewayTrust } from '../../cell/remote/gateway-trust.ts';
import { paintFor, writeJson } from '../cli-io.ts';
import { columns } from '../columns.ts';
import type { StartRegistrar } from '../registrar.ts';
import { VERSION } from '../version.ts';
import { urlOf } from './banner.ts';
import { drain, listen, serveUntilStopped } from './serve.ts';
import type { ProcessParts, Serving } from './serve.ts';

/** The registrar as `holdfast registrar` runs it. */
export function registrarOf(parts: ProcessParts): StartRegistrar {
  return (options) => {
    const { io, json, config } = options;
    const { logLevel } = config;
    return serveUntilStopped(parts, { io, json, logLevel }, (serving) =>
      open(parts, options, serving),
    );
  };
}

async function open(
  { monotonicMs }: ProcessParts,
  { config, founders, gateways, io, json }: Parameters<StartRegistrar>[0],
  { logger, closing }: Serving,
): Promise<void> {
  const { dataDir, host } = config;
  const onTornTail = ({ kind, bytes }: TornTail): void => {
    const what = kind === 'cut' ? 'cut off an unfinished entry' : 'ended an entry';
    logger.warn({ bytes }, `a crash had interrupted the charter: ${what} nobody was told of`);
  };
  const { nowMs } = io;
  const registrar = openRegistrar({ dataDir, nowMs, onTornTail });
  closing.push('the charter', registrar.close);
  registrar.watch(({ n, cell, epoch, act, owner }) => {
    logger.info({ n, cell, epoch, act, owner: owner.operator }, 'recorded');
  });
  const onError = (error: unknown): void => logger.error({ err: error }, 'a request failed');
  const { isGateway } = openGatewayTrust({
    policy: { kind: 'listed', sources: gateways },
    monotonicMs,
    onProblem: (problem) => logger.warn(problem),
  });
  const rest = { founders, isGateway, nowMs, monotonicMs, randomBytes, onError };
  const app = await openRegistrarServer({ registrar, ...rest });
  closing.push('the server', () => drain(app));
  const url = urlOf(host, await listen(app, config));

  const publicKey = publicKeyText(createPublicKey(registrar.privateKey));
  const entries = registrar.charter.size();
  if (json) writeJson(io, { event: 'ready', url, version: VERSION, dataDir, publicKey, entries });
  else
    io.out.write(readyText({ url, dataDir, publicKey, entries }, paintFor(io.out, io.env, false)));
}

function readyText(
  ready: Readonly<{ url: string; dataDir: string; publicKey: string; entries: number }>,
  paint: ReturnType<typeof paintFor>,
): string {
  const { url, dataDir, publicKey, entries } = ready;
  const rows = [
    ['  Charter', paint.bold(`${url}/v1/charter`)],
    ['  Key', publicKey],
    ['  Data', `${dataDir} (entries: ${entries})`],
    ['  Stop', 'Ctrl+C; every entry that was answered is on disk'],
  ];
  const title = paint.good(`The registrar of Holdfast ${VERSION} is ready.`);
  return `${['', title, '', ...columns(rows)].join('\n')}\n\n`;
}
