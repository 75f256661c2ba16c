// The videos that a person likes: everybody's on a profile when they show them, and one's own with
// what has become of each like.

import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { troubleOf } from '../app/ask.ts';
import { Empty, TroubleNote } from '../app/page.tsx';
import { parseVideo } from '../app/video.ts';
import { More } from './more.tsx';
import { pathOfPerson } from './person.ts';
import type { Person } from './person.ts';
import { itemsOf, usePages } from './use-pages.ts';
import { GridBones, VideoGrid } from './video-grid.tsx';
import type { ProfileWords } from './words.ts';

type LikedProps = Readonly<{ t: ProfileWords; person: Person; isMe: boolean }>;

export function LikedVideos({ t, person, isMe }: LikedProps): ReactElement {
  const isShown = isMe || person.likesPublic;
  const liked = usePages(`${pathOfPerson(person.handle)}/likes`, parseVideo, isShown);
  const items = itemsOf(liked);
  if (!isShown) return <Empty title={t('liked.hidden')} />;
  if (liked.isPending) return <GridBones />;
  if (items === undefined) {
    const trouble = troubleOf(liked.error);
    const isHidden = trouble.kind === 'problem' && trouble.problem.code === 'likes-private';
    if (isHidden) return <Empty title={t('liked.hidden')} />;
    return <TroubleNote trouble={trouble} onRetry={() => void liked.refetch()} />;
  }
  return (
    <>
      {isMe && (
        <p className="small soft">{t(person.likesPublic ? 'liked.public' : 'liked.private')}</p>
      )}
      {items.length === 0 ? <NoLikes t={t} /> : <VideoGrid videos={items} withCreator />}
      <More pages={liked} />
    </>
  );
}

export function NoLikes({ t }: Readonly<{ t: ProfileWords }>): ReactElement {
  return (
    <Empty title={t('liked.none')}>
      <p>{t('liked.noneText')}</p>
      <Link className="button" to="/">
        {t('liked.home')}
      </Link>
    </Empty>
  );
}
