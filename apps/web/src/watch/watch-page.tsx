// A video's own page: the player, what it is about and who made it, its numbers, its comments.

import { Link, useParams, useSearch } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import type { ReactElement } from 'react';
import { ask, troubleOf, valueOf } from '../app/ask.ts';
import { Avatar } from '../app/avatar.tsx';
import { likedNow, setLiked, useLiked, useVideoCounts } from '../app/engagement.ts';
import { setFollowed, useFollowed } from '../app/follows.ts';
import { writeTime } from '../app/formats.ts';
import { useWords, wordsNow } from '../app/i18n.ts';
import { Bones, Empty, Page, TroubleNote } from '../app/page.tsx';
import { useMe } from '../app/session.ts';
import { SharePanel } from '../app/share.tsx';
import { troubleText } from '../app/trouble-text.ts';
import { isPlayable, parseVideo } from '../app/video.ts';
import type { PlayableVideo, Video } from '../app/video.ts';
import { appArea } from '../app/words.ts';
import { Comments } from '../comments/comments.tsx';
import { Count, useCountText } from '../numbers/count.tsx';
import { NumbersPanel } from '../numbers/numbers-panel.tsx';
import { DoorDialog } from '../sign-in/door-dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import type { IconName } from '../ui/icon.tsx';
import { toast } from '../ui/toast.tsx';
import './watch.css';
import { WatchPlayer } from './watch-player.tsx';
import { watchArea } from './words.ts';
import type { WatchWords } from './words.ts';

const ReportDialog = lazy(async () => {
  const reporting = await import('../moderation/report-dialog.tsx');
  return { default: reporting.ReportDialog };
});

type Opened = 'share' | 'numbers' | 'report' | 'door.like' | 'door.follow' | 'door.report';

export function WatchPage(): ReactElement {
  const t = useWords(watchArea);
  const { video: id } = useParams({ from: '/app/queries/v/$video' });
  const video = useQuery({
    queryKey: ['video', id],
    queryFn: () => valueOf(ask(`/v1/videos/${encodeURIComponent(id)}`, parseVideo)),
  });
  if (video.isError) return <NoVideo t={t} error={video.error} onRetry={() => video.refetch()} />;
  if (video.data === undefined) {
    return (
      <Page title={t('video')} heading={null} width="wide">
        <div className="watch">
          <div className="player bone" />
          <Bones lines={4} />
        </div>
      </Page>
    );
  }
  if (!isPlayable(video.data)) {
    return (
      <Page title={video.data.title} heading={null}>
        <Empty title={video.data.title} isPage>
          <p>{t('notHere')}</p>
          <p>{t('notHere.text')}</p>
          <Numbers video={video.data} />
        </Empty>
      </Page>
    );
  }
  return <Watch key={video.data.id} t={t} video={video.data} />;
}

function NoVideo({
  t,
  error,
  onRetry,
}: Readonly<{ t: WatchWords; error: Error; onRetry: () => unknown }>): ReactElement {
  const trouble = troubleOf(error);
  const status = trouble.kind === 'problem' ? trouble.problem.status : undefined;
  if (status !== 404 && status !== 410 && status !== 400) {
    return (
      <Page title={t('video')} width="narrow">
        <TroubleNote trouble={trouble} onRetry={onRetry} />
      </Page>
    );
  }
  const kind = status === 410 ? 'removed' : 'unknown';
  // Who hid it, and on what ground, is said by the server.
  const isHidden = trouble.kind === 'problem' && trouble.problem.code === 'video-hidden';
  return (
    <Page title={t(kind)} heading={null} width="narrow">
      <Empty title={t(kind)} isPage>
        <p>{isHidden ? troubleText(trouble, wordsNow(appArea)) : t(`${kind}.text`)}</p>
        <Link className="button" to="/">
          {t('toFeed')}
        </Link>
      </Empty>
    </Page>
  );
}

function Watch({ t, video }: Readonly<{ t: WatchWords; video: PlayableVideo }>): ReactElement {
  const me = useMe();
  const { from } = useSearch({ from: '/app/queries/v/$video' });
  const [opened, setOpened] = useState<Opened | undefined>(undefined);
  const isIn = me !== null && me !== undefined;
  const like = (): void => {
    if (isIn) void setLiked(video.id, !likedNow(video.id));
    else setOpened('door.like');
  };
  const close = (): void => {
    setOpened(undefined);
  };
  return (
    <Page title={video.title} heading={null} width="wide">
      <div className="watch">
        <WatchPlayer t={t} video={video} source={from ?? 'direct'} onLike={like} />
        <div className="watch-side">
          <h1 dir="auto">{video.title}</h1>
          <Creator
            t={t}
            video={video}
            onVisitor={() => {
              setOpened('door.follow');
            }}
          />
          <div className="watch-actions">
            <LikeButton t={t} video={video.id} onPress={like} />
            <span className="watch-views">
              <Views video={video.id} />
            </span>
            <Action
              icon="share"
              label={t('share')}
              onPress={() => {
                setOpened('share');
              }}
            />
            <Action
              icon="books"
              label={t('numbers')}
              onPress={() => {
                setOpened('numbers');
              }}
            />
            <Action
              icon="flag"
              label={t('report')}
              onPress={() => {
                setOpened(isIn ? 'report' : 'door.report');
              }}
            />
          </div>
          <About t={t} video={video} />
          <section className="watch-comments" aria-label={t('comments')}>
            <h2>{t('comments')}</h2>
            <Comments video={video} />
          </section>
        </div>
      </div>
      <Panels t={t} opened={opened} video={video} onClose={close} />
    </Page>
  );
}

