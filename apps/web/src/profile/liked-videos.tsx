// The videos that a person likes, on their profile when they show them. One's own are at /likes.

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

type LikedProps = Readonly<{ t: ProfileWords; person: Person }>;

export function LikedVideos({ t, person }: LikedProps): ReactElement {
  const isShown = person.likesPublic;
  const liked = usePages(`${pathOfPerson(person.handle)}/likes`, parseVideo, { isWanted: isShown });
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
