// The first page, put together. Everything that is shared between parts is made here.

import { Api } from './api.ts';
import { browserStore } from './browser-store.ts';
import type { ClipView } from './clip-view.ts';
import { shownAt } from './count-model.ts';
import { CountWriter } from './count-text.ts';
import { byId, setText } from './dom.ts';
import { Door } from './door.ts';
import { Feed } from './feed.ts';
import { bindKeys } from './keys.ts';
import { Likes } from './likes.ts';
import { LiveCounts } from './live-counts.ts';
import { Outbox } from './outbox.ts';
import type { Settlement } from './outbox.ts';
import type { Who } from './outbox-state.ts';
import { Player } from './player.ts';
import { ProofPanel } from './proof-panel.ts';
import type { Me } from './wire.ts';

const LEAD_LOCK = 'holdfast.outbox-lead';
/** Where the last account on this device lives. */
const HOME_KEY = 'holdfast.home';
const SINGLE_KEYS_KEY = 'holdfast.single-keys';
const TOAST_MS = 5_000;
const REDRAW_MS = 1_000;
const WHO_RETRY_MS = 3_000;

/** What tabs of this site tell each other. */
type News = Readonly<
  { kind: 'settled'; settlement: Settlement } | { kind: 'session' } | { kind: 'who' }
>;

const api = new Api((...call) => fetch(...call));
const writer = new CountWriter(navigator.language, undefined);
// Not there on plain HTTP, whatever the type says.
const locks = navigator.locks as LockManager | undefined;
const store = browserStore(locks);
const tabs = new BroadcastChannel('holdfast');
const calm = matchMedia('(prefers-reduced-motion: reduce)');
const proof = new ProofPanel(writer);

/** `undefined` until the server has said who is signed in. */
let me: Me | null | undefined = undefined;
const who = (): Who => me?.account ?? null;
const whoKnown = Promise.withResolvers<void>();

const outbox = new Outbox({
  store,
  nowMs: () => Date.now(),
  random: () => Math.random(),
  newId: () => crypto.getRandomValues(new BigUint64Array(2)).join('-'),
  setTimer: (afterMs, run) => {
    setTimeout(run, afterMs);
  },
  postOps: (grant, ops) => api.postOps(grant, ops),
  openSession: (person) => api.openSession(person),
  onSettled: (settlement) => {
    tell({ kind: 'settled', settlement });
    hear({ kind: 'settled', settlement });
  },
  onSession: () => {
    tell({ kind: 'session' });
    hear({ kind: 'session' });
  },
});
const likes = new Likes({
  outbox,
  read: (grant, videos) => api.likes(grant, videos),
  onChange: (video) => {
    draw(video);
  },
});
const counts = new LiveCounts({
  read: (videos, after) => api.counts(videos, after),
  openStream: (url) => new EventSource(url),
  nowMs: () => Date.now(),
  onChange: (video) => {
    draw(video);
  },
});
const player = new Player({
  onWatched: (video, watchedMs) => {
    const intent = { kind: 'view', video, watchedMs, source: 'feed' } as const;
    // At once when possible: the page may be about to go.
    if (me === undefined) void whoKnown.promise.then(() => outbox.enqueue(who(), intent));
    else if (outbox.enqueue(who(), intent) === undefined) toast('No room to keep this view.');
  },
  onSound: (muted) => {
    say(muted ? 'Sound off' : 'Sound on');
  },
  reducedMotion: () => calm.matches,
});
const door = new Door(api, () => store.read(HOME_KEY) ?? outbox.session(null)?.jurisdiction);
const feed = new Feed({
  load: (cursor) => api.feed(cursor),
  actions: (clip) => ({
    togglePlay: () => {
      player.togglePlay();
    },
    toggleSound: () => {
      player.toggleSound();
    },
    toggleLike: () => {
      toggleLike(clip.id);
    },
    showMeaning: () => {
      proof.open();
    },
    retry: () => {
      player.retry();
    },
    step: (by) => {
      feed.step(by);
    },
  }),
  onAdded: (clips) => {
    const videos = clips.map(({ id }) => id);
    void counts.read(videos);
    void likes.read(videos);
  },
  onCurrent: (index) => {
    player.show(feed.views, index);
    follow();
    redraw();
  },
  reducedMotion: () => calm.matches,
});

function draw(video: string): void {
  const view = feed.views.find(({ clip }) => clip.id === video);
  if (view !== undefined) drawClip(view);
}

function drawClip(view: ClipView): void {
  const nowMs = Date.now();
  const { id, title } = view.clip;
  const shown = shownAt(counts.model(id), nowMs);
  view.setCounts(
    writer.write(shown.likes, 'likes', shown.reason, nowMs),
    writer.write(shown.views, 'views', shown.reason, nowMs),
  );
  view.setLike(likes.shown(id));
  if (view === feed.current) proof.draw(title, shown, nowMs);
}

/** Counts age by themselves: the clips in reach are drawn again every second. */
function redraw(): void {
  counts.check();
  drawBanner();
  feed.views.slice(Math.max(0, feed.index - 1), feed.index + 2).forEach(drawClip);
}

function follow(): void {
  const near = feed.views.slice(Math.max(0, feed.index - 1), feed.index + 2);
  counts.follow(near.map(({ clip }) => clip.id));
}

function toggleLike(video: string): void {
  if (me === undefined || me === null) {
    const why =
      'A like is counted once for each person, so it needs an account. Watching does not.';
    door.open('sign-up', why, () => {
      void entered(video);
    });
    return;
  }
  setLike(video, !likes.shown(video).liked);
}

