// Publishes what is due, in the cell itself, so that it happens though nobody asks: also after a
// restart, and under another owner of the cell.
//
// Rules: docs/spec/uploads.md (UP7).

import type { Accounts } from '../accounts/accounts.ts';
import { AccountsError } from '../accounts/accounts-error.ts';
import type { WritingOf } from './kinds.ts';
import type { PageEdge } from './writings.ts';

export const SCHEDULE_EVERY_MS = 1_000;
const PAGE_ITEMS = 200;

/** Publishes what is due; to be called again and again. */
export function scheduler(
  accounts: Pick<Accounts, 'writings' | 'log'>,
  nowMs: () => number,
): () => void {
  let seenChangeNo = -1;
  let nextAtMs = Infinity;
  return () => {
    const { changeNo } = accounts.log.head();
    // Nothing was written since, and nothing of what was is due.
    if (changeNo === seenChangeNo && nowMs() < nextAtMs) return;
    nextAtMs = Infinity;
    for (const schedule of schedulesOf(accounts)) {
      if (schedule.body.atMs > nowMs()) nextAtMs = Math.min(nextAtMs, schedule.body.atMs);
      else publishDue(accounts, schedule, nowMs());
    }
    seenChangeNo = accounts.log.head().changeNo;
  };
}

function schedulesOf({ writings }: Pick<Accounts, 'writings'>): readonly WritingOf<'schedule'>[] {
  const all: WritingOf<'schedule'>[] = [];
  for (let before: PageEdge | undefined; ;) {
    const page = writings.all('schedule', { before, itemsMax: PAGE_ITEMS });
    all.push(...page);
    before = page.at(-1);
    if (page.length < PAGE_ITEMS) return all;
  }
}

function publishDue(
  { writings }: Pick<Accounts, 'writings'>,
  { id, account, target }: WritingOf<'schedule'>,
  nowMs: number,
): void {
  const draft = writings.get(target);
  const removes = [{ id, account }];
  // It may have been taken back, or published by hand.
  if (draft?.kind !== 'draft' || draft.account !== account || draft.body.state !== 'scheduled') {
    writings.change({ removes });
    return;
  }
  const body = { ...draft.body, state: 'published', publishedAtMs: nowMs } as const;
  const put = { kind: 'draft', id: draft.id, account, target: draft.target, body } as const;
  writings.change({ puts: [put], removes });
}

/** Calls it in a cell that may be resting now and then; the returned function ends that. */
export function startScheduler(
  accounts: Pick<Accounts, 'writings' | 'log'>,
  nowMs: () => number,
  onFailed: (cause: unknown) => void,
): () => void {
  const publishDueNow = scheduler(accounts, nowMs);
  const timer = setInterval(() => {
    try {
      publishDueNow();
    } catch (cause) {
      const isFrozen = cause instanceof AccountsError && cause.code === 'accounts-frozen';
      if (!isFrozen) onFailed(cause);
    }
  }, SCHEDULE_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
