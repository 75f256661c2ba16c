// A person: who they are, their numbers, their videos.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { ask, troubleOf, valueOf } from '../app/ask.ts';
import { Avatar } from '../app/avatar.tsx';
import { setFollowed, useFollowed } from '../app/follows.ts';
import { writeDay } from '../app/formats.ts';
import { useWords, wordsNow } from '../app/i18n.ts';
import { Bones, Empty, Page, TroubleNote } from '../app/page.tsx';
import { useMe } from '../app/session.ts';
import type { Who } from '../app/session.ts';
import { troubleText } from '../app/trouble-text.ts';
import { parseVideo } from '../app/video.ts';
import { appArea } from '../app/words.ts';
import { ReportDialog } from '../moderation/report-dialog.tsx';
import '../ui/forms.css';
import { Icon } from '../ui/icon.tsx';
import { toast } from '../ui/toast.tsx';
import { EditProfile } from './edit-profile.tsx';
import { LikedVideos } from './liked-videos.tsx';
import { More } from './more.tsx';
import { parsePerson, pathOfPerson } from './person.ts';
import type { Person } from './person.ts';
import './profile.css';
import { ProfileTotals } from './profile-totals.tsx';
import { itemsOf, usePages } from './use-pages.ts';
import { GridBones, VideoGrid } from './video-grid.tsx';
import { profileArea } from './words.ts';
import type { ProfileWords } from './words.ts';

export function ProfilePage(): ReactElement {
  const t = useWords(profileArea);
  const { handle } = useParams({ from: '/app/queries/@{$handle}' });
  const person = useQuery({
    queryKey: ['person', handle],
    queryFn: () => valueOf(ask(pathOfPerson(handle), parsePerson)),
    retry: false,
  });
  const me = useMe();
  const title = t('title', { name: person.data?.displayName ?? `@${handle}` });
  const trouble = person.isError ? troubleOf(person.error) : undefined;
  const isMissing = trouble?.kind === 'problem' && [400, 404].includes(trouble.problem.status);
  return (
    <Page title={title} heading={isMissing ? `@${handle}` : null}>
      {person.isPending && <HeadBones />}
      {person.data !== undefined && <Profile key={handle} t={t} person={person.data} />}
      {isMissing && <Missing t={t} handle={handle} me={me} />}
      {trouble !== undefined && !isMissing && (
        <TroubleNote trouble={trouble} onRetry={() => void person.refetch()} />
      )}
    </Page>
  );
}

function HeadBones(): ReactElement {
  return (
    <>
      <div className="profile-head">
        <span className="profile-bone" />
        <Bones lines={2} />
      </div>
      <GridBones />
    </>
  );
}

type MissingProps = Readonly<{ t: ProfileWords; handle: string; me: Who }>;

function Missing({ t, handle, me }: MissingProps): ReactElement {
  const [isEdited, setIsEdited] = useState(false);
  if (me?.handle !== handle) {
    return (
      <Empty title={t('missing.title')}>
        <p>
          <bdi>{t('missing.text', { handle })}</bdi>
        </p>
      </Empty>
    );
  }
  return (
    <Empty title={t('unpublished.title')}>
      <p className="measure">{t('unpublished.text')}</p>
      <button className="button" data-kind="main" type="button" onClick={() => setIsEdited(true)}>
        {t('unpublished.do')}
      </button>
      {isEdited && <EditProfile t={t} me={me} person={null} onClose={() => setIsEdited(false)} />}
    </Empty>
  );
}

function Profile({ t, person }: Readonly<{ t: ProfileWords; person: Person }>): ReactElement {
  const me = useMe();
  const { tab } = useSearch({ from: '/app/queries/@{$handle}' });
  const isMe = me?.account === person.account;
  const videos = usePages(`${pathOfPerson(person.handle)}/videos`, parseVideo);
  return (
    <>
      <Head t={t} person={person} me={me} />
      <ProfileTotals t={t} person={person} videos={videos} />
      <nav className="tabs" aria-label={t('tabs')}>
        <Link
          to="/@{$handle}"
          params={{ handle: person.handle }}
          search={{}}
          activeOptions={{ exact: true }}
          aria-current={tab === undefined ? 'page' : undefined}
        >
          {t('tab.videos')}
        </Link>
        {isMe && <Link to="/likes">{t('tab.liked')}</Link>}
        {!isMe && (person.likesPublic || tab === 'liked') && (
          <Link
            to="/@{$handle}"
            params={{ handle: person.handle }}
            search={{ tab: 'liked' }}
            activeOptions={{ exact: true }}
            aria-current={tab === 'liked' ? 'page' : undefined}
          >
            {t('tab.liked')}
          </Link>
        )}
        {isMe && <Link to="/upload">{t('tab.drafts')}</Link>}
      </nav>
      {tab === 'liked' ? (
        <LikedVideos t={t} person={person} />
      ) : (
        <Videos t={t} videos={videos} isMe={isMe} />
      )}
    </>
  );
}