function setLike(video: string, liked: boolean): void {
  if (likes.set(video, liked)) say(liked ? 'Liked, being saved' : 'Like taken back, being saved');
  else toast('No room here to keep this like: it was not recorded. Try again when you are online.');
}

/** Someone has just come in; `video` is what they wanted to like. */
async function entered(video: string | undefined): Promise<void> {
  tell({ kind: 'who' });
  await readWho();
  if (me === undefined || me === null) return;
  toast(`You are signed in as ${me.handle}.`);
  // A like, not a toggle: they may have liked it before. Liking again changes nothing.
  if (video !== undefined) setLike(video, true);
}

async function readWho(): Promise<void> {
  const answer = await api.me();
  if (answer.kind !== 'ok') {
    setTimeout(() => void readWho(), WHO_RETRY_MS);
    return;
  }
  const before = me;
  me = answer.value;
  whoKnown.resolve();
  if (me !== null) store.write(HOME_KEY, me.jurisdiction);
  byId('sign-in', HTMLElement).hidden = me !== null;
  byId('sign-out', HTMLElement).hidden = me === null;
  const handle = byId('handle', HTMLElement);
  handle.hidden = me === null;
  setText(handle, me === null ? '' : me.handle);
  if (before !== undefined && before?.account === me?.account) return;
  likes.setWho(who());
  outbox.setWho(who());
  void likes.read(feed.views.map(({ clip }) => clip.id));
}

async function signOut(): Promise<void> {
  player.leave();
  const answer = await api.signOut();
  if (answer.kind === 'ok') {
    tell({ kind: 'who' });
    await readWho();
    toast('You are signed out.');
  } else toast('No answer: you are still signed in. Try again.');
}

function tell(news: News): void {
  tabs.postMessage(news);
}

function hear(news: News): void {
  if (news.kind === 'who') void readWho();
  else if (news.kind === 'session') void likes.read(feed.views.map(({ clip }) => clip.id));
  else settle(news.settlement);
}

function settle(settlement: Settlement): void {
  likes.settle(settlement);
  const { intent, end } = settlement;
  if (end.kind === 'recorded') {
    void counts.read([intent.video], end.position);
    if (end.outcome === 'invalid') toast(invalidWords(end.code));
    else if (intent.kind !== 'view') say(intent.kind === 'like' ? 'Like saved' : 'Unlike saved');
  } else if (intent.kind !== 'view') {
    toast(`Your ${intent.kind} was not recorded. ${end.detail} Please press again.`);
  }
}

function invalidWords(code: string | undefined): string {
  if (code === 'sign-in-required') return 'This was not counted: sign in first.';
  return 'This was not counted: the counter does not know this clip.';
}

let toastTimer: ReturnType<typeof setTimeout> | undefined = undefined;

/** A message that everyone should see for a moment. */
function toast(text: string): void {
  setText(byId('toast', Element), text);
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => {
    setText(byId('toast', Element), '');
  }, TOAST_MS);
}

/** A message for those who do not see the page. */
function say(text: string): void {
  setText(byId('status', Element), text);
}

/** Says when this page is on its own; once it no longer is, what waits and what failed goes on. */
function drawBanner(): void {
  const banner = byId('banner', HTMLElement);
  const trouble = troubleNow();
  const isBack = trouble === undefined && !banner.hidden;
  banner.hidden = trouble === undefined;
  setText(banner, trouble === undefined ? '' : `${trouble} Likes are kept on this device.`);
  if (!isBack) return;
  outbox.retryNow();
  player.recover();
}

function troubleNow(): string | undefined {
  if (!navigator.onLine) return 'Offline.';
  return counts.isLost ? 'No answer from Holdfast.' : undefined;
}

function setHidden(): void {
  const hidden = document.visibilityState === 'hidden';
  player.setHidden(hidden);
  if (hidden) {
    outbox.flush();
    counts.suspend();
  } else counts.resume();
}

byId('sign-in', HTMLElement).addEventListener('click', () => {
  door.open('sign-in', undefined, () => void entered(undefined));
});
byId('sign-out', HTMLElement).addEventListener('click', () => void signOut());
bindKeys(
  {
    step: (by) => {
      feed.step(by);
    },
    togglePlay: () => {
      player.togglePlay();
    },
    toggleSound: () => {
      player.toggleSound();
    },
    toggleLike: () => {
      if (feed.current !== undefined) toggleLike(feed.current.clip.id);
    },
    leaveFeed: (to) => {
      const links = document.querySelectorAll<HTMLElement>('.wordmark, .links a');
      (to === 'start' ? links[0] : links[links.length - 1])?.focus();
    },
  },
  {
    read: () => store.read(SINGLE_KEYS_KEY) !== 'off',
    write: (on) => {
      store.write(SINGLE_KEYS_KEY, on ? 'on' : 'off');
    },
  },
);
tabs.addEventListener('message', (event: MessageEvent<News>) => {
  hear(event.data);
});
// Another tab has put something into the shared store.
addEventListener('storage', () => {
  outbox.wake();
});
addEventListener('online', drawBanner);
addEventListener('offline', drawBanner);
document.addEventListener('visibilitychange', setHidden);
setInterval(redraw, REDRAW_MS);

drawBanner();
if (locks === undefined) outbox.lead();
else {
  // Held until the tab goes; then the next tab in line leads.
  const whileOpen = (): Promise<never> => {
    outbox.lead();
    return new Promise(() => {});
  };
  void locks.request(LEAD_LOCK, whileOpen);
}
void readWho();
void feed.load();
