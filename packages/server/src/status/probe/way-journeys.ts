// Journeys about everything else: signing in, playing, hand-overs, and the border.
//
// Rules: docs/spec/status.md (ST7, ST8).

import { hash } from 'node:crypto';
import { verifyCertificate } from '@holdfast/engine/charter/verify-certificate.ts';
import { nodeCrypto } from '../../signed/node-crypto.ts';
import { at, jsonOf, listAt, numberAt, textAt } from './ask.ts';
import { enter } from './canary-account.ts';
import { bodyOf } from './journey.ts';
import type { Finding, Journey } from './journey.ts';

const SEGMENT_BYTES = 65_536;
/** Where the mark of an MP4 file stands, and what it is. */
const MP4_MARK = { from: 4, to: 8, text: 'ftyp' } as const;
const LAG_MS_MAX = 5_000;
const DESTINATIONS = ['public', 'operator', 'own'];

/** Signs in, is known, and signs out. The account is made by the first journey. */
export const signInJourney: Journey = async (world, way) => {
  const { ask } = world;
  const { gateway, canary } = way;
  const cookie = await enter(world, way);
  const me = bodyOf(
    'asking who is signed in',
    await ask({ method: 'GET', url: `${gateway}/v1/me`, headers: { cookie } }),
    200,
  );
  if (textAt(me, 'handle') !== canary.handle) {
    return [{ component: 'sign-in', verdict: 'failed', detail: 'signed in as somebody else' }];
  }
  const out = {
    method: 'POST',
    url: `${gateway}/v1/sign-out`,
    headers: { cookie },
    json: {},
  } as const;
  bodyOf('signing out', await ask(out), 204);
  return [{ component: 'sign-in', verdict: 'good' }];
};

/** Plays the first part of a clip. */
export const playbackJourney: Journey = async ({ ask, random }, { gateway }) => {
  const feed = bodyOf(
    'reading the feed',
    await ask({ method: 'GET', url: `${gateway}/v1/feed` }),
    200,
  );
  const sources = listAt(feed, 'items').flatMap((item) => textAt(item, 'media', 'src') ?? []);
  const source = sources[Math.floor(random() * sources.length)];
  if (source === undefined) {
    const detail = 'not offered yet: there is no clip to play';
    return [{ component: 'playback', verdict: 'not-offered', detail }];
  }
  const url = new URL(source, gateway).href;
  const headers = { range: `bytes=0-${SEGMENT_BYTES - 1}` };
  const answer = await ask({ method: 'GET', url, headers });
  bodyOf('playing a clip', answer, 206);
  const mark = answer.kind === 'answer' ? answer.bytes.subarray(MP4_MARK.from, MP4_MARK.to) : [];
  if (Buffer.from(mark).toString('latin1') !== MP4_MARK.text) {
    return [{ component: 'playback', verdict: 'failed', detail: 'what came is not a clip' }];
  }
  return [{ component: 'playback', verdict: 'good' }];
};

/** The cell has an owner, who publishes, and says whether it is changing hands. */
export const handoverJourney: Journey = async ({ ask, nowMs }, { gateway, cell }) => {
  const body = bodyOf(
    'reading the cells',
    await ask({ method: 'GET', url: `${gateway}/v1/cells` }),
    200,
  );
  const found = listAt(body, 'cells').find((one) => textAt(one, 'jurisdiction') === cell);
  if (found === undefined) {
    return [{ component: 'hand-over', verdict: 'failed', detail: `nobody knows the cell ${cell}` }];
  }
  const state = textAt(found, 'state');
  const atMs = Date.parse(textAt(found, 'watermark', 'at') ?? '');
  const lagMs = Math.max(0, nowMs() - atMs);
  const valueMs = Number.isNaN(lagMs) ? undefined : lagMs;
  const told = at(found, 'handover');
  if (typeof told === 'object' && told !== null) {
    const detail = `the cell is changing hands, to ${textAt(told, 'to') ?? 'another operator'}`;
    return [{ component: 'hand-over', verdict: 'busy', detail, valueMs }];
  }
  if (state !== 'live' || valueMs === undefined) {
    const detail = `the owner of ${cell} is silent: its numbers are ${state ?? 'missing'}`;
    return [{ component: 'hand-over', verdict: 'failed', detail, valueMs }];
  }
  if (valueMs > LAG_MS_MAX) {
    const detail = `the gateway is ${valueMs} ms behind the owner of ${cell}`;
    return [{ component: 'hand-over', verdict: 'slow', detail, valueMs }];
  }
  return [{ component: 'hand-over', verdict: 'good', valueMs }];
};

/** The certificate of the last hand-over, if there was one, verifies by itself. */
export const certificateJourney: Journey = async (
  { ask, registrarKey },
  { gateway, cell, canary },
) => {
  const good: Finding = { component: 'hand-over', verdict: 'good' };
  const listed = await ask({ method: 'GET', url: `${gateway}/v1/cells/${cell}/handovers` });
  if (listed.kind === 'answer' && listed.status === 404) {
    // This version of the gateway does not tell of hand-overs, so there is nothing to verify.
    return [{ component: 'hand-over', verdict: 'not-offered', detail: 'no certificate is public' }];
  }
  const items = listAt(bodyOf('reading hand-overs', listed, 200), 'handovers');
  const path = items
    .toSorted((one, other) =>
      (textAt(other, 'decidedAt') ?? '').localeCompare(textAt(one, 'decidedAt') ?? ''),
    )
    .flatMap((item) => textAt(item, 'certificate') ?? [])[0];
  if (path === undefined) return [good];
  const answer = await ask({ method: 'GET', url: new URL(path, gateway).href });
  bodyOf('reading a certificate', answer, 200);
  const bytes = answer.kind === 'answer' ? answer.bytes : new Uint8Array();
  const digest = hash('sha256', bytes, 'hex');
  if (canary.verified === digest) return [good];
  const { holds, checks } = verifyCertificate(nodeCrypto, Buffer.from(bytes).toString('utf8'), {
    registrarKey,
  });
  if (!holds) {
    const detail = checks.find((check) => !check.holds)?.detail ?? 'a check failed';
    return [
      { component: 'hand-over', verdict: 'failed', detail: `the last certificate: ${detail}` },
    ];
  }
  canary.verified = digest;
  return [good];
};

/** Everything that left the country is of a kind that is on the list. */
export const borderJourney: Journey = async ({ ask }, { gateway, cell }) => {
  const answer = await ask({ method: 'GET', url: `${gateway}/v1/cells/${cell}/border` });
  bodyOf('reading the border', answer, 200);
  const types = answer.kind === 'answer' ? listAt(jsonOf(answer), 'types') : [];
  const odd = types.find((type) => {
    const destination = textAt(type, 'destination') ?? '';
    return !DESTINATIONS.includes(destination) || (numberAt(type, 'records') ?? -1) < 0;
  });
  if (types.length > 0 && odd === undefined) return [{ component: 'border', verdict: 'good' }];
  const detail =
    types.length === 0
      ? 'the list is empty'
      : `${textAt(odd, 'type') ?? 'a type'} is not on the list`;
  return [{ component: 'border', verdict: 'failed', detail }];
};
