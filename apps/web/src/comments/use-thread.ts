// The comments of a video, asked for and changed through the API.

import { useEffect, useState } from 'react';
import type { Answer, Trouble } from '../app/ask.ts';
import { wordsNow } from '../app/i18n.ts';
import { troubleText } from '../app/trouble-text.ts';
import { appArea } from '../app/words.ts';
import { toast } from '../ui/toast.tsx';
import {
  likeComment,
  pinComment,
  readComments,
  readHeld,
  readReplies,
  releaseComment,
  removeComment,
} from './comment.ts';
import type { Comment, Sort } from './comment.ts';
import { EMPTY_THREAD, withChange, withoutComment, withOwn, withPage, withPin } from './thread.ts';
import { withReplies } from './thread.ts';
import type { Thread } from './thread.ts';

export type ThreadState = Readonly<{
  thread: Thread;
  kind: 'loading' | 'ready' | 'failed';
  trouble: Trouble | undefined;
  held: readonly Comment[];
}>;

export type ThreadActions = Readonly<{
  more: () => void;
  retry: () => void;
  openReplies: (comment: Comment) => void;
  added: (comment: Comment) => void;
  like: (comment: Comment, isLiked: boolean) => void;
  remove: (comment: Comment) => void;
  pin: (comment: Comment, isPinned: boolean) => void;
  release: (comment: Comment) => void;
}>;

const LOADING: ThreadState = {
  thread: EMPTY_THREAD,
  kind: 'loading',
  trouble: undefined,
  held: [],
};

/** `whose` is the account that asks, because likes and held comments are theirs. */
export function useThread(
  video: string,
  sort: Sort,
  whose: string,
  isCreator: boolean,
): readonly [ThreadState, ThreadActions] {
  const [state, setState] = useState(LOADING);
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    let isGone = false;
    void readComments(video, sort, undefined).then((answer) => {
      if (isGone) return;
      if (answer.kind === 'ok') {
        const thread = withPage(EMPTY_THREAD, answer.value);
        setState((before) => ({ ...before, kind: 'ready', trouble: undefined, thread }));
      } else setState((before) => ({ ...before, kind: 'failed', trouble: answer }));
    });
    if (isCreator) {
      void readHeld(video).then((held) => {
        if (!isGone) setState((before) => ({ ...before, held }));
      });
    }
    return () => {
      isGone = true;
    };
  }, [video, sort, whose, isCreator, asked]);

  return [state, actionsOf(video, sort, state.thread, setState, () => setAsked((n) => n + 1))];
}

type SetState = (next: (before: ThreadState) => ThreadState) => void;

function actionsOf(
  video: string,
  sort: Sort,
  thread: Thread,
  setState: SetState,
  retry: () => void,
): ThreadActions {
  const change = (next: (before: Thread) => Thread): void => {
    setState((before) => ({ ...before, thread: next(before.thread) }));
  };
  /** The number is the server's, also after what was done here. */
  const readCount = (): void => {
    void readComments(video, sort, undefined).then((answer) => {
      if (answer.kind === 'ok') change((before) => ({ ...before, count: answer.value.count }));
    });
  };
  return {
    retry,
    more: () => {
      void readComments(video, sort, thread.next).then((answer) => {
        if (answer.kind === 'ok') change((before) => withPage(before, answer.value));
        else say(answer);
      });
    },
    openReplies: ({ id }) => {
      void readReplies(id, thread.replies.get(id)?.next).then((answer) => {
        if (answer.kind === 'ok') change((before) => withReplies(before, id, answer.value));
        else say(answer);
      });
    },
    added: (comment) => {
      change((before) => withOwn(before, comment));
      readCount();
    },
    like: ({ id }, isLiked) => {
      change((before) => withChange(before, id, { isLiked }));
      void likeComment(id, isLiked).then((answer) => {
        const known = answer.kind === 'ok' ? { likes: answer.value } : { isLiked: !isLiked };
        change((before) => withChange(before, id, known));
        if (answer.kind !== 'ok') say(answer);
      });
    },
    remove: ({ id }) => {
      void after(removeComment(id), () => {
        change((before) => withoutComment(before, id));
        setState((before) => ({ ...before, held: before.held.filter((one) => one.id !== id) }));
        readCount();
      });
    },
    pin: ({ id }, isPinned) => {
      void after(pinComment(id, isPinned), () => {
        change((before) => withPin(before, id, isPinned));
      });
    },
    release: (comment) => {
      void after(releaseComment(comment.id), () => {
        setState((before) => ({
          ...before,
          held: before.held.filter(({ id }) => id !== comment.id),
          thread: withOwn(before.thread, { ...comment, state: 'published' }),
        }));
        readCount();
      });
    },
  };
}

async function after(answer: Promise<Answer<true>>, run: () => void): Promise<void> {
  const ended = await answer;
  if (ended.kind === 'ok') run();
  else say(ended);
}

function say(trouble: Trouble): void {
  toast(troubleText(trouble, wordsNow(appArea)));
}
