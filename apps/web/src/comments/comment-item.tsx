// One comment with what can be done to it.

import { useId, useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { AppLink } from '../app/app-link.tsx';
import { Avatar } from '../app/avatar.tsx';
import { writeAgo, writeTime } from '../app/formats.ts';
import { Count, useCountText } from '../numbers/count.tsx';
import { Icon } from '../ui/icon.tsx';
import type { Comment } from './comment.ts';
import type { CommentWords } from './words.ts';

export type ItemActions = Readonly<{
  like: (comment: Comment, isLiked: boolean) => void;
  reply: (comment: Comment) => void;
  remove: (comment: Comment) => void;
  pin: (comment: Comment, isPinned: boolean) => void;
  report: (comment: Comment) => void;
}>;

type ItemProps = Readonly<{
  t: CommentWords;
  comment: Comment;
  nowMs: number;
  /** The account that looks, if any. */
  mine: string | undefined;
  /** Whether who looks made the video. */
  isCreator: boolean;
  actions: ItemActions;
  children?: ReactNode;
}>;

export function CommentItem(props: ItemProps): ReactElement {
  const { t, comment, nowMs, children } = props;
  const { author, text, createdAt, state } = comment;
  if (state === 'deleted') {
    return (
      <li className="comment">
        <span className="comment-gone" aria-hidden="true" />
        <div className="comment-body">
          <p className="soft">{t('deleted')}</p>
          {children}
        </div>
      </li>
    );
  }
  const name = author?.displayName ?? t('someone');
  return (
    <li className="comment">
      <Avatar name={name} src={author?.avatar} size="s" />
      <div className="comment-body">
        <p className="comment-head small">
          {author === undefined ? (
            <strong>{name}</strong>
          ) : (
            <AppLink to={`/@${encodeURIComponent(author.handle)}`}>
              <bdi>{name}</bdi>
            </AppLink>
          )}
          {comment.isCreator && <span className="chip">{t('creator')}</span>}
          {comment.isPinned && (
            <span className="comment-pin">
              <Icon name="pin" />
              {t('pinned')}
            </span>
          )}
          {state === 'held' && (
            <span className="chip" data-tone="warn">
              {t('held.chip')}
            </span>
          )}
          <time className="soft" dateTime={createdAt} title={writeTime(createdAt)}>
            {writeAgo(createdAt, nowMs)}
          </time>
        </p>
        <p className="comment-text" dir="auto">
          {text}
        </p>
        <Actions {...props} name={name} />
        {children}
      </div>
    </li>
  );
}

function Actions({
  t,
  comment,
  mine,
  isCreator,
  actions,
  name,
}: ItemProps & Readonly<{ name: string }>): ReactElement {
  const likes = useCountText(comment.likes, 'likes');
  const isOwn = mine !== undefined && comment.author?.account === mine;
  const [isSure, setIsSure] = useState(false);
  const id = useId();
  return (
    <div className="comment-actions" role="group" aria-label={t('actions', { name })}>
      <button
        type="button"
        className="comment-like"
        aria-pressed={comment.isLiked}
        aria-label={t('like', { count: likes.label })}
        onClick={() => {
          actions.like(comment, !comment.isLiked);
        }}
      >
        <Icon name="heart" />
        <Count count={comment.likes} metric="likes" hidden />
      </button>
      {comment.state === 'published' && (
        <Press onPress={() => actions.reply(comment)}>{t('reply')}</Press>
      )}
      {isCreator && comment.parent === undefined && comment.state === 'published' && (
        <Press onPress={() => actions.pin(comment, !comment.isPinned)}>
          {t(comment.isPinned ? 'unpin' : 'pin')}
        </Press>
      )}
      {!isOwn && <Press onPress={() => actions.report(comment)}>{t('report')}</Press>}
      {(isOwn || isCreator) && !isSure && (
        <Press onPress={() => setIsSure(true)}>{t('delete')}</Press>
      )}
      {isSure && (
        <span className="comment-sure" role="group" aria-labelledby={id}>
          <span id={id}>{t('delete.sure')}</span>
          <Press onPress={() => actions.remove(comment)}>{t('delete')}</Press>
          <Press onPress={() => setIsSure(false)}>{t('delete.keep')}</Press>
        </span>
      )}
    </div>
  );
}

function Press({
  onPress,
  children,
}: Readonly<{ onPress: () => void; children: string }>): ReactElement {
  return (
    <button
      type="button"
      onClick={() => {
        onPress();
      }}
    >
      {children}
    </button>
  );
}
