// "What these numbers mean": the subtotals of which the shown counts of one clip are made.

import type { CellCounts } from '@holdfast/protocol/counts.ts';
import type { ShownCounts } from './count-model.ts';
import type { CountWriter } from './count-text.ts';
import { byId, setText } from './dom.ts';
import { jurisdictionName } from './jurisdiction-names.ts';

const ROOM_FOR_BOTH = '(width >= 1180px)';

export class ProofPanel {
  readonly #writer: CountWriter;
  readonly #dialog = byId('proof', HTMLDialogElement);
  readonly #rows = byId('proof-cells', HTMLTableSectionElement);
  readonly #wide = matchMedia(ROOM_FOR_BOTH);

  constructor(writer: CountWriter) {
    this.#writer = writer;
    byId('proof-close', HTMLButtonElement).addEventListener('click', () => {
      this.#dialog.close();
    });
    this.#dialog.addEventListener('click', (event) => {
      if (event.target === this.#dialog && !this.#wide.matches) this.#dialog.close();
    });
    this.#wide.addEventListener('change', () => {
      this.#fit();
    });
    this.#fit();
  }

  /** Opens the panel over the page; on a wide screen it is open already. */
  open(): void {
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  draw(title: string, shown: ShownCounts, nowMs: number): void {
    setText(byId('proof-clip', Element), title);
    const cells = Object.entries(shown.cells);
    while (this.#rows.rows.length > cells.length) this.#rows.deleteRow(-1);
    cells.forEach(([name, cell], index) => {
      this.#drawCell(this.#rows.rows[index] ?? newRow(this.#rows), name, cell, nowMs);
    });
    const sum = (value: number | null): string => this.#digits(value);
    setText(byId('proof-likes', Element), sum(shown.likes.value));
    setText(byId('proof-views', Element), sum(shown.views.value));
  }

  #drawCell(row: HTMLTableRowElement, name: string, cell: CellCounts, nowMs: number): void {
    const [head, likes, views] = row.cells;
    if (head === undefined || likes === undefined || views === undefined) return;
    const [place, state] = head.children;
    if (place === undefined || state === undefined) return;
    setText(place, jurisdictionName(name));
    const dot = state.children[0];
    const words = state.children[1];
    if (dot !== undefined) dot.className = `dot ${cell.state}`;
    if (words !== undefined) setText(words, this.#stateWords(cell, nowMs));
    setText(likes, this.#digits(cell.likes));
    setText(views, this.#digits(cell.views));
  }

  #stateWords(cell: CellCounts, nowMs: number): string {
    if (cell.state === 'unknown') return 'not reported yet';
    const age = cell.state === 'live' ? 'live' : this.#writer.age(cell.asOf, nowMs);
    return `${age}, position ${cell.epoch}:${cell.seq}`;
  }

  #digits(value: number | null): string {
    return value === null ? '—' : this.#writer.exact(value);
  }

  #fit(): void {
    if (this.#dialog.open) this.#dialog.close();
    // Not `show()`, which would take the focus away from the clips.
    if (this.#wide.matches) this.#dialog.open = true;
  }
}

function newRow(body: HTMLTableSectionElement): HTMLTableRowElement {
  const row = body.insertRow();
  const head = document.createElement('th');
  head.scope = 'row';
  const state = document.createElement('span');
  state.className = 'proof-state';
  state.append(document.createElement('i'), document.createElement('span'));
  head.append(document.createElement('span'), state);
  row.append(head);
  for (const _metric of ['likes', 'views']) row.insertCell().className = 'number';
  return row;
}
