// Likes, views and counts of the whole app: the SDK, made once, for whoever is signed in. WB13.

import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { createHoldfast } from '@holdfast/sdk/holdfast.ts';
import type { ShownCounts } from '@holdfast/sdk/count-model.ts';
import type { Holdfast, ViewOptions } from '@holdfast/sdk/holdfast.ts';
import type { Settlement } from '@holdfast/sdk/outbox.ts';
import { cookieGrant } from '@holdfast/sdk/own-site.ts';
import { countOf, sumCounts } from '../numbers/count.ts';
import type { Count } from '../numbers/count.ts';
import { toast } from '../ui/toast.tsx';
import { wordsNow } from './i18n.ts';
import { meNow, onSession } from './session.ts';
import { appArea } from './words.ts';

/** Where a view comes from. */
export type ViewSource = ViewOptions['source'];

let made: Holdfast | undefined = undefined;

function holdfast(): Holdfast {
  if (made !== undefined) return made;
  const sdk = createHoldfast({ getGrant: cookieGrant, onSettled: say });
  made = sdk;
  const setPerson = (): void => {
    const me = meNow();
    if (me !== undefined) sdk.setPerson(me === null ? null : me.account);
  };
  onSession(setPerson);
  setPerson();
  return sdk;
}

/** Sends what earlier pages left on this device, on pages too that show no counts. */
export function sendWaiting(): void {
  holdfast();
}

/** A video's counts, kept up to date while it is on the page. */
export function useVideoCounts(video: string): Readonly<{ likes: Count; views: Count }> {
  const { likes, views, reason } = useSyncExternalStore(useSubscribe(video), () =>
    holdfast().counts(video),
  );
  return { likes: countOf(likes, reason), views: countOf(views, reason) };
}

/** The sums over several videos, of the same counts as their own places show. */
export function useSummedCounts(
  videos: readonly string[],
): Readonly<{ likes: Count; views: Count }> {
  const names = videos.join(' ');
  const store = useMemo(() => manyCounts(names === '' ? [] : names.split(' ')), [names]);
  const shown = useSyncExternalStore(store.subscribe, store.read);
  return {
    likes: sumCounts(shown.map(({ likes, reason }) => countOf(likes, reason))),
    views: sumCounts(shown.map(({ views, reason }) => countOf(views, reason))),
  };
}

type ManyCounts = Readonly<{
  subscribe: (listener: () => void) => () => void;
  /** The same list until one of the counts changes. */
  read: () => readonly ShownCounts[];
}>;

function manyCounts(videos: readonly string[]): ManyCounts {
  let last: readonly ShownCounts[] = [];
  return {
    subscribe: (listener) => {
      const stops = videos.map((video) => holdfast().subscribe(video, listener));
      return () => {
        for (const stop of stops) stop();
      };
    },
    read: () => {
      const now = videos.map((video) => holdfast().counts(video));
      if (now.some((counts, place) => counts !== last[place])) last = now;
      return last;
    },
  };
}

/** The same with the countries that they are made of. */
export function useShownCounts(video: string): ShownCounts {
  return useSyncExternalStore(useSubscribe(video), () => holdfast().counts(video));
}

export type Liked = ReturnType<Holdfast['likeState']>;

/** Whether the person likes a video; a press shows at once, and as pending until it is counted. */
export function useLiked(video: string): Liked {
  return useSyncExternalStore(useSubscribe(video), () => holdfast().likeState(video));
}

export function likedNow(video: string): boolean {
  return holdfast().likeState(video).liked;
}

/** Likes or unlikes. Kept on this device until it is counted; says so when it cannot be. */
export async function setLiked(video: string, isLiked: boolean): Promise<void> {
  const kept = await (isLiked ? holdfast().like(video) : holdfast().unlike(video));
  if (!kept) toast(wordsNow(appArea)('like.noRoom'));
}

/** Begins to measure how long a video is watched; returns how to end it. */
export function trackView(element: HTMLVideoElement, options: ViewOptions): () => void {
  return holdfast().trackView(element, options);
}

/** Whether there has been no line to the server for longer than a moment. */
export function useLineLost(): boolean {
  return useSyncExternalStore(
    (listener) => holdfast().subscribeLine(listener),
    () => holdfast().isLost(),
  );
}

function useSubscribe(video: string): (listener: () => void) => () => void {
  return useCallback((listener: () => void) => holdfast().subscribe(video, listener), [video]);
}

/** What became of a like is only said when it did not become one. */
function say({ intent, end }: Settlement): void {
  if (intent.kind === 'view' || document.visibilityState === 'hidden') return;
  const t = wordsNow(appArea);
  if (end.kind === 'refused') toast(t('like.refused'));
  else if (end.kind === 'recorded' && end.outcome === 'invalid') toast(t('like.invalid'));
}
