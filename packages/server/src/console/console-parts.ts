// What the routes of the console work with.

import type { ConsoleAuditEntry } from '@holdfast/protocol/console.ts';
import type { HandoverController } from '../replication/controller.ts';
import type { ApprovalBook } from './approval-book.ts';
import type { SignIns } from './sign-ins.ts';
import type { StaffFile } from './staff-file.ts';

export type ConsoleParts = Readonly<{
  cell: string;
  /** Browsers keep cookies by host and not by port, and a machine may run several cells. */
  cookieName: string;
  controller: Pick<HandoverController, 'status' | 'start' | 'rollback' | 'abort' | 'newest'>;
  staffFile: StaffFile;
  approvals: ApprovalBook;
  signIns: SignIns;
  /** Keeps what was done; a failure of the disk is logged and holds nothing back. */
  audit: (entry: Omit<ConsoleAuditEntry, 'at'>) => void;
  nowMs: () => number;
}>;
