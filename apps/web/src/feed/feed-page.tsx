// The feed: a scroll-snap column of clips, an ARIA feed. Rules WB3-WB12.

import { lazy, Suspense, useCallback, useEffect, useLayoutEffect } from 'react';
import { useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { ReactElement } from 'react';
import { AppLink } from '../app/app-link.tsx';
import { likedNow, setLiked, useLineLost } from '../app/engagement.ts';
import { useWords, wordsNow } from '../app/i18n.ts';
import { FEED_PATH, useHref } from '../app/location.ts';
import { TroubleText } from '../app/page.tsx';
import { meNow, useMe } from '../app/session.ts';
import type { PlayableVideo } from '../app/video.ts';
import { toast } from '../ui/toast.tsx';
import { Clip, ClipBones } from './clip.tsx';
import type { ClipActions } from './clip.tsx';
import './clip-parts.css';
import './feed.css';
import type { FeedList } from './feed-list.ts';
import { bindKeys } from './keys.ts';
import type { Panel, FeedWords } from './panel.ts';
import { feedList, player, RANKS } from './feed-parts.ts';
import type { Rank } from './feed-parts.ts';
import { feedArea } from './words.ts';

/** Clips this far from the one in view are drawn; the rest keep their place empty. */
const DRAWN_AROUND = 1;
/** A clip is in view when this part of it is. */
const IN_VIEW_PART = 0.6;
/** From this part on something of a clip is seen; a neighbour that only touches the edge has 0. */
const SEEN_PART = 0.001;

/** What is opened now and then comes when it is. */
const FeedPanels = lazy(async () => ({ default: (await import('./panels.tsx')).FeedPanels }));

export function FeedPage(): ReactElement {
  const [, query] = useHref().split('?');
  const asked = new URLSearchParams(query).get('rank');
  const rank = RANKS.find((one) => one === asked) ?? 'for-you';
  const me = useMe();
  // Only what one follows is another list for another person; whoever signs in stays where they are.
  const whose = rank === 'following' ? (me?.account ?? '') : '';
  return <Feed key={`${rank} ${whose}`} rank={rank} whose={whose} />;
}

function Feed({ rank, whose }: Readonly<{ rank: Rank; whose: string }>): ReactElement {
  const t = useWords(feedArea);
  const list = feedList(rank, whose);
  const state = useSyncExternalStore(list.subscribe, () => list.state);
  const { videos, kind } = state;
  const [index, setIndex] = useState(list.index);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.visit(index);
  }, [list, index, videos.length]);
  usePlaying(root, videos, index);
  const seen = useInView(root, setIndex);
  const step = useStep(root, list.index, index);
  const { panel, like, open, close, entered } = usePanel();
  const actions = useMemo<ClipActions>(() => ({ open, like, step }), [open, like, step]);
  useKeys(videos[index], actions);
  return (
    <div className="feed-frame" data-panel={panel}>
      <title>{`${t('title')} · Holdfast`}</title>
      <h1 className="unseen">{t('title')}</h1>
      <RankTabs t={t} rank={rank} />
      <Connection t={t} list={list} />
      <div
        ref={root}
        className="feed"
        role="feed"
        aria-label={t('title')}
        aria-busy={kind === 'loading'}
      >
        {videos.map((video, place) => (
          <Clip
            key={video.id}
            video={video}
            place={place}
            size={kind === 'complete' ? videos.length : -1}
            isLast={kind === 'complete' && place === videos.length - 1}
            isDrawn={Math.abs(place - index) <= DRAWN_AROUND}
            isCurrent={place === index}
            observe={seen}
            actions={actions}
          />
        ))}
        <FeedEnd t={t} list={list} rank={rank} whose={whose} />
      </div>
      {panel !== undefined && (
        <Suspense>
          <FeedPanels panel={panel} video={videos[index]} onEntered={entered} onClose={close} />
        </Suspense>
      )}
    </div>
  );
}

type EndProps = Readonly<{ t: FeedWords; list: FeedList; rank: Rank; whose: string }>;

