// A cell: a ledger on its files, the accounts of its people, and the border around both.
//
// Everything comes in through `receive` and goes out through the border; there is no other way. It
// runs in a thread of its own (`cell-worker.ts`), in a process of its own, or straight in a test.

import { join } from 'node:path';
import type { Clocks } from '@holdfast/engine/engine/clock.ts';
import { ENGINE_LIMITS } from '@holdfast/engine/engine/engine-options.ts';
import type { Engine } from '@holdfast/engine/engine/engine.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { ReadBalances } from '../balances/read-balances.ts';
import { openBorder } from '../border/border.ts';
import type { Border } from '../border/border.ts';
import { openBorderBook } from '../border/border-book.ts';
import type { BorderBook } from '../border/border-book.ts';
import type { BorderRecord } from '../border/records.ts';
import { startScheduler } from '../people/scheduler.ts';
import { AccountRoles } from './account-roles.ts';
import { openCellFiles } from './cell-files.ts';
import type { CellFiles } from './cell-files.ts';
import { notice, replayNotice } from './cell-notice.ts';
import { faultCode } from './fault-code.ts';
import { identify } from './identity.ts';
import { LedgerRoles } from './ledger-roles.ts';
import type { CellOptions } from './messages.ts';
import { NO_RESYNCS } from './publisher.ts';
import { receiveNothing, serveOn } from './serving.ts';
import type { Receive, Serving } from './serving.ts';
import { finishDeletions, startUpkeep } from './upkeep.ts';

export type CellHost = Readonly<{
  receive: Receive;
  /** Finishes what waits, stores the state, and lets go of the files. */
  close: () => Promise<void>;
}>;

/** A cell whose role is in somebody else's hands. */
export type RoledCell = CellHost &
  Readonly<{ roles: LedgerRoles; accounts: AccountRoles; files: CellFiles }>;

/** Opens a cell that owns itself. Rejects when its files do not fit together. */
export async function openCell(
  options: CellOptions,
  clocks: Clocks,
  send: (record: BorderRecord) => void,
): Promise<CellHost> {
  const at: { border?: Border } = {};
  const book = borderBookOf(options, clocks, (message) => {
    if (at.border !== undefined) notice(at.border, 'warn', 'maintenance-failed', message);
  });
  const border = openBorder(send, book);
  at.border = border;
  const cell = await openRoledCell(options, clocks, border);
  cell.accounts.serve(async () => 'acknowledged');
  await cell.roles.serve(options.epoch, async () => 'acknowledged');
  return {
    receive: cell.receive,
    close: async () => {
      await cell.close();
      await book.close();
    },
  };
}

const BORDER_FOLDER = 'border';
const NOTICE_CHARS_MAX = 500;

/**
 * The book of what leaves a cell; it stays when the files of the cell are replaced. Troubles with
 * it are told a turn later, when there is a border for them.
 */
export function borderBookOf(
  { dir }: Pick<CellOptions, 'dir'>,
  { nowMs }: Clocks,
  tell: (message: string) => void,
): BorderBook {
  const onProblem = (message: string): void =>
    void setImmediate(() => tell(message.slice(0, NOTICE_CHARS_MAX)));
  return openBorderBook({ folder: join(dir, BORDER_FOLDER), nowMs, onProblem });
}

/** A cell that never changed hands. */
const noBalances: ReadBalances = async () => [];

/** Opens a cell without a role: it answers nothing and publishes nothing until it has one. */
export async function openRoledCell(
  options: CellOptions,
  clocks: Clocks,
  border: Border,
  balances: ReadBalances = noBalances,
): Promise<RoledCell> {
  const files = await openCellFiles(options, clocks);
  const accounts = new AccountRoles(files.accounts);
  let serving: Serving | undefined;
  let resyncs = NO_RESYNCS;
  const roles = new LedgerRoles({
    ledger: {
      epoch: options.epoch,
      journal: files.journal,
      store: files.store,
      clocks,
      limits: { ...ENGINE_LIMITS, ...options.limits },
      // Nobody is told while batches are applied again or copied: what is shown comes of a role.
      onApplied: (_meta, videos) => serving?.note(videos),
      onProblem: ({ kind, message }) => notice(border, 'error', kind, message),
      onReplay: replayNotice(border, clocks),
    },
    role: {
      identify: (subjectKey) => identify(files.secret, subjectKey),
      limits: { ...ENGINE_LIMITS, ...options.limits },
    },
    onEngine: async (engine) => {
      await serving?.end();
      resyncs = serving?.resyncs() ?? resyncs;
      serving =
        engine && serveOn(engine, { options, files, accounts, border, clocks, balances, resyncs });
      // Not awaited: erasing takes batches, and these may have to wait for a follower.
      if (engine !== undefined) void finishWhatWasBegun(engine, files.accounts, border);
    },
    random: Math.random,
  });
  const endUpkeep = startUpkeep({
    ...files,
    engine: () => serving?.engine,
    nowMs: clocks.nowMs,
    border,
  });
  const endScheduler = startScheduler(files.accounts, clocks.nowMs, (cause) => {
    const message = `a video was not published in time (${faultCode(cause)}); it is tried again`;
    notice(border, 'warn', 'maintenance-failed', message);
  });
  const nothing = receiveNothing(border);
  return {
    roles,
    accounts,
    files,
    receive: (request) => {
      if (serving !== undefined) serving.receive(request);
      // Whoever asked waits for it, so whoever serves next does it.
      else if (request.kind === 'resync') resyncs = { ...resyncs, open: request.id };
      else nothing(request);
    },
    close: async () => {
      endUpkeep();
      endScheduler();
      await files.accounts.close();
      await roles.close();
      await files.close();
    },
  };
}

/** A deletion that a crash or a hand-over interrupted is finished by whoever serves next. */
async function finishWhatWasBegun(
  engine: Engine,
  accounts: Accounts,
  border: Border,
): Promise<void> {
  try {
    await finishDeletions(engine, accounts);
  } catch (error) {
    const message = `deletions were not finished (${faultCode(error)}); it is tried again later`;
    notice(border, 'warn', 'maintenance-failed', message);
  }
}
