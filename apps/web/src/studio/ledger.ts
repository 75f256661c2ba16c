// "Why this number": everything received about a video, and what became of it. Pure.
//
// The sum is made here and not believed (SP11): a page that only repeats "balanced" proves nothing.

import { fieldsOf, listOf, textOf, timeOf, wholeOf } from '../app/parse.ts';
import type { Parse } from '../app/parse.ts';

export const CLASSES = [
  'counted',
  'unchanged',
  'duplicate',
  'unqualified',
  'capped',
  'own',
  'held',
  'late',
  'invalid',
  'erased',
] as const;
export const OP_KINDS = ['view', 'like', 'unlike'] as const;
export type OpKind = (typeof OP_KINDS)[number];

type Classes = Readonly<Record<string, number>>;

export type LedgerCorrection = Readonly<{
  at: string | null;
  jurisdiction: string | null;
  metric: string;
  delta: number;
  reason: string;
  note: string;
}>;

export type LedgerCell = Readonly<{
  jurisdiction: string;
  likes: number | null;
  views: number | null;
  asOf: string | null;
  epoch: number | null;
  seq: number | null;
  /** Where its numbers came over from another operator: the signed balance. */
  balance: string | null;
}>;

export type Ledger = Readonly<{
  received: number;
  classes: Classes;
  perKind: Readonly<Partial<Record<OpKind, Classes>>>;
  corrections: readonly LedgerCorrection[];
  shown: Readonly<{ likes: number | null; views: number | null }>;
  saidBalanced: boolean;
  asOf: string | null;
  cells: readonly LedgerCell[];
}>;

export type LedgerRow = Readonly<{
  name: string;
  all: number;
  perKind: Readonly<Record<OpKind, number>>;
}>;

export type LedgerSum = Readonly<{ rows: readonly LedgerRow[]; sum: number; balanced: boolean }>;

/** The rows that have something in them, `counted` first, and whether they add up. */
export function ledgerSum({ received, classes, perKind, saidBalanced }: Ledger): LedgerSum {
  const names = [...new Set<string>([...CLASSES, ...Object.keys(classes)])];
  const rows = names
    .filter((name) => name === 'counted' || (classes[name] ?? 0) !== 0)
    .map((name): LedgerRow => {
      const of = (kind: OpKind): number => perKind[kind]?.[name] ?? 0;
      const kinds = { view: of('view'), like: of('like'), unlike: of('unlike') };
      return { name, all: classes[name] ?? 0, perKind: kinds };
    });
  const sum = rows.reduce((total, { all }) => total + all, 0);
  const kindsAgree =
    Object.keys(perKind).length === 0 ||
    rows.every(({ all, perKind: { view, like, unlike } }) => view + like + unlike === all);
  return { rows, sum, balanced: saidBalanced && sum === received && kindsAgree };
}

export function kindSum(rows: readonly LedgerRow[], kind: OpKind): number {
  return rows.reduce((total, { perKind }) => total + perKind[kind], 0);
}

export const ledgerOf: Parse<Ledger> = (value) => {
  const fields = fieldsOf(value);
  const received = wholeOf(fields['received']);
  const classes = classesOf(fields['classes']);
  const corrections = listOf(fields['corrections'] ?? [], correctionOf);
  const cells = listOf(fields['perCell'] ?? [], cellOf);
  if (received === undefined || classes === undefined) return undefined;
  if (corrections === undefined || cells === undefined) return undefined;
  const kinds = fieldsOf(fields['perKind']);
  const perKind = OP_KINDS.flatMap((kind) => {
    const of = classesOf(kinds[kind]);
    return of === undefined ? [] : [[kind, of] as const];
  });
  const shown = fieldsOf(fields['shown']);
  return {
    received,
    classes,
    perKind: Object.fromEntries(perKind),
    corrections,
    shown: { likes: shownOf(shown['likes']), views: shownOf(shown['views']) },
    saidBalanced: fields['balanced'] === true,
    asOf: timeOf(fields['asOf']) ?? null,
    cells,
  };
};

/** A count alone or with its state. */
function shownOf(value: unknown): number | null {
  return wholeOf(typeof value === 'object' ? fieldsOf(value)['value'] : value) ?? null;
}

function classesOf(value: unknown): Classes | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const classes: Record<string, number> = {};
  for (const [name, entry] of Object.entries(value)) {
    const count = wholeOf(entry);
    if (count === undefined) return undefined;
    classes[name] = count;
  }
  return classes;
}

const correctionOf: Parse<LedgerCorrection> = (value) => {
  const fields = fieldsOf(value);
  const delta = fields['delta'];
  const [metric, reason] = [textOf(fields['metric']), textOf(fields['reason'])];
  if (typeof delta !== 'number' || metric === undefined || reason === undefined) return undefined;
  return {
    at: timeOf(fields['at']) ?? null,
    jurisdiction: textOf(fields['jurisdiction']) ?? null,
    metric,
    delta,
    reason,
    note: textOf(fields['note']) ?? '',
  };
};

const cellOf: Parse<LedgerCell> = (value) => {
  const fields = fieldsOf(value);
  const jurisdiction = textOf(fields['jurisdiction']) ?? textOf(fields['cell']);
  if (jurisdiction === undefined) return undefined;
  const balance = textOf(fields['balance']);
  return {
    jurisdiction,
    likes: shownOf(fields['likes']),
    views: shownOf(fields['views']),
    asOf: timeOf(fields['asOf']) ?? null,
    epoch: wholeOf(fields['epoch']) ?? null,
    seq: wholeOf(fields['seq']) ?? null,
    balance: balance?.startsWith('/') === true ? balance : null,
  };
};
