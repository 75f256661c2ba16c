// Writing a comment. What is typed is kept on the device with every key, and sent under one name
// however often it is sent. Rules WB23, WB24.

import { useEffect, useId, useRef, useState } from 'react';
import type { ReactElement, SubmitEvent } from 'react';
import { ask, done } from '../app/ask.ts';
import type { Trouble } from '../app/ask.ts';
import { wordsNow } from '../app/i18n.ts';
import { meNow, sessionChanged, useMe } from '../app/session.ts';
import { troubleText } from '../app/trouble-text.ts';
import { appArea } from '../app/words.ts';
import { DoorDialog } from '../sign-in/door-dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { toast } from '../ui/toast.tsx';
import { COMMENT_CHARS_MAX, sendComment } from './comment.ts';
import type { Comment } from './comment.ts';
import { deviceStorage, draftOf, keepDraft, NO_DRAFT, withText } from './comment-draft.ts';
import type { Draft } from './comment-draft.ts';
import type { CommentWords } from './words.ts';

type FormProps = Readonly<{
  t: CommentWords;
  video: string;
  /** The comment that is being replied to. */
  parent: Comment | undefined;
  onStopReply: () => void;
  onSent: (comment: Comment) => void;
}>;

type Step = 'writing' | 'sending' | 'door' | 'profile';

export function CommentForm({ t, video, parent, onStopReply, onSent }: FormProps): ReactElement {
  const { draft, setDraft, step, setStep, fault, send } = useSending(t, video, parent, onSent);
  const id = useId();
  const box = useRef<HTMLTextAreaElement>(null);
  const me = useMe();
  const used = charsOf(draft.text);
  const over = used - COMMENT_CHARS_MAX;
  const name = parent?.author?.displayName ?? t('someone');
  useEffect(() => {
    if (parent !== undefined) box.current?.focus();
  }, [parent]);
  return (
    <form
      className="comment-form"
      onSubmit={(event: SubmitEvent) => {
        event.preventDefault();
        void send();
      }}
    >
      {parent !== undefined && (
        <p className="comment-replying small">
          {t('writeReply', { name })}
          <button type="button" onClick={onStopReply} aria-label={t('stopReply')}>
            <Icon name="close" />
          </button>
        </p>
      )}
      <div className="comment-line">
        <label className="unseen" htmlFor={id}>
          {t('label')}
        </label>
        <textarea
          ref={box}
          id={id}
          value={draft.text}
          rows={Math.min(6, draft.text.split('\n').length)}
          placeholder={t('write')}
          dir="auto"
          aria-describedby={`${id}-said`}
          aria-invalid={over > 0}
          onChange={({ target }) => {
            setDraft(withText(draft, target.value));
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
              event.currentTarget.form?.requestSubmit();
            }
          }}
        />
        <button
          className="button"
          data-kind="main"
          type="submit"
          disabled={draft.text.trim() === '' || over > 0 || step === 'sending'}
        >
          {t(step === 'sending' ? 'sending' : 'send')}
        </button>
      </div>
      <p id={`${id}-said`} className="small" data-tone={over > 0 || fault !== '' ? 'bad' : 'soft'}>
        {over > 0 && t('tooLong', { n: over })}
        {over <= 0 && fault}
        {over <= 0 && fault === '' && used > 0 && (
          <span className="digits">{t('left', { used, max: COMMENT_CHARS_MAX })}</span>
        )}
      </p>
      {step === 'profile' && (
        <div className="notice">
          <p>{t('profile.needed', { handle: me?.handle ?? '' })}</p>
          <div>
            <button
              className="button"
              data-kind="main"
              type="button"
              onClick={() => void publishProfile().then(send)}
            >
              {t('profile.publish')}
            </button>
          </div>
        </div>
      )}
      {step === 'door' && (
        <DoorDialog
          reason={t('door.comment')}
          onEntered={() => void send()}
          onClose={() => {
            setStep('writing');
          }}
        />
      )}
    </form>
  );
}

function useSending(
  t: CommentWords,
  video: string,
  parent: Comment | undefined,
  onSent: (comment: Comment) => void,
) {
  const [draft, setKept] = useState<Draft>(() => draftOf(video, deviceStorage()));
  const [step, setStep] = useState<Step>('writing');
  const [fault, setFault] = useState('');
  const setDraft = (next: Draft): void => {
    setKept(next);
    setFault('');
    keepDraft(video, next, deviceStorage());
  };
  const send = async (): Promise<void> => {
    const me = meNow();
    if (me === null || me === undefined) {
      setStep('door');
      return;
    }
    setStep('sending');
    const to = parent?.id;
    // A reply that was a comment before is another one.
    const key = draft.parent === to ? draft.key : undefined;
    const named = { text: draft.text, parent: to, key: key ?? crypto.randomUUID() };
    setDraft(named);
    const answer = await sendComment(video, named);
    setStep('writing');
    if (answer.kind === 'ok') {
      setDraft(NO_DRAFT);
      onSent(answer.value);
      toast(t(answer.value.state === 'held' ? 'held' : 'sent'));
    } else if (isProfileNeeded(answer)) setStep('profile');
    else if (answer.kind === 'no-answer') setFault(t('notSent'));
    else setFault(troubleText(answer, wordsNow(appArea)));
  };
  return { draft, setDraft, step, setStep, fault, send };
}

function isProfileNeeded(trouble: Trouble): boolean {
  return trouble.kind === 'problem' && trouble.problem.code === 'no-profile';
}

/** A profile with what is known; the person changes it in the settings. */
async function publishProfile(): Promise<void> {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const me = meNow();
  const displayName = me?.displayName === '' ? me.handle : (me?.displayName ?? '');
  const body = { displayName, bio: me?.bio ?? '', likesPublic: false, timeZone };
  const answer = await ask('/v1/me/profile', done, { method: 'PUT', body });
  if (answer.kind === 'ok') await sessionChanged();
  else toast(troubleText(answer, wordsNow(appArea)));
}

/** Characters as people count them. */
function charsOf(text: string): number {
  return Array.from(text).length;
}