type PanelsProps = Readonly<{
  t: WatchWords;
  opened: Opened | undefined;
  video: Video;
  onClose: () => void;
}>;

function Panels({ t, opened, video, onClose }: PanelsProps): ReactElement | null {
  switch (opened) {
    case undefined:
      return null;
    case 'share':
      return <SharePanel video={video} onClose={onClose} />;
    case 'numbers':
      return <NumbersPanel video={video.id} title={video.title} onClose={onClose} />;
    case 'report':
      return (
        <Suspense>
          <ReportDialog target={{ kind: 'video', id: video.id }} onClose={onClose} />
        </Suspense>
      );
    case 'door.like':
      return (
        <DoorDialog
          reason={t(opened)}
          // A like, not a toggle: they may have liked it before, and again changes nothing.
          onEntered={() => void setLiked(video.id, true)}
          onClose={onClose}
        />
      );
    case 'door.follow':
    case 'door.report':
      return <DoorDialog reason={t(opened)} onClose={onClose} />;
  }
}

function Creator({
  t,
  video,
  onVisitor,
}: Readonly<{ t: WatchWords; video: Video; onVisitor: () => void }>): ReactElement {
  const me = useMe();
  const { handle, displayName, avatar, creator } = video;
  const isFollowed = useFollowed(creator) === true;
  const name = (
    <>
      <Avatar name={displayName} src={avatar} />
      <span>
        <bdi>{displayName}</bdi>
        {handle !== undefined && (
          <small>
            <bdi>@{handle}</bdi>
          </small>
        )}
      </span>
    </>
  );
  const press = (): void => {
    if (me === null || me === undefined) {
      onVisitor();
      return;
    }
    void setFollowed(creator, !isFollowed).then((answer) => {
      if (answer.kind !== 'ok') toast(troubleText(answer, wordsNow(appArea)));
    });
  };
  return (
    <div className="watch-creator">
      {handle === undefined ? (
        <span className="watch-name">{name}</span>
      ) : (
        <Link className="watch-name" to="/@{$handle}" params={{ handle }}>
          {name}
        </Link>
      )}
      {handle !== undefined && me?.account !== creator && (
        <button
          className="button"
          data-kind={isFollowed ? undefined : 'main'}
          type="button"
          aria-pressed={isFollowed}
          onClick={press}
        >
          {t(isFollowed ? 'following' : 'follow')}
        </button>
      )}
    </div>
  );
}

function About({ t, video }: Readonly<{ t: WatchWords; video: Video }>): ReactElement {
  const { caption, tags, publishedAt } = video;
  return (
    <div className="watch-about">
      {caption !== '' && (
        <p className="watch-caption" dir="auto">
          {caption}
        </p>
      )}
      {tags.length > 0 && (
        <p className="row">
          {tags.map((tag) => (
            <a key={tag} href={`/search?q=${encodeURIComponent(`#${tag}`)}`}>
              <bdi>#{tag}</bdi>
            </a>
          ))}
        </p>
      )}
      {publishedAt !== undefined && (
        <p className="small soft">{t('published', { time: writeTime(publishedAt) })}</p>
      )}
    </div>
  );
}

function LikeButton({
  t,
  video,
  onPress,
}: Readonly<{ t: WatchWords; video: string; onPress: () => void }>): ReactElement {
  const { likes } = useVideoCounts(video);
  const { liked, pending } = useLiked(video);
  const text = useCountText(likes, 'likes');
  return (
    <button
      className="button watch-like"
      type="button"
      aria-pressed={liked}
      aria-label={t('like', { count: text.label })}
      data-pending={pending}
      onClick={onPress}
    >
      <Icon name="heart" />
      <Count count={likes} metric="likes" pending={pending === 'unsent'} hidden />
    </button>
  );
}

function Views({ video }: Readonly<{ video: string }>): ReactElement {
  const { views } = useVideoCounts(video);
  return (
    <>
      <Icon name="eye" />
      <Count count={views} metric="views" />
    </>
  );
}

/** The numbers of a video that is played elsewhere. */
function Numbers({ video }: Readonly<{ video: Video }>): ReactElement {
  const { likes } = useVideoCounts(video.id);
  return (
    <p className="row">
      <Icon name="heart" />
      <Count count={likes} metric="likes" />
      <Views video={video.id} />
    </p>
  );
}

function Action({
  icon,
  label,
  onPress,
}: Readonly<{ icon: IconName; label: string; onPress: () => void }>): ReactElement {
  return (
    <button
      className="button"
      data-kind="icon"
      type="button"
      aria-label={label}
      title={label}
      onClick={onPress}
    >
      <Icon name={icon} />
    </button>
  );
}
