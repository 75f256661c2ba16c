// The app with people in it: a creator with videos and comments, somebody who follows and likes,
// somebody new, and moderators with reports to decide.

import type { Browser } from 'playwright-core';
import { openInstallation, SERVICE_KEY } from '../demo-handover/installation.ts';
import type { Installation } from '../demo-handover/installation.ts';
import { someone } from './app-people.ts';
import type { Someone } from './app-people.ts';
import type { Person } from './scene.ts';

export type AppWorld = Readonly<{
  url: string;
  /** Has a profile and videos. */
  maker: Person;
  /** Has a profile and likes, and follows the maker. */
  viewer: Person;
  /** Has signed up, and nothing more. */
  newcomer: Person;
  /** Has a profile, and sends videos. */
  sender: Person;
  moderator: Person;
  /** A video of the maker with comments, and one without. */
  talkedOf: string;
  quiet: string;
  close: () => Promise<void>;
}>;

const WATCHED_MS = 6_000;
/** How many saw each of the newest; a third of them likes it. */
const AUDIENCE = [4_321, 1_234, 987, 450, 76, 12, 3];
const LINES_MAX = 5_000;
const FACTS = 'The clip shows a street sign and a house number from second 2 on.';

/** Starts a server with the sample clips, and lets people live in it. */
export async function openApp(browser: Browser): Promise<AppWorld> {
  const place = openInstallation();
  try {
    const { url } = await place.part('app', ['start', '--no-status']);
    return { ...(await peopled(browser, place, url)), close: place.close };
  } catch (cause) {
    await place.close();
    throw cause;
  }
}

async function peopled(
  browser: Browser,
  place: Installation,
  url: string,
): Promise<Omit<AppWorld, 'close'>> {
  const maker = await someone(browser, url, 'shore.walks', {
    displayName: 'Shore Walks',
    bio: 'One walk along the water every week, filmed from the same rock.\nNo music, no cuts.',
  });
  const viewer = await someone(browser, url, 'quiet.evening', {
    displayName: 'Quiet Evening',
    bio: '',
  });
  const sender = await someone(browser, url, 'first.light', {
    displayName: 'First Light',
    bio: 'Mornings.',
  });
  const newcomer = await someone(browser, url, 'just.arrived');
  const talkedOf = await maker.publish('ocean.mp4', {
    title: 'High water at the north end, the evening before the storm came in',
    caption: 'The sound is the real one. The light lasted for four minutes.',
    tags: ['sea', 'storm', 'evening'],
  });
  const quiet = await maker.publish('rain.mp4', {
    title: 'Rain on the boathouse',
    caption: '',
    tags: ['rain'],
  });
  await talk(maker, viewer, sender, talkedOf);
  await viewer.ask('PUT', `/v1/people/${maker.handle}/follow`);
  await like(viewer, [talkedOf, quiet, 'hf-aurora', 'hf-maple']);
  const moderator = await moderate(browser, place, url, { maker, viewer, sender });
  await bringAudience(url);
  return {
    url,
    talkedOf,
    quiet,
    maker: maker.person,
    viewer: viewer.person,
    newcomer: newcomer.person,
    sender: sender.person,
    moderator: moderator.person,
  };
}

async function talk(maker: Someone, viewer: Someone, other: Someone, video: string): Promise<void> {
  await maker.ask('PUT', '/v1/me/hold-words', { words: ['lemonade', 'free money'] });
  const pinned = await maker.comment(video, 'Filmed on the last day before the path was closed.');
  await maker.ask('PUT', `/v1/comments/${pinned}/pin`);
  const asked = await viewer.comment(
    video,
    'Is the sound real? It does not sound like any recording I know, and I have listened to a great many of them on evenings like this one.',
  );
  await maker.comment(video, 'Yes, two microphones in the rock.', asked);
  await other.comment(video, 'So calm. بحر هادئ 🌊');
  await other.comment(video, 'LEMONADE for everybody, see my page');
  await viewer.ask('PUT', `/v1/comments/${pinned}/like`);
  await other.ask('PUT', `/v1/comments/${asked}/like`);
}

