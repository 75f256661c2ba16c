// Tells the new owner of a cell what the pause of a hand-over was to this gateway's clients: once
// for each hand-over, a moment after the entry that decided it.
//
// Rules: docs/spec/wire.md (W124). A gateway that was not there before the pause tells nothing: what
// it does not know of is missing in the certificate, and not 0.

import { isEqualParty } from '@holdfast/engine/handover/charter-rules.ts';
import type { CharterBody } from '@holdfast/engine/handover/charter-rules.ts';
import { HOLD_MS_MAX } from '@holdfast/engine/handover/gateway-route.ts';
import { PAUSE_REPORT_MS_MAX } from '../../cell/remote/pause-wire.ts';
import type { Timers } from '../../exchange/timers.ts';
import type { OwnerLine } from './owner-line.ts';
import type { PauseBook } from './pause-book.ts';

/** Nothing that came before the entry is held any longer than this after it. */
const TELL_AFTER_MS: number = HOLD_MS_MAX + 100;
const RETRY_MS = 250;

export type PauseTellerParts = Readonly<{
  line: OwnerLine;
  pauses: PauseBook;
  timers: Timers;
  monotonicMs: () => number;
}>;

/** Begins to listen for entries; returns what ends that. */
export function tellPauses({ line, pauses, timers, monotonicMs }: PauseTellerParts): () => void {
  const openedAtMs = monotonicMs();
  const cancels = new Set<() => void>();
  let told = line.newest()?.epoch ?? 0;

  const later = (waitMs: number, work: () => void): void => {
    const cancel = timers.after(waitMs, () => {
      cancels.delete(cancel);
      work();
    });
    cancels.add(cancel);
  };
  const tell = async (entry: CharterBody, handover: string, untilMs: number): Promise<void> => {
    const again = (): void => later(RETRY_MS, () => void tell(entry, handover, untilMs));
    const newest = line.newest();
    // Whoever owns it after that is not asked for this hand-over's certificate.
    if (newest === undefined || !isEqualParty(newest.owner, entry.owner)) return;
    const isLate = monotonicMs() >= untilMs;
    if (pauses.isOpen(entry) && !isLate) return again();
    const outcome = await line.to(entry.owner).reportPause(pauses.report(entry, handover));
    if (outcome.kind === 'lost' && !isLate) again();
  };
  const end = line.onEntry(() => {
    const entry = line.newest();
    if (entry === undefined || entry.epoch <= told) return;
    told = entry.epoch;
    if (entry.act !== 'cede' || entry.handover === undefined) return;
    const nowMs = monotonicMs();
    // Ops of its clients may have met the pause before this process was there.
    if (nowMs - openedAtMs < TELL_AFTER_MS) return;
    const { handover } = entry;
    const untilMs = nowMs + PAUSE_REPORT_MS_MAX - 2 * RETRY_MS;
    later(TELL_AFTER_MS, () => void tell(entry, handover, untilMs));
  });
  return () => {
    end();
    for (const cancel of cancels) cancel();
  };
}