/** What stands below the last clip: one that is coming, why none comes, or that there are none. */
function FeedEnd({ t, list, rank, whose }: EndProps): ReactElement | null {
  const { kind, trouble, videos } = useSyncExternalStore(list.subscribe, () => list.state);
  if (trouble !== undefined) {
    return (
      <div className="clip-note">
        <h2>{t('trouble')}</h2>
        <p>
          <TroubleText trouble={trouble} />
        </p>
        <button
          className="button"
          data-kind="main"
          type="button"
          onClick={() => {
            list.retry();
          }}
        >
          {t('retry')}
        </button>
      </div>
    );
  }
  if (kind !== 'complete') return <ClipBones />;
  return videos.length === 0 ? <Nothing t={t} rank={rank} whose={whose} /> : null;
}

/** Which panel is open, and what a visitor wanted to like when they were asked in. */
function usePanel() {
  const [panel, setPanel] = useState<Panel | undefined>(undefined);
  const wanted = useRef<string | undefined>(undefined);
  const like = useCallback((video: PlayableVideo, isLiked: boolean) => {
    const me = meNow();
    if (me === null || me === undefined) {
      wanted.current = video.id;
      setPanel('sign-in');
    } else void setLiked(video.id, isLiked);
  }, []);
  const close = useCallback(() => {
    wanted.current = undefined;
    setPanel(undefined);
  }, []);
  const entered = useCallback(() => {
    // A like, not a toggle: they may have liked it before, and again changes nothing.
    if (wanted.current !== undefined) void setLiked(wanted.current, true);
  }, []);
  return { panel, like, open: setPanel, close, entered };
}

function RankTabs({ t, rank }: Readonly<{ t: FeedWords; rank: Rank }>): ReactElement {
  return (
    <nav className="feed-ranks" aria-label={t('ranks')}>
      {RANKS.map((one) => (
        <AppLink
          key={one}
          to={one === 'for-you' ? FEED_PATH : `${FEED_PATH}?rank=${one}`}
          aria-current={one === rank ? 'page' : undefined}
        >
          {t(`rank.${one}`)}
        </AppLink>
      ))}
    </nav>
  );
}

/** Says when this page is on its own; once it no longer is, what failed goes on. */
function Connection({ t, list }: Readonly<{ t: FeedWords; list: FeedList }>): ReactElement {
  const isLost = useLineLost();
  const isOnline = useSyncExternalStore(onConnection, () => navigator.onLine);
  const isBack = isOnline && !isLost;
  useEffect(() => {
    if (!isBack) return;
    player.recover();
    list.retry();
  }, [isBack, list]);
  return (
    <p className="feed-banner" role="status" hidden={isBack}>
      {!isBack && t(isOnline ? 'lost' : 'offline')}
    </p>
  );
}

function onConnection(listener: () => void): () => void {
  addEventListener('online', listener);
  addEventListener('offline', listener);
  return () => {
    removeEventListener('online', listener);
    removeEventListener('offline', listener);
  };
}

function Nothing({
  t,
  rank,
  whose,
}: Readonly<{ t: FeedWords; rank: Rank; whose: string }>): ReactElement {
  const isVisitor = rank === 'following' && whose === '';
  return (
    <div className="clip-note">
      <h2>{t(isVisitor ? 'empty.visitor' : `empty.${rank}`)}</h2>
      <p>{t(isVisitor ? 'empty.visitor.text' : `empty.${rank}.text`)}</p>
      {isVisitor ? (
        <AppLink className="button" data-kind="main" to="/sign-in">
          {t('signIn')}
        </AppLink>
      ) : (
        <AppLink
          className="button"
          data-kind="main"
          to={rank === 'latest' ? '/upload' : `${FEED_PATH}?rank=latest`}
        >
          {t(rank === 'latest' ? 'upload' : 'toLatest')}
        </AppLink>
      )}
    </div>
  );
}

