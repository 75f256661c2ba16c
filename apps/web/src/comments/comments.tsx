// The comments of a video: their order, the list with its replies, and writing. Rules WB22-WB26.

import { lazy, Suspense, useState } from 'react';
import type { ReactElement } from 'react';
import { useWords } from '../app/i18n.ts';
import { Bones, TroubleNote } from '../app/page.tsx';
import { useMe } from '../app/session.ts';
import type { Video } from '../app/video.ts';
import type { Count as CountValue } from '../numbers/count.ts';
import { Count } from '../numbers/count.tsx';
import { DoorDialog } from '../sign-in/door-dialog.tsx';
import type { Comment, Sort } from './comment.ts';
import { CommentForm } from './comment-form.tsx';
import { CommentItem } from './comment-item.tsx';
import type { ItemActions } from './comment-item.tsx';
import './comments.css';
import { useThread } from './use-thread.ts';
import type { ThreadActions, ThreadState } from './use-thread.ts';
import { commentsArea } from './words.ts';
import type { CommentWords } from './words.ts';

const SORTS: readonly Sort[] = ['top', 'newest'];

const ReportDialog = lazy(async () => {
  const reporting = await import('../moderation/report-dialog.tsx');
  return { default: reporting.ReportDialog };
});

type CommentsProps = Readonly<{ video: Pick<Video, 'id' | 'creator' | 'commentsOff'> }>;

export function Comments({ video }: CommentsProps): ReactElement {
  const t = useWords(commentsArea);
  const me = useMe();
  const mine = me?.account;
  const isCreator = mine !== undefined && mine === video.creator;
  const [sort, setSort] = useState<Sort>('top');
  const [state, thread] = useThread(video.id, sort, mine ?? '', isCreator);
  const [parent, setParent] = useState<Comment | undefined>(undefined);
  const [opened, setOpened] = useState<Readonly<{ report?: Comment; door?: true }>>({});
  const [nowMs] = useState(() => Date.now());
  const actions: ItemActions = {
    ...thread,
    reply: setParent,
    like: (comment, isLiked) => {
      if (mine === undefined) setOpened({ door: true });
      else thread.like(comment, isLiked);
    },
    report: (comment) => {
      setOpened(mine === undefined ? { door: true } : { report: comment });
    },
  };
  const close = (): void => {
    setOpened({});
  };
  const shown = { t, nowMs, mine, isCreator, actions };
  return (
    <div className="comments">
      <Head t={t} count={state.thread.count} sort={sort} onSort={setSort} />
      <div className="comments-list">
        <Held {...shown} state={state} thread={thread} />
        <List {...shown} state={state} thread={thread} isOff={video.commentsOff} />
      </div>
      {video.commentsOff ? (
        <p className="comment-form soft">{t('off')}</p>
      ) : (
        <CommentForm
          t={t}
          video={video.id}
          parent={parent}
          onStopReply={() => {
            setParent(undefined);
          }}
          onSent={(comment) => {
            setParent(undefined);
            thread.added(comment);
          }}
        />
      )}
      {opened.door === true && <DoorDialog reason={t('door.like')} onClose={close} />}
      {opened.report !== undefined && (
        <Suspense>
          <ReportDialog target={{ kind: 'comment', id: opened.report.id }} onClose={close} />
        </Suspense>
      )}
    </div>
  );
}

type HeadProps = Readonly<{
  t: CommentWords;
  count: CountValue;
  sort: Sort;
  onSort: (sort: Sort) => void;
}>;

function Head({ t, count, sort, onSort }: HeadProps): ReactElement {
  return (
    <div className="comments-head">
      <Count count={count} metric="comments" />
      <div className="comments-sort" role="group" aria-label={t('sort')}>
        {SORTS.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={one === sort}
            onClick={() => {
              onSort(one);
            }}
          >
            {t(one)}
          </button>
        ))}
      </div>
    </div>
  );
}

type ListProps = Readonly<{
  t: CommentWords;
  nowMs: number;
  mine: string | undefined;
  isCreator: boolean;
  actions: ItemActions;
  state: ThreadState;
  thread: ThreadActions;
}>;

function List({
  state,
  thread,
  isOff,
  ...shown
}: ListProps & Readonly<{ isOff: boolean }>): ReactElement {
  const { t } = shown;
  const { kind, trouble } = state;
  if (trouble !== undefined) return <TroubleNote trouble={trouble} onRetry={thread.retry} />;
  if (kind === 'loading') return <Bones lines={5} />;
  if (state.thread.comments.length === 0) {
    return (
      <div className="empty">
        <h3>{t('none')}</h3>
        {!isOff && <p>{t('none.text')}</p>}
      </div>
    );
  }
  return (
    <>
      <ul className="comment-list">
        {state.thread.comments.map((comment) => (
          <CommentItem key={comment.id} {...shown} comment={comment}>
            <Replies {...shown} state={state} thread={thread} comment={comment} />
          </CommentItem>
        ))}
      </ul>
      {state.thread.next !== undefined && (
        <button className="button" type="button" onClick={thread.more}>
          {t('more')}
        </button>
      )}
    </>
  );
}

function Replies({
  state,
  thread,
  comment,
  ...shown
}: ListProps & Readonly<{ comment: Comment }>): ReactElement | null {
  const { t } = shown;
  const [isOpen, setIsOpen] = useState(false);
  const replies = state.thread.replies.get(comment.id);
  const size = comment.repliesSize;
  // An own reply shows at once, also while the others are closed.
  if (size === 0 && replies === undefined) return null;
  const isShown = isOpen || replies !== undefined;
  return (
    <>
      {isShown && replies !== undefined && (
        <ul className="comment-list">
          {replies.items.map((reply) => (
            <CommentItem
              key={reply.id}
              {...shown}
              comment={reply}
              actions={{
                ...shown.actions,
                // One level deep: a reply to a reply stands in the same thread.
                reply: () => {
                  shown.actions.reply({ ...reply, id: comment.id });
                },
              }}
            />
          ))}
        </ul>
      )}
      {(replies === undefined || replies.next !== undefined) && (
        <button
          className="comment-more"
          type="button"
          onClick={() => {
            setIsOpen(true);
            thread.openReplies(comment);
          }}
        >
          {replies === undefined ? t('replies', { n: size }) : t('moreReplies')}
        </button>
      )}
    </>
  );
}

/** What waits for the creator, above everything else. */
function Held({ state, thread, ...shown }: ListProps): ReactElement | null {
  const { t } = shown;
  if (state.held.length === 0) return null;
  return (
    <section className="comments-held" aria-label={t('waiting', { n: state.held.length })}>
      <h3>{t('waiting', { n: state.held.length })}</h3>
      <ul className="comment-list">
        {state.held.map((comment) => (
          <CommentItem key={comment.id} {...shown} comment={comment}>
            <div>
              <button
                className="button"
                type="button"
                onClick={() => {
                  thread.release(comment);
                }}
              >
                {t('release')}
              </button>
            </div>
          </CommentItem>
        ))}
      </ul>
    </section>
  );
}
