// Whose word the cut of a hand-over has, and for how long it counts.
//
// Rules: docs/spec/console.md (CO20 to CO27).
//
// Why it is safe: the cut goes ahead only while two different persons' approvals of this very
// hand-over and epoch stand, asked anew at every look. An approval is a signature by the person's
// own key, checked when it comes and again when it is read from disk, so neither the file nor the
// session of a browser can make one. What ends an approval is applied before what it allows.

import { verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { verdictOf } from '@holdfast/engine/handover/gates.ts';
import type { Gate } from '@holdfast/engine/handover/gates.ts';
import { APPROVAL_MS_MAX, APPROVALS_NEEDED, approvalText } from '@holdfast/protocol/console.ts';
import type { ApprovalFields } from '@holdfast/protocol/console.ts';
import { fits, list, text, uint } from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import { isSystemError } from '../registrar/registrar-error.ts';
import { writeWhole } from '../replication/whole-file.ts';
import { publicKeyOf } from '../signed/wire-key.ts';
import { activeKey, activePerson } from './staff.ts';
import type { Staff } from './staff.ts';

/** A gate that is red for less is an odd reading, as for the pilot; a difference counts at once. */
export const RED_MS_LAPSE = 500;
const FORMAT = 1;

export type Approval = ApprovalFields & Readonly<{ atMs: number; signature: string }>;

/** What is to be cut, with the gates as they are now. */
export type Cut = Readonly<{ handover: string; epoch: number; gates: readonly Gate[] }>;

export type ApprovalBook = Readonly<{
  /** Approvals that stand, of a hand-over in an epoch. */
  standing: (handover: string, epoch: number) => readonly Approval[];
  /**
   * Keeps an approval; on disk (fsync) when it returns `added`. Throws the error of the file system;
   * then nothing was kept.
   */
  add: (approval: Approval) => Readonly<{ kind: 'added' | 'forged' | 'same-person' }>;
  /** CO23: whether the cut may go ahead; ends what has lapsed first. */
  haveApproved: (cut: Cut) => boolean;
  /** The approvals of the newest hand-over that had any, to be shown once it has ended. */
  ofHandover: (handover: string) => readonly Approval[];
}>;

export type ApprovalBookOptions = Readonly<{
  consoleDir: string;
  staff: () => Staff;
  nowMs: () => number;
  monotonicMs: () => number;
  /** Told of each approval that has lapsed. */
  onLapse: (approval: Approval, reason: string) => void;
}>;

const FILE: Shape = {
  format: (value) => value === FORMAT,
  approvals: list({
    cell: text(8),
    handover: text(64),
    source: text(80),
    target: text(80),
    epoch: uint,
    name: text(32),
    keyId: text(32),
    challenge: text(64),
    atMs: uint,
    signature: text(100),
  }),
};

export function openApprovalBook(options: ApprovalBookOptions): ApprovalBook {
  const { staff, nowMs, monotonicMs } = options;
  const file = join(options.consoleDir, 'approvals.json');
  let held: readonly Approval[] = readApprovals(file).filter((one) => isSignedBy(staff(), one));
  let redSinceMs: number | undefined;

  const keep = (approvals: readonly Approval[]): void => {
    // A crash before this returns leaves those that were there before.
    writeWhole(file, `${JSON.stringify({ format: FORMAT, approvals })}\n`);
    held = approvals;
  };
  const standing = (handover: string, epoch: number): readonly Approval[] =>
    held.filter(
      (one) =>
        one.handover === handover &&
        one.epoch === epoch &&
        whyLapsed(staff(), one, nowMs()) === undefined,
    );
  const lapse = (reasonOf: (approval: Approval) => string | undefined): void => {
    const lapsed = held.flatMap((approval) => {
      const reason = reasonOf(approval);
      return reason === undefined ? [] : [{ approval, reason }];
    });
    if (lapsed.length === 0) return;
    keep(held.filter((one) => !lapsed.some(({ approval }) => approval === one)));
    for (const { approval, reason } of lapsed) options.onLapse(approval, reason);
  };

  return {
    standing,
    ofHandover: (handover) => held.filter((one) => one.handover === handover),
    add: (approval) => {
      const { handover, epoch, name } = approval;
      if (!isSignedBy(staff(), approval)) return { kind: 'forged' };
      const kept = standing(handover, epoch);
      if (kept.some((one) => one.name === name)) return { kind: 'same-person' };
      keep([...kept, approval]);
      return { kind: 'added' };
    },
    haveApproved: ({ handover, epoch, gates }) => {
      if (held.length === 0) {
        redSinceMs = undefined;
        return false;
      }
      redSinceMs = isRed(gates) ? (redSinceMs ?? monotonicMs()) : undefined;
      const red = redReason(gates, redSinceMs, monotonicMs());
      lapse((one) => {
        if (one.handover !== handover) return undefined;
        if (one.epoch !== epoch) return `the epoch is ${epoch} by now`;
        return red ?? whyLapsed(staff(), one, nowMs());
      });
      const isGreen = verdictOf(gates).kind === 'green';
      const persons = new Set(standing(handover, epoch).map(({ name }) => name));
      return isGreen && persons.size >= APPROVALS_NEEDED;
    },
  };
}

function isRed(gates: readonly Gate[]): boolean {
  return gates.some(({ light }) => light === 'red');
}

/** CO24: why the gates end approvals now. */
function redReason(
  gates: readonly Gate[],
  sinceMs: number | undefined,
  nowMs: number,
): string | undefined {
  const red = gates.filter(({ light }) => light === 'red');
  const isDifference = red.some(({ name }) => name === 'compare');
  const isLong = sinceMs !== undefined && nowMs - sinceMs >= RED_MS_LAPSE;
  if (!isDifference && !isLong) return undefined;
  return red.map(({ name, reason }) => `${name} went red: ${reason}`).join('; ');
}

function whyLapsed(
  staff: Staff,
  { name, keyId, atMs }: Approval,
  nowMs: number,
): string | undefined {
  // A clock that was set back must not lengthen an approval.
  if (Math.abs(nowMs - atMs) >= APPROVAL_MS_MAX) return 'it was given too long ago';
  if (activeKey(staff, name, keyId) === undefined) return `${name} was revoked`;
  return activePerson(staff, name)?.role === 'operator' ? undefined : `${name} is no operator`;
}

function isSignedBy(staff: Staff, approval: Approval): boolean {
  const { name, keyId, signature } = approval;
  const key = publicKeyOf(activeKey(staff, name, keyId)?.publicKey);
  if (key === undefined) return false;
  return verify(
    null,
    Buffer.from(approvalText(approval)),
    key,
    Buffer.from(signature, 'base64url'),
  );
}

/** A file that cannot be read is as none: people are asked again. */
function readApprovals(file: string): readonly Approval[] {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return fits(FILE, value) ? (value as { approvals: readonly Approval[] }).approvals : [];
  } catch (error) {
    if (error instanceof SyntaxError || isSystemError(error, 'ENOENT')) return [];
    throw error;
  }
}
