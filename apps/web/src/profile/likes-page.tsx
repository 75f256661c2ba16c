// My likes, each with what has become of it: on this device, kept by the server, counted.

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { ask, troubleOf, valueOf } from '../app/ask.ts';
import { setLiked, useLiked, useVideoCounts } from '../app/engagement.ts';
import { useWords } from '../app/i18n.ts';
import { Bones, Page, TroubleNote } from '../app/page.tsx';
import { fieldsOf, textOf } from '../app/parse.ts';
import { useMe } from '../app/session.ts';
import { parseVideo } from '../app/video.ts';
import { appArea } from '../app/words.ts';
import { Count } from '../numbers/count.tsx';
import { Chip } from '../ui/chip.tsx';
import '../ui/forms.css';
import { Icon } from '../ui/icon.tsx';
import { withKept } from './kept-rows.ts';
import { NoLikes } from './liked-videos.tsx';
import { More } from './more.tsx';
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
      {me !== null && me !== undefined && <MyLikes key={me.account} t={t} />}
    </Page>
  );
}

/** A like that is still on this device joins the list when the server has it. */
const LIKES_EVERY_MS = 4_000;

function parseLiked(value: unknown): string | undefined {
  return textOf(fieldsOf(value)['video']);
}

function MyLikes({ t }: Readonly<{ t: ProfileWords }>): ReactElement {
  const liked = usePages('/v1/me/likes', parseLiked, { refetchEveryMs: LIKES_EVERY_MS });
  const items = itemsOf(liked);
  const [kept, setKept] = useState<readonly string[]>([]);
  if (liked.isPending) return <Bones lines={5} />;
  if (items === undefined) {
    return <TroubleNote trouble={troubleOf(liked.error)} onRetry={() => void liked.refetch()} />;
  }
  const rows = withKept(items, kept);
  if (rows.length === 0) return <NoLikes t={t} />;
  return (
    <>
      <ul className="likes">
        {rows.map((video) => (
          <LikeRow key={video} t={t} id={video} onPress={() => setKept(rows)} />
        ))}
      </ul>
      <More pages={liked} />
    </>
  );
}

type RowProps = Readonly<{ t: ProfileWords; id: string; onPress: () => void }>;

function LikeRow({ t, id, onPress }: RowProps): ReactElement {
  const video = useQuery({
    queryKey: ['video', id],
    queryFn: () => valueOf(ask(`/v1/videos/${encodeURIComponent(id)}`, parseVideo)),
    retry: false,
  });
  const liked = useLiked(id);
  const { likes } = useVideoCounts(id);
  const { data } = video;
  const title = video.isError ? t('like.gone') : (data?.title ?? '');
  const name = title === '' ? t('untitled') : title;
  // The list is of likes: until the server has been asked again, a video on it is liked.
  const isLiked = liked.known ? liked.liked : true;
  return (
    <li className="like-row" data-liked={isLiked}>
      <Link className="like-picture" to="/v/$video" params={{ video: id }} aria-label={name}>
        {data?.media?.poster !== undefined && (
          <img src={data.media.poster} alt="" loading="lazy" width="45" height="80" />
        )}
      </Link>
      <div className="like-words">
        <Link to="/v/$video" params={{ video: id }}>
          <bdi>{video.isPending ? '…' : name}</bdi>
        </Link>
        {data !== undefined && (
          <bdi className="small soft">{t('by', { name: data.displayName })}</bdi>
        )}
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
        aria-label={t(isLiked ? 'like.undo' : 'like.redo', { title: name })}
        onClick={() => {
          onPress();
          void setLiked(id, !isLiked);
        }}
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
