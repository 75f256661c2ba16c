// The operators' console, put together: its files, its routes on the server of a cell process, and
// the second hand that looks at the hand-over.
//
//   openConsoleBooks ─► approvals.haveApproved ─► the controller of hand-overs
//                  └──► openConsole(controller) ─► routes
//
// Two steps, because the controller asks the approvals and the console asks the controller.

import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { ConsoleAuditEntry } from '@holdfast/protocol/console.ts';
import { addActionRoutes } from './action-routes.ts';
import { openApprovalBook } from './approval-book.ts';
import type { ApprovalBook } from './approval-book.ts';
import { openAudit } from './audit-file.ts';
import type { Audit } from './audit-file.ts';
import { ConsoleError } from './console-error.ts';
import { guard } from './console-http.ts';
import { addConsolePages } from './console-pages.ts';
import type { ConsolePages } from './console-pages.ts';
import type { ConsoleParts } from './console-parts.ts';
import { addDoorRoutes } from './door-routes.ts';
import { newsOf } from './handover-news.ts';
import { LiveHistory } from './live-history.ts';
import { addLookRoutes } from './look-routes.ts';
import { openSignIns } from './sign-ins.ts';
import { openStaffFile } from './staff-file.ts';
import type { StaffFile } from './staff-file.ts';
import type { Staff } from './staff.ts';

const SAMPLE_EVERY_MS = 1_000;
const HISTORY_ID_BYTES = 4;

/** The folder of the console in a data folder. */
export function consoleDirOf(dataDir: string): string {
  return join(dataDir, 'console');
}

type Log = (level: 'info' | 'warn', fields: object, message: string) => void;

export type ConsoleBooks = Readonly<{
  staffFile: StaffFile;
  approvals: ApprovalBook;
  audit: ConsoleParts['audit'];
  entries: Audit['newest'];
}>;

/** Opens the files of the console; a file that cannot be read lets nobody in, and stops nothing. */
export function openConsoleBooks(
  options: Readonly<{
    consoleDir: string;
    nowMs: () => number;
    monotonicMs: () => number;
    log: Log;
  }>,
): ConsoleBooks {
  const { consoleDir, nowMs, log } = options;
  const staffFile = openStaffFile(consoleDir, 'holdfast cell');
  const file = openAudit(consoleDir, nowMs);
  const audit = (entry: Omit<ConsoleAuditEntry, 'at'>): void => {
    try {
      file.append(entry);
    } catch (error) {
      log('warn', { err: error, ...entry }, 'the audit of the console could not be written');
    }
  };
  const approvals = openApprovalBook({
    ...options,
    staff: () => staffOrNone(staffFile, log),
    onLapse: ({ name, handover }, reason) => {
      const detail = `approval of ${handover} by ${name}: ${reason}`;
      audit({ who: 'the cell', what: 'approval lapsed', outcome: 'done', detail });
    },
  });
  return { staffFile, approvals, audit, entries: file.newest };
}

function staffOrNone(staffFile: StaffFile, log: Log): Staff {
  try {
    return staffFile.read();
  } catch (error) {
    if (!(error instanceof ConsoleError)) throw error;
    log('warn', { code: error.code }, error.message);
    return [];
  }
}

export type Console = Readonly<{
  /** Before the server listens. */
  addRoutes: (app: FastifyInstance) => Promise<void>;
  /** Begins to sample, once the party has begun. */
  begin: () => void;
  close: () => void;
}>;

export function openConsole(
  options: ConsoleBooks &
    Pick<ConsolePages, 'loadPages'> &
    Readonly<{
      cell: string;
      operator: string;
      site: string;
      controller: ConsoleParts['controller'];
      /** The address at which others reach this process, when it was given one. */
      ownUrl: string | undefined;
      nowMs: () => number;
      randomBytes: (bytes: number) => Buffer;
      onError: (error: unknown) => void;
    }>,
): Console {
  const { controller, nowMs, randomBytes, audit, ownUrl } = options;
  const history = new LiveHistory(randomBytes(HISTORY_ID_BYTES).toString('hex'));
  const cookieName = ['holdfast-console', options.cell, options.operator, options.site].join('-');
  const parts = { ...options, cookieName, history, signIns: openSignIns({ nowMs, randomBytes }) };
  let timer: NodeJS.Timeout | undefined;
  let seen = controller.newest();
  const look = (): void => {
    const status = controller.status();
    if (status !== undefined) history.note(nowMs(), status);
    const now = controller.newest();
    for (const entry of newsOf(seen, now)) audit(entry);
    seen = now;
  };
  return {
    addRoutes: async (app) => {
      await addConsolePages(app, { ...options, https: ownUrl?.startsWith('https:') === true });
      await app.register((scope, _none, done) => {
        guard(scope, options);
        addDoorRoutes(scope, parts);
        addActionRoutes(scope, parts);
        addLookRoutes(scope, parts);
        done();
      });
    },
    begin: () => {
      seen = controller.newest();
      timer = setInterval(look, SAMPLE_EVERY_MS);
    },
    close: () => clearInterval(timer),
  };
}
