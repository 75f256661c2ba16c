// Writing a comment. What is typed is kept on the device with every key, and sent under one name
// however often it is sent. Rules WB23, WB24.

import { useEffect, useId, useRef, useState } from 'react';
import type { ReactElement, SubmitEvent } from 'react';
import type { Trouble } from '../app/ask.ts';
import { wordsNow } from '../app/i18n.ts';
import { nameToBegin, publishProfile } from '../app/publish-profile.ts';
import { meSoon, useMe } from '../app/session.ts';
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

const ROWS_MAX = 6;

type Step = 'writing' | 'sending' | 'door' | 'profile';

export function CommentForm({ t, video, parent, onStopReply, onSent }: FormProps): ReactElement {
  const { draft, setDraft, step, setStep, fault, send } = useSending(t, video, parent, onSent);
  const id = useId();
  const over = charsOf(draft.text) - COMMENT_CHARS_MAX;
  const name = parent?.author?.displayName ?? t('someone');
  // The door has a form of its own, so it stands beside this one and not in it.
  return (
    <div className="comment-form">
      <form
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
        <label className="unseen" htmlFor={id}>
          {t('label')}
        </label>
        <div className="comment-line">
          <Box
            id={id}
            t={t}
            text={draft.text}
            isTooLong={over > 0}
            focusFor={parent?.id}
            onChange={(text) => {
              setDraft(withText(draft, text));
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
        <Said t={t} id={`${id}-said`} used={over + COMMENT_CHARS_MAX} fault={fault} />
      </form>
      {step === 'profile' && <ProfileNeeded t={t} onDone={() => void send()} />}
      {step === 'door' && (
        <DoorDialog
          reason={t('door.comment')}
          onEntered={() => void send()}
          onClose={() => {
            setStep((before) => (before === 'door' ? 'writing' : before));
          }}
        />
      )}
    </div>
  );
}

type BoxProps = Readonly<{
  id: string;
  t: CommentWords;
  text: string;
  isTooLong: boolean;
  /** Takes the focus when this changes to a comment. */
  focusFor: string | undefined;
  onChange: (text: string) => void;
}>;

function Box({ id, t, text, isTooLong, focusFor, onChange }: BoxProps): ReactElement {
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (focusFor !== undefined) box.current?.focus();
  }, [focusFor]);
  return (
    <textarea
      ref={box}
      id={id}
      value={text}
      rows={Math.min(ROWS_MAX, text.split('\n').length)}
      placeholder={t('write')}
      dir="auto"
      aria-describedby={`${id}-said`}
      aria-invalid={isTooLong}
      onChange={({ target }) => {
        onChange(target.value);
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
        event.currentTarget.form?.requestSubmit();
      }}
    />
  );
}

type SaidProps = Readonly<{ t: CommentWords; id: string; used: number; fault: string }>;

/** What is wrong, else how much of the room is used. */
function Said({ t, id, used, fault }: SaidProps): ReactElement {
  const over = used - COMMENT_CHARS_MAX;
  const wrong = over > 0 ? t('tooLong', { n: over }) : fault;
  return (
    <p id={id} className="small" role="status" data-tone={wrong === '' ? 'soft' : 'bad'}>
      {wrong === '' && used > 0 ? t('left', { used, max: COMMENT_CHARS_MAX }) : wrong}
    </p>
  );
}

function ProfileNeeded({
  t,
  onDone,
}: Readonly<{ t: CommentWords; onDone: () => void }>): ReactElement {
  const me = useMe();
  return (
    <div className="notice">
      <p>{t('profile.needed', { handle: me?.handle ?? '' })}</p>
      <div>
        <button
          className="button"
          data-kind="main"
          type="button"
          onClick={() => void publishKnown().then(onDone)}
        >
          {t('profile.publish')}
        </button>
      </div>
    </div>
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
    setStep('sending');
    // Somebody may be faster than the answer that says who they are.
    const me = await meSoon();
    if (me === null || me === undefined) {
      setStep('door');
      return;
    }
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
async function publishKnown(): Promise<void> {
  const answer = await publishProfile(nameToBegin());
  if (answer.kind !== 'ok') toast(troubleText(answer, wordsNow(appArea)));
}

/** Characters as people count them. */
function charsOf(text: string): number {
  return Array.from(text).length;
}