/** Plays the clip in view. */
function usePlaying(
  root: Readonly<{ current: HTMLDivElement | null }>,
  videos: readonly PlayableVideo[],
  index: number,
): void {
  useEffect(() => {
    player.show(index, (place) => {
      const video = videos[place];
      const stage = root.current?.children[place]?.querySelector<HTMLElement>('.clip-video');
      return video !== undefined && stage ? { video, stage } : undefined;
    });
  }, [root, videos, index]);
  useEffect(() => {
    const onSight = (): void => {
      player.setHidden(document.visibilityState === 'hidden');
    };
    document.addEventListener('visibilitychange', onSight);
    return () => {
      document.removeEventListener('visibilitychange', onSight);
      player.leave();
    };
  }, []);
}

/** Tells which clip is in view. Returns what to observe with. */
function useInView(
  root: Readonly<{ current: HTMLDivElement | null }>,
  onIndex: (index: number) => void,
): (article: HTMLElement) => () => void {
  const observer = useRef<IntersectionObserver | undefined>(undefined);
  const waiting = useRef(new Set<HTMLElement>());
  useEffect(() => {
    const made = new IntersectionObserver(
      (entries) => {
        for (const { intersectionRatio, target } of entries) {
          const place = (target as HTMLElement).dataset['place'];
          target.toggleAttribute('data-seen', intersectionRatio >= SEEN_PART);
          if (intersectionRatio >= IN_VIEW_PART && place !== undefined) onIndex(Number(place));
        }
      },
      { root: root.current, threshold: [SEEN_PART, IN_VIEW_PART] },
    );
    observer.current = made;
    for (const article of waiting.current) made.observe(article);
    return () => {
      made.disconnect();
      observer.current = undefined;
    };
  }, [root, onIndex]);
  return useCallback((article) => {
    waiting.current.add(article);
    observer.current?.observe(article);
    return () => {
      waiting.current.delete(article);
      observer.current?.unobserve(article);
    };
  }, []);
}

/** Moves by one clip. Quick steps add up while the feed still scrolls. */
function useStep(
  root: Readonly<{ current: HTMLDivElement | null }>,
  startIndex: number,
  index: number,
): (by: 1 | -1) => void {
  const goal = useRef<number | undefined>(undefined);
  const now = useRef(index);
  useEffect(() => {
    now.current = index;
  }, [index]);
  useLayoutEffect(() => {
    const first = root.current?.children[startIndex];
    if (startIndex > 0) first?.scrollIntoView({ behavior: 'instant' });
    const element = root.current;
    const onEnd = (): void => {
      goal.current = undefined;
    };
    element?.addEventListener('scrollend', onEnd);
    return () => element?.removeEventListener('scrollend', onEnd);
    // The place to begin at is that of the first drawing.
    // oxlint-disable-next-line react/exhaustive-deps
  }, []);
  return useCallback(
    (by) => {
      const next = (goal.current ?? now.current) + by;
      const article = root.current?.children[next];
      if (!(article instanceof HTMLElement) || article.dataset['place'] === undefined) return;
      goal.current = next;
      const hadFocus = root.current?.contains(document.activeElement) === true;
      const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
      article.scrollIntoView({ behavior: isCalm ? 'instant' : 'smooth' });
      if (hadFocus) article.focus({ preventScroll: true });
    },
    [root],
  );
}

function useKeys(video: PlayableVideo | undefined, { open, like, step }: ClipActions): void {
  useEffect(
    () =>
      bindKeys({
        next: () => {
          step(1);
        },
        previous: () => {
          step(-1);
        },
        play: () => {
          player.togglePlay();
        },
        sound: () => {
          player.toggleSound();
        },
        captions: () => {
          player.toggleCaptions();
          toast(wordsNow(feedArea)(player.state.captions ? 'captionsOn' : 'captionsOff'));
        },
        like: () => {
          if (video !== undefined) like(video, !likedNow(video.id));
        },
        help: () => {
          open('help');
        },
        start: () => {
          document.querySelector<HTMLElement>('.feed-ranks a')?.focus();
        },
        end: () => {
          document.querySelector<HTMLElement>('.app-places a')?.focus();
        },
      }),
    [video, open, like, step],
  );
}
