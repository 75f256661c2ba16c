// What happened to a hand-over without anybody doing it at the console, for the audit. Pure.

import type { ConsoleAuditEntry } from '@holdfast/protocol/console.ts';
import type { RunningHandover } from '../replication/handover-status.ts';

type News = Omit<ConsoleAuditEntry, 'at'>;

/** What is new between two looks at the newest hand-over; a copy that is only kept up is no news. */
export function newsOf(
  before: RunningHandover | undefined,
  now: RunningHandover | undefined,
): readonly News[] {
  if (now === undefined || now.mode === 'follow') return [];
  const { id, target, isApproved, ended } = now;
  const known = before?.id === id ? before : undefined;
  const news: News[] = [];
  if (known === undefined) {
    const to = `${target.operator}/${target.site}`;
    news.push({
      who: 'the cell',
      what: 'hand-over begun',
      outcome: 'done',
      detail: `${id} to ${to}`,
    });
  }
  if (isApproved && known?.isApproved !== true) {
    news.push({ who: "the operator's key", what: 'approve', outcome: 'done', detail: id });
  }
  if (ended !== null && (known?.ended ?? null) === null) {
    const what = ended.outcome === 'aborted' ? 'hand-over stopped' : 'handed over';
    news.push({ who: 'the cell', what, outcome: 'done', detail: `${id}: ${ended.reason}` });
  }
  return news;
}
