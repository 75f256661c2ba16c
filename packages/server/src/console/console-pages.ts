// The page of the console on the server of a cell process: the same build that a gateway serves,
// read when somebody first opens it, so that a cell does not start later for it (CO2).

import type { FastifyInstance } from 'fastify';
import { addDocumentRoutes, addFileRoutes, inPageScope } from '../gateway/routes/pages.ts';
import type { PageFile } from '../gateway/routes/pages.ts';
import { whyOff } from './console-http.ts';
import { sendConsoleRefusal } from './console-problem.ts';
import type { StaffFile } from './staff-file.ts';

export type ConsolePages = Readonly<{
  staffFile: Pick<StaffFile, 'read'>;
  /** The web app by address; built first where its sources have changed. */
  loadPages: () => Promise<ReadonlyMap<string, PageFile>>;
  /** Whether the outside reaches this process over HTTPS. */
  https: boolean;
}>;

export async function addConsolePages(app: FastifyInstance, options: ConsolePages): Promise<void> {
  const page = new Map<string, PageFile>();
  let loading: Promise<void> | undefined;
  const load = async (): Promise<void> => {
    for (const [address, file] of await options.loadPages()) page.set(address, file);
  };
  await inPageScope(app, options.https, (scope) => {
    scope.addHook('onRequest', async (_request, reply) => {
      const off = whyOff(options.staffFile);
      if (off !== undefined) return sendConsoleRefusal(reply, off);
      loading ??= load();
      await loading;
      return undefined;
    });
    addDocumentRoutes(scope, page, '/console');
    addFileRoutes(scope, page, ['/assets/*']);
  });
}
