// My likes, each with what has become of it: on this device, kept by the server, counted.

import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { troubleOf } from '../app/ask.ts';
import { setLiked, useLiked, useVideoCounts } from '../app/engagement.ts';
import { useWords } from '../app/i18n.ts';
import { Bones, Page, TroubleNote } from '../app/page.tsx';
import { useMe } from '../app/session.ts';
import type { Me } from '../app/session.ts';
import { parseVideo } from '../app/video.ts';
import type { Video } from '../app/video.ts';
import { appArea } from '../app/words.ts';
import { Count } from '../numbers/count.tsx';
import { Chip } from '../ui/chip.tsx';
import '../ui/forms.css';
import { Icon } from '../ui/icon.tsx';
import { NoLikes } from './liked-videos.tsx';
import { More } from './more.tsx';
import { pathOfPerson } from './person.ts';
import './profile.css';
import { itemsOf, usePages } from './use-pages.ts';
import { profileArea } from './words.ts';
import type { ProfileWords } from './words.ts';

export function LikesPage(): ReactElement {
  const t = useWords(profileArea);
  const a = useWords(appArea);
  const me = useMe();
  return (
    <Page title={t('likes.title')}>
      <p className="lead">{t('likes.lead')}</p>
      {me === undefined && <Bones lines={5} />}
      {me === null && (
        <div className="card stack">
          <h2>{t('likes.signIn')}</h2>
          <div>
            <Link className="button" data-kind="main" to="/sign-in" search={{ to: '/likes' }}>
              {a('nav.signIn')}
            </Link>
          </div>
        </div>
      )}
      {me !== null && me !== undefined && <MyLikes t={t} me={me} />}
    </Page>
  );
}

function MyLikes({ t, me }: Readonly<{ t: ProfileWords; me: Me }>): ReactElement {
  const liked = usePages(`${pathOfPerson(me.handle)}/likes`, parseVideo);
  const items = itemsOf(liked);
  if (liked.isPending) return <Bones lines={5} />;
  if (items === undefined) {
    return <TroubleNote trouble={troubleOf(liked.error)} onRetry={() => void liked.refetch()} />;
  }
  if (items.length === 0) return <NoLikes t={t} />;
  return (
    <>
      <ul className="likes">
        {items.map((video) => (
          <LikeRow key={video.id} t={t} video={video} />
        ))}
      </ul>
      <More pages={liked} />
    </>
  );
}

function LikeRow({ t, video }: Readonly<{ t: ProfileWords; video: Video }>): ReactElement {
  const liked = useLiked(video.id);
  const { likes } = useVideoCounts(video.id);
  const title = video.title === '' ? t('untitled') : video.title;
  // The list is of likes: until the server has been asked again, a video on it is liked.
  const isLiked = liked.known ? liked.liked : true;
  return (
    <li className="like-row" data-liked={isLiked}>
      <Link className="like-picture" to="/v/$video" params={{ video: video.id }} aria-label={title}>
        {video.media?.poster !== undefined && (
          <img src={video.media.poster} alt="" loading="lazy" width="45" height="80" />
        )}
      </Link>
      <div className="like-words">
        <Link to="/v/$video" params={{ video: video.id }}>
          <bdi>{title}</bdi>
        </Link>
        <bdi className="small soft">{t('by', { name: video.displayName })}</bdi>
        <span className="row">
          <LikeState t={t} isLiked={isLiked} pending={liked.pending} />
          <span className="small soft">
            <Count count={likes} metric="likes" pending={liked.pending !== 'no'} />
          </span>
        </span>
      </div>
      <button
        className="button like-press"
        data-kind="icon"
        type="button"
        aria-pressed={isLiked}
        aria-label={t(isLiked ? 'like.undo' : 'like.redo', { title })}
        onClick={() => void setLiked(video.id, !isLiked)}
      >
        <Icon name="heart" />
      </button>
    </li>
  );
}

type StateProps = Readonly<{
  t: ProfileWords;
  isLiked: boolean;
  pending: 'no' | 'unsent' | 'saved';
}>;

function LikeState({ t, isLiked, pending }: StateProps): ReactElement {
  if (pending !== 'no') return <Chip tone="warn">{t(`like.${pending}`)}</Chip>;
  return isLiked ? (
    <Chip tone="good">{t('like.counted')}</Chip>
  ) : (
    <Chip tone="idle">{t('like.taken')}</Chip>
  );
}
