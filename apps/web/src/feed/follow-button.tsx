// A creator's picture, with the button that follows them.

import type { ReactElement } from 'react';
import { AppLink } from '../app/app-link.tsx';
import { Avatar } from '../app/avatar.tsx';
import { setFollowed, useFollowed } from '../app/follows.ts';
import { useWords, wordsNow } from '../app/i18n.ts';
import { useMe } from '../app/session.ts';
import { troubleText } from '../app/trouble-text.ts';
import type { Video } from '../app/video.ts';
import { appArea } from '../app/words.ts';
import { Icon } from '../ui/icon.tsx';
import { toast } from '../ui/toast.tsx';
import { feedArea } from './words.ts';

type FollowProps = Readonly<{ video: Video; onVisitor: (panel: 'sign-in') => void }>;

export function FollowButton({ video, onVisitor }: FollowProps): ReactElement {
  const t = useWords(feedArea);
  const me = useMe();
  const { creator, handle, displayName, avatar } = video;
  const isFollowed = useFollowed(creator) === true;
  const name = displayName;
  if (handle === undefined) return <Avatar name={name} src={avatar} />;
  return (
    <div className="clip-creator">
      <AppLink to={`/@${encodeURIComponent(handle)}`} aria-label={`@${handle}`}>
        <Avatar name={name} src={avatar} />
      </AppLink>
      {me?.account !== creator && (
        <button
          type="button"
          aria-pressed={isFollowed}
          aria-label={t(isFollowed ? 'following' : 'follow', { name })}
          title={t(isFollowed ? 'following' : 'follow', { name })}
          onClick={() => {
            if (me === null || me === undefined) onVisitor('sign-in');
            else void press(creator, !isFollowed);
          }}
        >
          <Icon name={isFollowed ? 'check' : 'plus'} />
        </button>
      )}
    </div>
  );
}

async function press(account: string, isFollowed: boolean): Promise<void> {
  const answer = await setFollowed(account, isFollowed);
  if (answer.kind !== 'ok') toast(troubleText(answer, wordsNow(appArea)));
}
