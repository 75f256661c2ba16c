// What an owner observes of one hand-over: beats, comparisons, speeds, the pause. It gathers, and
// decides nothing; time comes in with every call.

import type { MetaRow } from '@holdfast/engine/counting/rows.ts';
import type { RowView } from '@holdfast/engine/engine/row-view.ts';
import type { Readings } from '@holdfast/engine/handover/gates.ts';
import { BEATS_MAX, lagOf, paceOf, SILENT_MS_MAX } from '@holdfast/engine/handover/lag.ts';
import type { Beat, Lag, Pace } from '@holdfast/engine/handover/lag.ts';
import type { PartyState } from '@holdfast/engine/handover/party-state.ts';
import type { VideoNo } from '@holdfast/engine/counting/numbers.ts';
import { compareCommitments, compareCounts, NOTHING_COMPARED } from './comparison.ts';
import type { Compared } from './comparison.ts';
import type { Copying, HandoverStatus } from './handover-status.ts';
import type { Commitments, Report } from './peer.ts';
import { OpsBySeq } from './ops-by-seq.ts';
import { PositionRing } from './position-ring.ts';
import { RateWindow } from './rate-window.ts';

export type Now = Readonly<{ monotonicMs: number; nowMs: number }>;

export class HandoverObserver {
  readonly #ring = new PositionRing();
  readonly #ownerSeqs = new RateWindow();
  readonly #ownerOps = new RateWindow();
  readonly #followerSeqs = new RateWindow();
  readonly #followerOps = new RateWindow();
  readonly #opsBySeq = new OpsBySeq();
  readonly #copied = new RateWindow();
  #beats: Beat[] = [];
  #compared: Compared = NOTHING_COMPARED;
  #newest: Readonly<{ report: Report; now: Now }> | undefined;
  #ahead: Commitments | undefined;
  #copiedBytes = 0;
  #ownerSeq = 0;
  #pause: Readonly<{ sinceMs: number; endedMs: number | undefined }> | undefined;

  /** Looks at the owner's own state; the oftener, the more can be compared. */
  sample(meta: Readonly<MetaRow>, monotonicMs: number): void {
    this.#ring.note(meta);
    this.#ownerSeq = meta.seq;
    this.#compareAhead();
    this.#ownerSeqs.note(monotonicMs, meta.seq);
    this.#ownerOps.note(monotonicMs, meta.opsAccepted);
    this.#opsBySeq.note(meta.seq, meta.opsAccepted);
  }