async function like(by: Someone, videos: readonly string[]): Promise<void> {
  const made = await by.ask('POST', '/v1/sessions', {});
  const { grant } = (await made.json()) as { grant: string };
  const ops = videos.map((video, index) => ({ n: index + 1, kind: 'like', video }));
  await by.ask('POST', '/v1/ops', { ops }, { authorization: `Bearer ${grant}` });
}

async function bringAudience(url: string): Promise<void> {
  const feed = await fetch(`${url}/v1/feed?rank=latest&limit=${AUDIENCE.length}`);
  const { items } = (await feed.json()) as Readonly<{ items: readonly Readonly<{ id: string }>[] }>;
  const lines = items.flatMap(({ id: video }, place) =>
    Array.from({ length: AUDIENCE[place] ?? 0 }, (_, n) => {
      const jurisdiction = n % 3 === 0 ? 'eu' : 'us';
      const session = `audience-${place}-${n}`;
      const who = { jurisdiction, session, subject: `person-${n}`, video };
      const view = { ...who, n: 1, kind: 'view', watchedMs: WATCHED_MS, source: 'embed' };
      return n % 3 === 0 ? [view, { ...who, n: 2, kind: 'like' }] : [view];
    }).flat(),
  );
  const headers = {
    authorization: `Bearer ${SERVICE_KEY}`,
    'content-type': 'application/x-ndjson',
  };
  for (let from = 0; from < lines.length; from += LINES_MAX) {
    const some = lines.slice(from, from + LINES_MAX).map((line) => JSON.stringify(line));
    const init = { method: 'POST', headers, body: some.join('\n') };
    const answer = await fetch(`${url}/v1/ops/bulk`, init);
    if (!answer.ok) throw new Error(`the audience was refused: ${await answer.text()}`);
  }
}

type Cases = Readonly<{ items: readonly Readonly<{ id: string }>[] }>;

/** One case is open, one under appeal; gives a moderator who has decided neither. */
async function moderate(
  browser: Browser,
  place: Installation,
  url: string,
  { maker, viewer, sender }: Readonly<Record<'maker' | 'viewer' | 'sender', Someone>>,
): Promise<Someone> {
  const moderatorOf = async (handle: string): Promise<Someone> => {
    const made = await someone(browser, url, handle);
    const role = ['--handle', handle, '--role', 'moderator', '--data', place.folderOf('app')];
    await place.holdfast('roles', 'grant', ...role);
    return made;
  };
  const first = await moderatorOf('first.reader');
  const second = await moderatorOf('second.reader');
  const shown = await maker.publish('train.mp4', {
    title: 'Past the house by the line',
    caption: '',
    tags: [],
  });
  const reported = { kind: 'video', id: shown };
  const reason = 'privacy';
  await viewer.ask('POST', '/v1/reports', { target: reported, reason, note: 'My house is in it.' });
  const { items } = (await (
    await first.ask('GET', '/v1/moderation/cases?state=open')
  ).json()) as Cases;
  await first.ask('POST', `/v1/moderation/cases/${items[0]?.id}/decisions`, {
    action: 'hide',
    ground: 'rules',
    rule: reason,
    facts: FACTS,
    durationDays: 7,
  });
  type Notices = Readonly<{ items: readonly Readonly<{ id: string }>[] }>;
  const notices = (await (await maker.ask('GET', '/v1/me/notices')).json()) as Notices;
  await maker.ask('POST', `/v1/me/notices/${notices.items[0]?.id}/appeal`, {
    text: 'It is a painted set: the sign reads Elsewhere.',
  });
  for (const by of [viewer, sender]) {
    await by.ask('POST', '/v1/reports', {
      target: { kind: 'video', id: 'hf-dahlia' },
      reason: 'spam',
      note: 'Seen under three other names this week, always with the same link in the first comment.',
    });
  }
  return second;
}