type HeadProps = Readonly<{ t: ProfileWords; person: Person; me: Who }>;

function Head({ t, person, me }: HeadProps): ReactElement {
  const [open, setOpen] = useState<'edit' | 'report' | null>(null);
  const isMe = me?.account === person.account;
  return (
    <header className="profile-head">
      <Avatar name={person.displayName} src={person.avatar} size="l" />
      <div className="profile-words">
        <h1>
          <bdi>{person.displayName}</bdi>
        </h1>
        <p className="soft">
          <bdi>@{person.handle}</bdi>
        </p>
        {person.bio !== '' && (
          <p className="profile-bio" dir="auto">
            {person.bio}
          </p>
        )}
        {person.since !== undefined && (
          <p className="small soft">{t('since', { day: writeDay(person.since) })}</p>
        )}
      </div>
      <div className="row profile-actions">
        {isMe && (
          <button className="button" type="button" onClick={() => setOpen('edit')}>
            {t('edit')}
          </button>
        )}
        {me !== undefined && !isMe && <Follow t={t} person={person} me={me} />}
        {me !== undefined && me !== null && !isMe && (
          <button
            className="button"
            data-kind="icon"
            type="button"
            aria-label={t('report')}
            title={t('report')}
            onClick={() => setOpen('report')}
          >
            <Icon name="flag" />
          </button>
        )}
      </div>
      {open === 'edit' && isMe && (
        <EditProfile t={t} me={me} person={person} onClose={() => setOpen(null)} />
      )}
      {open === 'report' && (
        <ReportDialog
          target={{ kind: 'person', id: person.account }}
          onClose={() => setOpen(null)}
        />
      )}
    </header>
  );
}

type FollowProps = Readonly<{ t: ProfileWords; person: Person; me: Exclude<Who, undefined> }>;

function Follow({ t, person, me }: FollowProps): ReactElement {
  const queries = useQueryClient();
  const isFollowed = useFollowed(person.account) === true;
  const press = async (): Promise<void> => {
    if (me === null) {
      toast(t('follow.signIn'));
      return;
    }
    const answer = await setFollowed(person.account, !isFollowed);
    if (answer.kind !== 'ok') toast(troubleText(answer, wordsNow(appArea)));
    else await queries.invalidateQueries({ queryKey: ['person', person.handle] });
  };
  return (
    <button
      className="button"
      data-kind={isFollowed ? undefined : 'main'}
      type="button"
      aria-pressed={isFollowed}
      onClick={() => void press()}
    >
      {isFollowed && <Icon name="check" />}
      {t(isFollowed ? 'following' : 'follow')}
    </button>
  );
}

type VideosProps = Readonly<{
  t: ProfileWords;
  videos: ReturnType<typeof usePages<NonNullable<ReturnType<typeof parseVideo>>>>;
  isMe: boolean;
}>;

function Videos({ t, videos, isMe }: VideosProps): ReactElement {
  const items = itemsOf(videos);
  if (videos.isPending) return <GridBones />;
  if (items === undefined) {
    return <TroubleNote trouble={troubleOf(videos.error)} onRetry={() => void videos.refetch()} />;
  }
  if (items.length === 0) {
    return (
      <Empty title={t(isMe ? 'videos.noneOwn' : 'videos.none')}>
        {isMe && (
          <>
            <p>{t('videos.noneOwnText')}</p>
            <Link className="button" data-kind="main" to="/upload">
              {t('videos.upload')}
            </Link>
          </>
        )}
      </Empty>
    );
  }
  return (
    <>
      <VideoGrid videos={items} />
      <More pages={videos} />
    </>
  );
}
