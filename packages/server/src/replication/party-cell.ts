// The cell of one party: its files, the ledger on them with one role, and a line that gateways are
// served over. A snapshot of another party can be put in the place of its files.

import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clocks } from '@holdfast/engine/engine/clock.ts';
import { assert } from '@holdfast/engine/counting/assert.ts';
import type { Cut } from '@holdfast/engine/handover/charter-rules.ts';
import { openBorder } from '../border/border.ts';
import type { CopyKeys } from '../at-rest/copy-keys.ts';
import type { CellFiles } from '../cell/cell-files.ts';
import type { BorderBook } from '../border/border-book.ts';
import { borderBookOf, openRoledCell } from '../cell/cell-host.ts';
import type { RoledCell } from '../cell/cell-host.ts';
import type { ReadBalances } from '../balances/read-balances.ts';
import { CellLine } from '../cell/cell-line.ts';
import type { OnNotice } from '../cell/cell-line.ts';
import type { CellOptions } from '../cell/messages.ts';
import { asideText, keepAside } from './aside-file.ts';
import type { CellAccounts } from './party-ports.ts';
import { RoleSlot } from './role-slot.ts';

const ASIDE_FOLDER = 'set-aside';

export type PartyCellOptions = Readonly<{
  cell: CellOptions;
  clocks: Clocks;
  onNotice: OnNotice;
  /** Absent in a cell that never changes hands. */
  balances?: ReadBalances;
}>;

export class PartyCell {
  readonly line: CellLine;
  readonly roles: RoleSlot;
  readonly #options: PartyCellOptions;
  readonly #book: BorderBook;
  /** None once the files were let go of for good. */
  #cell: RoledCell | undefined;

  private constructor(
    options: PartyCellOptions,
    line: CellLine,
    { cell, book }: Readonly<{ cell: RoledCell | undefined; book: BorderBook }>,
  ) {
    this.#options = options;
    this.#book = book;
    this.line = line;
    this.#cell = cell;
    this.roles = new RoleSlot(cell?.roles);
  }

  /**
   * Opens the files, without a role. Rejects when they are not fit to be used. Of a copy that is
   * being destroyed, or was, nothing is opened.
   */
  static async open(options: PartyCellOptions, isGone = false): Promise<PartyCell> {
    const { cell, onNotice } = options;
    const at: { cell?: PartyCell } = {};
    const line = new CellLine(
      cell.jurisdiction,
      (request) => {
        if (request.kind === 'resync') line.resyncing();
        at.cell?.receive(request);
      },
      onNotice,
    );
    const book = borderBookOf(cell, options.clocks, (message) =>
      onNotice({ level: 'warn', event: 'maintenance-failed', message }),
    );
    const opened = isGone ? undefined : await openFiles(options, line, book);
    at.cell = new PartyCell(options, line, { cell: opened, book });
    if (!isGone) line.open();
    return at.cell;
  }

  receive(request: Parameters<RoledCell['receive']>[0]): void {
    this.#cell?.receive(request);
  }

  /** Those of the files that are in place now. */
  get accounts(): CellAccounts {
    return this.#cell?.accounts ?? NO_ACCOUNTS;
  }

  get keys(): CopyKeys {
    return this.files.keys;
  }

  get secret(): Uint8Array {
    return this.files.secret;
  }

  /** Those that are in place now. */
  get files(): CellFiles {
    assert(this.#cell !== undefined, 'the files of a party that has not retired');
    return this.#cell.files;
  }

  get dir(): string {
    return this.#options.cell.dir;
  }

  /** Stores what is in memory, so that a snapshot has it. */
  async flush(): Promise<void> {
    const { current } = this.roles;
    await (await current.open()).flusher.flushAll();
  }

  /** Lets go of all files, has them replaced, and opens what is then there; without a role. */
  async replace(install: () => Promise<void>): Promise<void> {
    await this.#cell?.close();
    try {
      await install();
    } finally {
      this.#cell = await openFiles(this.#options, this.line, this.#book);
      this.roles.put(this.#cell.roles);
    }
  }

  /** Lets go of all files for good, so that they can be destroyed; may be repeated. */
  async release(): Promise<void> {
    const cell = this.#cell;
    this.line.close();
    this.roles.put(undefined);
    this.#cell = undefined;
    await cell?.close();
  }

  /**
   * Moves the batches after a cut into a file of their own and forgets them here; `false` when the
   * rows already include some of them: then the file has them, and the copy is to be fetched anew.
   */
  async setAside(cut: Cut): Promise<boolean> {
    const folder = join(this.dir, ASIDE_FOLDER);
    const seal: Parameters<typeof keepAside>[3] = (record) => this.keys.journal.seal(record);
    const aside = await keepAside(this.roles.journal(), cut.seq, folder, seal);
    if (aside !== undefined) {
      const message = asideText(aside);
      this.#options.onNotice({ level: 'warn', event: 'set-aside', message });
    }
    // After a restart nothing is open yet, and what is stored decides.
    const stored = await this.files.store.meta();
    if (Math.max(this.roles.view()?.meta.seq ?? 0, stored?.seq ?? 0) > cut.seq) return false;
    // A crash here means that they are in both places, and are set aside once more.
    await this.roles.journal().truncate(cut.seq);
    return true;
  }

  freeBytes(): number | undefined {
    const { bavail, bsize } = statfsSync(this.dir);
    return bavail * bsize;
  }

  async close(): Promise<void> {
    this.line.close();
    await this.#cell?.close();
    await this.#book.close();
    this.line.end();
  }
}

/** Of a copy that is no more. */
const NO_ACCOUNTS: CellAccounts = {
  head: () => ({ changeNo: 0, rowsHash: '' }),
  changesAfter: () => ({ from: 0, through: 0, head: { changeNo: 0, rowsHash: '' }, rows: [] }),
  take: () => 'stale',
  startAnew: () => undefined,
  serve: () => undefined,
  rest: () => undefined,
};

function openFiles(
  { cell, clocks, balances }: PartyCellOptions,
  line: CellLine,
  book: BorderBook,
): Promise<RoledCell> {
  const border = openBorder((record) => line.take(record), book);
  return openRoledCell(cell, clocks, border, balances);
}
