// The ops of the crash test: which op a session sends under which number is fixed, so that the
// process that is killed and the test that counts afterwards need not tell each other.

import type { VideoId } from '@holdfast/protocol/ids.ts';
import type { Op } from '@holdfast/protocol/ops.ts';
import type { Clocks } from '../engine/clock.ts';
import type { EngineRequest } from '../engine/requests.ts';
import { START_MS } from './batches.ts';

export const SESSIONS = 12;
export const VIDEOS = 7;

export const videoId = (no: number): VideoId => `v${no}` as VideoId;
export const subject = (session: number): string => `person-${session}`;

/** The op with this number, from 1, of this session, from 0. */
export function opOf(session: number, n: number): Op {
  const mixed = Math.imul(n * 31 + session, 0x9e3779b1) >>> 8;
  const video = videoId(mixed % VIDEOS);
  const turn = Math.floor(mixed / VIDEOS) % 4;
  if (turn === 3) return { n, kind: 'view', video, watchedMs: 2_000, source: 'feed' };
  return { n, kind: turn === 1 ? 'unlike' : 'like', video };
}

export function requestOf(session: number, from: number, ops: number): EngineRequest {
  return {
    kind: 'ops',
    groups: [
      {
        sessionKey: `crash/${session}`,
        who: { kind: 'subject', subjectKey: subject(session) },
        startedAtMs: undefined,
        vouched: true,
        ops: Array.from({ length: ops }, (_, index) => opOf(session, from + index)),
      },
    ],
  };
}

/** It is always the same noon, so that no UTC day ends while the test runs. */
export const crashClocks: Clocks = {
  nowMs: () => START_MS,
  monotonicMs: () => 0,
};

/** What must be counted when each session's ops up to its number in `highest` are in. */
export function countsOf(
  highest: readonly number[],
): Map<VideoId, { likes: number; views: number }> {
  const liked = new Map<string, boolean>();
  const viewed = new Map<string, number>();
  highest.forEach((last, session) => {
    for (let n = 1; n <= last; n += 1) {
      const op = opOf(session, n);
      const key = `${op.video}/${session}`;
      if (op.kind === 'view') viewed.set(key, Math.min(10, (viewed.get(key) ?? 0) + 1));
      else liked.set(key, op.kind === 'like');
    }
  });
  const counts = new Map<VideoId, { likes: number; views: number }>();
  for (let no = 0; no < VIDEOS; no += 1) {
    const own = (key: string): boolean => key.startsWith(`${videoId(no)}/`);
    const likes = [...liked].filter(([key, isLiked]) => isLiked && own(key)).length;
    const views = [...viewed]
      .filter(([key]) => own(key))
      .reduce((sum, [, times]) => sum + times, 0);
    counts.set(videoId(no), { likes, views });
  }
  return counts;
}