  /** Takes what the follower says, and compares it with what is here. */
  async report(report: Report, view: RowView | undefined, now: Now): Promise<void> {
    // A copy that is made anew is compared anew.
    if (report.phase === 'seeding') {
      this.#compared = NOTHING_COMPARED;
      this.#ahead = undefined;
    }
    this.#newest = { report, now };
    this.#beats.push({ sentMs: report.beatMs, heardMs: Math.round(now.monotonicMs) });
    if (this.#beats.length > BEATS_MAX) this.#beats.shift();
    this.#followerSeqs.note(now.monotonicMs, report.seq);
    const followerOps = this.#opsBySeq.at(report.seq);
    if (followerOps !== undefined) this.#followerOps.note(now.monotonicMs, followerOps);
    const { applied, probed } = report;
    if (applied === undefined) return;
    if (applied.seq > this.#ownerSeq) this.#ahead = applied;
    this.#compared = compareCommitments(this.#compared, this.#ring, applied);
    for (const one of probed) {
      const ownSeq = view?.meta.seq ?? 0;
      const row = await view?.video(one.video as VideoNo);
      if (row === undefined) continue;
      this.#compared = compareCounts(this.#compared, { row, ownSeq }, one, applied.seq);
    }
  }

  /** Under the joint rule the follower is ahead until its report is here: compared a batch later. */
  #compareAhead(): void {
    if (this.#ahead === undefined || this.#ahead.seq > this.#ownerSeq) return;
    this.#compared = compareCommitments(this.#compared, this.#ring, this.#ahead);
    this.#ahead = undefined;
  }

  /** So many bytes of a snapshot went out. */
  sent(bytes: number, monotonicMs: number): void {
    this.#copiedBytes += bytes;
    this.#copied.note(monotonicMs, this.#copiedBytes);
  }

  /** The pause begins when admission closes and ends when somebody may acknowledge again. */
  noteState(kind: PartyState['kind'], monotonicMs: number): void {
    const isClosed = kind === 'sealing' || kind === 'sealed';
    if (isClosed) this.#pause ??= { sinceMs: monotonicMs, endedMs: undefined };
    else if (this.#pause !== undefined && this.#pause.endedMs === undefined) {
      this.#pause = { ...this.#pause, endedMs: monotonicMs };
    }
  }

  get compared(): Compared {
    return this.#compared;
  }

  pause(monotonicMs: number): HandoverStatus['pause'] {
    if (this.#pause === undefined) return null;
    const { sinceMs, endedMs } = this.#pause;
    const pauseMs = Math.round((endedMs ?? monotonicMs) - sinceMs);
    return { pauseMs, isOver: endedMs !== undefined };
  }

  /** The readings that the follower and this process give; the others come from elsewhere. */
  readings(
    now: Now,
    copyBytes: number | undefined,
  ): Pick<Readings, 'lag' | 'compare' | 'disk' | 'clockSpreadMs'> {
    const { compared, different } = this.#compared;
    const report = this.#freshReport(now);
    const freeBytes = report?.freeBytes;
    const isSized = freeBytes !== undefined && copyBytes !== undefined;
    return {
      lag: this.#lag(now),
      compare: { compared, different },
      disk: isSized ? { freeBytes, copyBytes } : undefined,
      clockSpreadMs: report === undefined ? undefined : this.#clockSpreadMs(),
    };
  }

  progress(
    state: PartyState['kind'],
    now: Now,
    copyBytes: number | undefined,
    heldBack: string | undefined,
  ): HandoverStatus['progress'] {
    const { monotonicMs } = now;
    const copying = this.#copying(copyBytes, monotonicMs, heldBack);
    const isSeeding = state === 'seeding' && copying !== null;
    const followerSeq = this.#freshReport(now)?.seq;
    const batchesLeft =
      followerSeq === undefined ? null : Math.max(0, this.#ownerSeq - followerSeq);
    const left = isSeeding ? Math.max(0, copying.bytesTotal - copying.bytes) : batchesLeft;
    const perSecond = isSeeding ? copying.bytesPerSecond : this.#nearingPerSecond(monotonicMs);
    return {
      copying,
      batchesLeft,
      leftMs: leftMsOf(left, perSecond),
      pace: this.#pace(isSeeding, state === 'seeding' && heldBack !== undefined, left, now),
    };
  }

  rates(monotonicMs: number): HandoverStatus['rates'] {
    return {
      ownerOpsPerSecond: rounded(this.#ownerOps.perSecond(monotonicMs)),
      ownerBatchesPerSecond: rounded(this.#ownerSeqs.perSecond(monotonicMs)),
      followerOpsPerSecond: rounded(this.#followerOps.perSecond(monotonicMs)),
      followerBatchesPerSecond: rounded(this.#followerSeqs.perSecond(monotonicMs)),
    };
  }

  #lag({ monotonicMs }: Now): Lag {
    return lagOf(this.#beats, Math.round(monotonicMs));
  }

  #copying(
    copyBytes: number | undefined,
    monotonicMs: number,
    heldBack: string | undefined,
  ): Copying | null {
    if (this.#copiedBytes === 0 || copyBytes === undefined) return null;
    const bytesTotal = Math.max(copyBytes, this.#copiedBytes);
    const bytesPerSecond = rounded(this.#copied.perSecond(monotonicMs));
    return { bytes: this.#copiedBytes, bytesTotal, bytesPerSecond, heldBack: heldBack ?? null };
  }

  #pace(isSeeding: boolean, isThrottled: boolean, left: number | null, now: Now): Pace {
    if (left === null) return 'unknown';
    const taken = isSeeding
      ? this.#copied.grown(now.monotonicMs)
      : this.#followerSeqs.grown(now.monotonicMs);
    const lag = this.#lag(now);
    // What is left of a snapshot does not grow, however late beats come back beside it.
    const isGrowing = !isSeeding && lag.kind === 'known' && lag.trend === 'rising';
    const trend = isGrowing ? 'rising' : 'steady';
    return paceOf({
      ...{ isThrottled, taken, left },
      lag: lag.kind === 'known' ? { ...lag, trend } : lag,
    });
  }

  /** How much faster the follower takes batches than the owner makes them. */
  #nearingPerSecond(monotonicMs: number): number | null {
    const follower = this.#followerSeqs.perSecond(monotonicMs);
    const owner = this.#ownerSeqs.perSecond(monotonicMs);
    return follower === undefined || owner === undefined ? null : follower - owner;
  }

  #freshReport({ monotonicMs }: Now): Report | undefined {
    const newest = this.#newest;
    if (newest === undefined) return undefined;
    const isFresh = monotonicMs - newest.now.monotonicMs <= SILENT_MS_MAX;
    return isFresh ? newest.report : undefined;
  }

  /** The follower told its time about half-way between the beat's sending and its return. */
  #clockSpreadMs(): number | undefined {
    if (this.#newest === undefined) return undefined;
    const { report, now } = this.#newest;
    const halfMs = (now.monotonicMs - report.beatMs) / 2;
    return Math.round(report.nowMs - (now.nowMs - halfMs));
  }
}

/** An estimate; none while the gap does not close. */
function leftMsOf(left: number | null, perSecond: number | null): number | null {
  if (left === 0) return 0;
  if (left === null || perSecond === null || perSecond <= 0) return null;
  return Math.round((left / perSecond) * 1_000);
}

function rounded(perSecond: number | undefined): number | null {
  return perSecond === undefined ? null : Math.round(perSecond * 10) / 10;
}
