// One clip of the feed: an ARIA article with its stage, what it is about, and its rail.

import { memo, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { ReactElement } from 'react';
import { AppLink } from '../app/app-link.tsx';
import { useCommentCount } from '../app/comment-counts.ts';
import { likedNow, useLiked, useVideoCounts } from '../app/engagement.ts';
import { useWords } from '../app/i18n.ts';
import type { PlayableVideo } from '../app/video.ts';
import { Count, useCountText } from '../numbers/count.tsx';
import { READING } from '../numbers/count.ts';
import { Icon } from '../ui/icon.tsx';
import type { IconName } from '../ui/icon.tsx';
import { player } from './feed-parts.ts';
import type { FeedWords, Panel } from './panel.ts';
import { FollowButton } from './follow-button.tsx';
import type { PlayerState } from './player.ts';
import { feedArea } from './words.ts';

/** Two presses within this are a double tap. */
const DOUBLE_TAP_MS = 260;

export type ClipActions = Readonly<{
  open: (panel: Panel) => void;
  like: (video: PlayableVideo, liked: boolean) => void;
  step: (by: 1 | -1) => void;
}>;

type ClipProps = Readonly<{
  video: PlayableVideo;
  /** From 0. */
  place: number;
  /** Number of clips, -1 while there may be more. */
  size: number;
  isLast: boolean;
  isDrawn: boolean;
  isCurrent: boolean;
  observe: (article: HTMLElement) => () => void;
  actions: ClipActions;
}>;

export const Clip = memo(function Clip(props: ClipProps): ReactElement {
  const { video, place, size, isDrawn, observe } = props;
  const article = useRef<HTMLElement>(null);
  useEffect(() => (article.current === null ? undefined : observe(article.current)), [observe]);
  return (
    <article
      ref={article}
      className="clip"
      // An article of a feed takes the focus, by the pattern for feeds.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      data-place={place}
      aria-label={video.title}
      aria-posinset={place + 1}
      aria-setsize={size}
    >
      {isDrawn && <Drawn {...props} />}
    </article>
  );
});

function Drawn({ video, place, isLast, isCurrent, actions }: ClipProps): ReactElement {
  const t = useWords(feedArea);
  return (
    <>
      <div className="clip-stage" data-current={isCurrent}>
        {video.media.poster !== undefined && (
          <img className="clip-poster" src={video.media.poster} alt="" decoding="async" />
        )}
        <div className="clip-video" />
        {isCurrent && <Controls t={t} video={video} actions={actions} />}
        <About t={t} video={video} actions={actions} />
      </div>
      <Rail t={t} video={video} actions={actions} />
      <div className="clip-steps">
        <Round
          icon="up"
          label={t('previous')}
          disabled={place === 0}
          onPress={() => {
            actions.step(-1);
          }}
        />
        <Round
          icon="down"
          label={t('next')}
          disabled={isLast}
          onPress={() => {
            actions.step(1);
          }}
        />
      </div>
    </>
  );
}

type PartProps = Readonly<{ t: FeedWords; video: PlayableVideo; actions: ClipActions }>;

/** What lies over the clip that is in view. */
function Controls({ t, video, actions }: PartProps): ReactElement {
  const state = useSyncExternalStore(player.subscribe, () => player.state);
  const { isPlaying, isWaiting, hasFailed, captions, line } = state;
  const tap = useTap(video, actions);
  return (
    <>
      <button
        className="clip-tap"
        type="button"
        aria-label={t(isPlaying ? 'pause' : 'play', { title: video.title })}
        data-paused={!isPlaying}
        hidden={hasFailed}
        onClick={tap.onClick}
      >
        {!isPlaying && <Icon name="play" />}
        {isPlaying && isWaiting && <span className="clip-wait" />}
        {tap.bursts > 0 && (
          <span key={tap.bursts} className="clip-burst">
            <Icon name="heart" />
          </span>
        )}
      </button>
      {captions && line !== '' && <p className="clip-line">{line}</p>}
      <Corner t={t} state={state} hasCaptions={video.captions.length > 0} />
      {hasFailed && <Failed t={t} actions={actions} />}
      <div className="clip-played" aria-hidden="true">
        <div />
      </div>
    </>
  );
}

type CornerProps = Readonly<{ t: FeedWords; state: PlayerState; hasCaptions: boolean }>;

/** Sound and captions. */
function Corner({ t, state, hasCaptions }: CornerProps): ReactElement {
  const { isMuted, isPlaying, captions } = state;
  const toggleSound = (): void => {
    player.toggleSound();
  };
  return (
    <div className="clip-corner">
      {isMuted && isPlaying ? (
        <button className="clip-unmute" type="button" onClick={toggleSound}>
          <Icon name="muted" />
          {t('tapForSound')}
        </button>
      ) : (
        <Round
          icon={isMuted ? 'muted' : 'sound'}
          label={t(isMuted ? 'soundOn' : 'soundOff')}
          onPress={toggleSound}
        />
      )}
      {hasCaptions && (
        <Round
          icon="captions"
          label={t(captions ? 'captionsOff' : 'captionsOn')}
          pressed={captions}
          onPress={() => {
            player.toggleCaptions();
          }}
        />
      )}
    </div>
  );
}

function Failed({ t, actions }: Omit<PartProps, 'video'>): ReactElement {
  return (
    <div className="clip-trouble" role="alert">
      <p>{t('failed')}</p>
      <div className="row">
        <button
          className="button"
          type="button"
          onClick={() => {
            player.retry();
          }}
        >
          {t('retry')}
        </button>
        <button
          className="button"
          data-kind="main"
          type="button"
          onClick={() => {
            actions.step(1);
          }}
        >
          {t('skip')}
        </button>
      </div>
    </div>
  );
}

/** One tap plays or pauses, two like. From the keyboard a press is one tap, at once. */
function useTap(video: PlayableVideo, { like }: ClipActions) {
  const [bursts, setBursts] = useState(0);
  const waiting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(
    () => () => {
      clearTimeout(waiting.current);
    },
    [],
  );
  const onClick = ({ detail }: Readonly<{ detail: number }>): void => {
    if (detail === 0) {
      player.togglePlay();
    } else if (waiting.current === undefined) {
      waiting.current = setTimeout(() => {
        waiting.current = undefined;
        player.togglePlay();
      }, DOUBLE_TAP_MS);
    } else {
      clearTimeout(waiting.current);
      waiting.current = undefined;
      setBursts((before) => before + 1);
      like(video, true);
    }
  };
  return { onClick, bursts };
}

function About({ t, video, actions }: PartProps): ReactElement {
  const { handle, displayName, title, caption, tags, why } = video;
  return (
    <div className="clip-about">
      <p className="clip-by">
        {handle === undefined ? (
          <span>{displayName}</span>
        ) : (
          <AppLink to={`/@${encodeURIComponent(handle)}`}>
            <bdi>{displayName}</bdi>
          </AppLink>
        )}
        <Views video={video} />
      </p>
      <h2>
        <AppLink to={`/v/${video.id}`} dir="auto">
          {title}
        </AppLink>
      </h2>
      {caption !== '' && (
        <p className="clip-caption" dir="auto">
          {caption}
        </p>
      )}
      <p className="clip-tags">
        {tags.map((tag) => (
          <AppLink key={tag} to={`/search?q=${encodeURIComponent(`#${tag}`)}`}>
            <bdi>#{tag}</bdi>
          </AppLink>
        ))}
        {why.length > 0 && (
          <button
            type="button"
            onClick={() => {
              actions.open('why');
            }}
          >
            <Icon name="info" />
            {t('why')}
          </button>
        )}
      </p>
    </div>
  );
}

function Views({ video }: Readonly<{ video: PlayableVideo }>): ReactElement {
  const { views } = useVideoCounts(video.id);
  return (
    <span className="clip-views">
      <Icon name="eye" />
      <Count count={views} metric="views" />
    </span>
  );
}

function Rail({ t, video, actions }: PartProps): ReactElement {
  const { likes } = useVideoCounts(video.id);
  const { liked, pending } = useLiked(video.id);
  const likesText = useCountText(likes, 'likes');
  const commentsCount = useCommentCount(video.id, video.commentsCount);
  const commentsText = useCountText(commentsCount, 'comments');
  return (
    <div className="clip-rail">
      <FollowButton video={video} onVisitor={actions.open} />
      <Figure
        icon="heart"
        label={t('like', { count: likesText.label })}
        pressed={liked}
        pending={pending}
        onPress={() => {
          actions.like(video, !likedNow(video.id));
        }}
      >
        <Count count={likes} metric="likes" hidden />
      </Figure>
      {!video.commentsOff && (
        <Figure
          icon="comment"
          label={t('comments', { count: commentsText.label })}
          onPress={() => {
            actions.open('comments');
          }}
        >
          <Count count={commentsCount} metric="comments" hidden />
        </Figure>
      )}
      <Figure
        icon="share"
        label={t('share')}
        onPress={() => {
          actions.open('share');
        }}
      >
        <span aria-hidden="true">{t('share')}</span>
      </Figure>
      <Round
        icon="books"
        label={t('numbers')}
        onPress={() => {
          actions.open('numbers');
        }}
      />
    </div>
  );
}

type RoundProps = Readonly<{
  icon: IconName;
  label: string;
  pressed?: boolean;
  pending?: string;
  disabled?: boolean;
  onPress: () => void;
}>;

function Round({ icon, label, pressed, pending, disabled, onPress }: RoundProps): ReactElement {
  return (
    <button
      className="round"
      type="button"
      aria-label={label}
      aria-pressed={pressed}
      data-pending={pending}
      title={label}
      disabled={disabled}
      onClick={onPress}
    >
      <Icon name={icon} />
    </button>
  );
}

function Figure({
  children,
  ...round
}: RoundProps & Readonly<{ children: ReactElement }>): ReactElement {
  return (
    <div className="figure" data-icon={round.icon}>
      <Round {...round} />
      {children}
    </div>
  );
}

/** A clip that is not there yet: its shape, and dashes where its numbers will be. */
export function ClipBones(): ReactElement {
  return (
    <div className="clip" data-bones="true" aria-hidden="true">
      <div className="clip-stage">
        <div className="clip-about">
          <span className="bone" />
          <span className="bone" />
        </div>
      </div>
      <div className="clip-rail">
        <div className="figure">
          <span className="round">
            <Icon name="heart" />
          </span>
          <Count count={READING} metric="likes" hidden />
        </div>
        <div className="figure">
          <span className="round">
            <Icon name="comment" />
          </span>
          <Count count={READING} metric="comments" hidden />
        </div>
      </div>
    </div>
  );
}
