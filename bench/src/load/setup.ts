// What must exist before a load can run: videos and sessions. Not measured.

import type { Buffer } from 'node:buffer';
import { runClosedLoop, type Lane } from './closed-loop.ts';
import { bodyRequestHead, JSON_TYPE, withBody } from './http-request.ts';
import { JURISDICTION, type Target } from './job.ts';
import type { Notify } from './load-job.ts';

/** Many, so that a server that gathers writes has something to gather. */
const SETUP_CONNECTIONS = 256;
/** How often a long setup says how far it is. */
const PROGRESS_EVERY = 10_000;
const VIDEO_DURATION_MS = 15_000;

export function videoName(video: number): string {
  return `v${String(video).padStart(7, '0')}`;
}

export function videoNames(videoCount: number): readonly string[] {
  return Array.from({ length: videoCount }, (_, video) => videoName(video));
}

export function subjectName(session: number): string {
  return `user-${String(session).padStart(7, '0')}`;
}

/** Registers videos 0 to `videoCount - 1` with the counter. */
export async function registerVideos(
  target: Target,
  videoCount: number,
  notify: Notify,
): Promise<void> {
  const of = videoCount.toLocaleString('en-US');
  await forEach(target, videoCount, {
    request: (video) => {
      const path = `/v1/videos/${videoName(video)}`;
      const head = bodyRequestHead('PUT', path, target.serviceKey, JSON_TYPE);
      const body = { durationMs: VIDEO_DURATION_MS, creator: 'creator-1', title: `Video ${video}` };
      return withBody(head, JSON.stringify(body));
    },
    answer: (video, status, body) => {
      if (status !== 201 && status !== 200) throw unexpected(`PUT video ${video}`, status, body);
      if (video % PROGRESS_EVERY !== 0) return;
      notify({
        kind: 'stage',
        text: `registering videos, ${video.toLocaleString('en-US')} of ${of}`,
      });
    },
  });
}

/** Opens one session for each subject from `first`; returns the tokens to send ops with. */
export async function openSessions(
  target: Target,
  sessionCount: number,
  first = 0,
): Promise<readonly string[]> {
  if (target.dialect === 'stand-in') {
    return Array.from({ length: sessionCount }, (_, session) => subjectName(first + session));
  }
  const tokens = new Array<string>(sessionCount);
  const head = bodyRequestHead('POST', '/v1/sessions', target.serviceKey, JSON_TYPE);
  await forEach(target, sessionCount, {
    request: (session) => {
      const body = { jurisdiction: JURISDICTION, subject: subjectName(first + session) };
      return withBody(head, JSON.stringify(body));
    },
    answer: (session, status, body) => {
      if (status !== 201) throw unexpected('POST /v1/sessions', status, body);
      tokens[session] = grantOf(body);
    },
  });
  return tokens;
}

type Each = Readonly<{
  request: (index: number) => string;
  answer: (index: number, status: number, body: Buffer) => void;
}>;

/** Sends requests 0 to `count - 1` over a few connections, in any order; each is answered. */
export async function forEach(target: Target, count: number, each: Each): Promise<void> {
  let following = 0;
  const lanes = Array.from({ length: Math.min(SETUP_CONNECTIONS, count) }, (): Lane => {
    let current = 0;
    return {
      next: () => {
        if (following >= count) return null;
        current = following;
        following += 1;
        return each.request(current);
      },
      accept: (status, body) => {
        each.answer(current, status, body);
        return 1;
      },
    };
  });
  await runClosedLoop({ port: target.port, lanes });
}

/** An answer that a correct server does not give, with enough of it to see why. */
export function unexpected(request: string, status: number, body: Buffer): Error {
  const text = body.toString('utf8', 0, Math.min(body.length, 500));
  return new Error(`${request} was answered with status ${status}: ${text}`);
}

function grantOf(body: Buffer): string {
  const parsed: unknown = JSON.parse(body.toString());
  if (typeof parsed === 'object' && parsed !== null && 'grant' in parsed) {
    const { grant } = parsed;
    if (typeof grant === 'string') return grant;
  }
  throw new Error('POST /v1/sessions answered without a grant');
}
