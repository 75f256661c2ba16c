// Uploads a clip of two kilobytes as its canary, waits until it was looked at, and throws it away.
//
// Rules: docs/spec/status.md (ST7, ST8, ST33). Nothing is published: a draft is seen by nobody.

import { at, textAt } from './ask.ts';
import type { Answer, Asked } from './ask.ts';
import { enter } from './canary-account.ts';
import { bodyOf, JourneyEnd, LOOK_PAUSE_MS } from './journey.ts';
import type { Finding, Journey, Way, World } from './journey.ts';

/** A clip this small is looked at within this. */
const READY_MS_MAX = 6_000;
const TUS = { 'tus-resumable': '1.0.0' };

type As = Readonly<{ world: World; gateway: string; cookie: string }>;

export const uploadJourney: Journey = async (world, way) => {
  const offered = await world.ask({ method: 'OPTIONS', url: `${way.gateway}/v1/uploads` });
  if (offered.kind === 'answer' && offered.status === 404) {
    return [{ component: 'upload', verdict: 'not-offered', detail: 'not offered yet' }];
  }
  const as: As = { world, gateway: way.gateway, cookie: await enter(world, way) };
  const made = await send(as, 'POST', '/v1/me/drafts', { json: {} });
  const draft = textAt(bodyOf('making a draft', made, 201), 'id');
  if (draft === undefined) throw new JourneyEnd('failed', 'a draft without an id was made');
  try {
    return [await uploadTo(as, way, draft)];
  } finally {
    // A draft that stays is one of a canary's own, and the next journey does without it.
    await send(as, 'DELETE', `/v1/me/drafts/${draft}`, {});
  }
};

async function uploadTo(as: As, way: Way, draft: string): Promise<Finding> {
  const { world } = as;
  const begunMs = world.monotonicMs();
  const metadata = Object.entries({ draft, filename: 'canary.mp4', filetype: 'video/mp4' })
    .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
    .join(',');
  const { length } = world.clip;
  const begun = await send(as, 'POST', '/v1/uploads', {
    headers: { ...TUS, 'upload-length': String(length), 'upload-metadata': metadata },
  });
  bodyOf('beginning an upload', begun, 201);
  const location = begun.kind === 'answer' ? (begun.headers['location'] ?? '') : '';
  const sent = await send(as, 'PATCH', new URL(location, way.gateway).pathname, {
    headers: { ...TUS, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
    bytes: world.clip,
  });
  bodyOf('sending a clip', sent, 204);
  for (;;) {
    const read = await send(as, 'GET', `/v1/me/drafts/${draft}`, {});
    const upload = at(bodyOf('reading a draft', read, 200), 'upload');
    const state = textAt(upload, 'state') ?? 'missing';
    const valueMs = world.monotonicMs() - begunMs;
    if (state === 'ready') return { component: 'upload', verdict: 'good', valueMs };
    if (state === 'refused' || valueMs >= READY_MS_MAX) {
      const detail = `a good clip was ${state} after ${Math.round(valueMs)} ms`;
      return { component: 'upload', verdict: 'failed', detail };
    }
    await world.pause(LOOK_PAUSE_MS);
  }
}

/** Asks as the canary's own browser would, from the gateway's own origin. */
function send(
  { world, gateway, cookie }: As,
  method: Asked['method'],
  path: string,
  { headers = {}, ...body }: Pick<Asked, 'headers' | 'json' | 'bytes'>,
): Promise<Answer> {
  const own = { ...headers, cookie, origin: new URL(gateway).origin };
  return world.ask({ method, url: `${gateway}${path}`, headers: own, ...body });
}
