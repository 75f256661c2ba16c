// One case: the thing itself, what happened, notes, and the decision with its reasons.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useId, useState } from 'react';
import type { ReactElement, SubmitEvent } from 'react';
import { ask, done, troubleOf, valueOf } from '../app/ask.ts';
import type { Trouble } from '../app/ask.ts';
import { writeTime } from '../app/formats.ts';
import type { ModerationView } from '../app/moderation-views.ts';
import { Bones, Empty, TroubleNote, TroubleText } from '../app/page.tsx';
import { parseVideo } from '../app/video.ts';
import { Icon } from '../ui/icon.tsx';
import { AppealDecisionForm, DecisionForm } from './decision-forms.tsx';
import { ThingLink } from './thing-link.tsx';
import { parseCase } from './wire.ts';
import type { Case, Entry } from './wire.ts';
import type { ModerationWords } from './words.ts';

const NOTE_CHARS_MAX = 1_000;

type CaseViewProps = Readonly<{
  t: ModerationWords;
  id: string;
  view: Exclude<ModerationView, 'audit'>;
}>;

export function CaseView({ t, id, view }: CaseViewProps): ReactElement {
  const queries = useQueryClient();
  const found = useQuery({
    queryKey: ['case', id],
    queryFn: () => valueOf(ask(`/v1/moderation/cases/${encodeURIComponent(id)}`, parseCase)),
    retry: false,
  });
  const changed = async (): Promise<void> => {
    await found.refetch();
    await queries.invalidateQueries({ queryKey: ['pages'] });
  };
  if (found.isPending) return <Bones lines={6} />;
  if (found.isError) {
    const trouble = troubleOf(found.error);
    const isMissing = trouble.kind === 'problem' && trouble.problem.status === 404;
    if (isMissing) return <Empty title={t('case.missing')} />;
    return <TroubleNote trouble={trouble} onRetry={() => void found.refetch()} />;
  }
  const { data } = found;
  return (
    <article className="stack" aria-label={t(`thing.${data.target.kind}`)}>
      <Link className="button case-back" to="/moderation" search={view === 'open' ? {} : { view }}>
        <Icon name="back" />
        {t('case.back')}
      </Link>
      <section className="card stack">
        <h2>{t('case.thing')}</h2>
        <ThingLink t={t} thing={data.target} />
        <ThingItself t={t} found={data} />
      </section>
      <section className="card stack">
        <h2>{t('case.story')}</h2>
        <Story t={t} found={data} />
        <NoteForm t={t} id={data.id} onDone={changed} />
      </section>
      {data.state === 'open' && <DecisionForm t={t} found={data} onDone={changed} />}
      {data.state === 'appealed' && <AppealDecisionForm t={t} found={data} onDone={changed} />}
    </article>
  );
}

function ThingItself({ t, found }: Readonly<{ t: ModerationWords; found: Case }>): ReactElement {
  const { target, text } = found;
  if (target.kind === 'video') return <VideoItself t={t} id={target.id} />;
  if (text === '') return <p className="soft">{t('case.gone')}</p>;
  return (
    <blockquote className="plain-text" dir="auto">
      {text}
    </blockquote>
  );
}

function VideoItself({ t, id }: Readonly<{ t: ModerationWords; id: string }>): ReactElement | null {
  const video = useQuery({
    queryKey: ['video', id],
    queryFn: () => valueOf(ask(`/v1/videos/${encodeURIComponent(id)}`, parseVideo)),
    retry: false,
  });
  if (video.isPending) return <Bones lines={2} />;
  if (video.data === undefined) return <p className="soft">{t('case.gone')}</p>;
  const { media, caption, captions } = video.data;
  return (
    <>
      {media !== undefined && (
        <video
          className="case-video"
          src={media.src}
          poster={media.poster}
          controls
          muted
          playsInline
          preload="none"
        >
          {captions.map(({ lang, label, src }) => (
            <track key={lang} kind="captions" srcLang={lang} label={label} src={src} />
          ))}
        </video>
      )}
      {caption !== '' && (
        <p className="plain-text" dir="auto">
          {caption}
        </p>
      )}
    </>
  );
}

function entryTitle(t: ModerationWords, { what, reason, action, outcome }: Entry): string {
  switch (what) {
    case 'report':
      return t('entry.report', { reason: reason === undefined ? '' : t(`reason.${reason}`) });
    case 'decision':
      return t('entry.decision', { action: action === undefined ? '' : t(`action.${action}`) });
    case 'appeal-decision':
      return t('entry.appeal-decision', {
        outcome: outcome === undefined ? '' : t(`case.${outcome}`),
      });
    case 'note':
    case 'appeal':
      return t(`entry.${what}`);
  }
}

function Story({ t, found }: Readonly<{ t: ModerationWords; found: Case }>): ReactElement {
  return (
    <ol className="story">
      {found.entries.map((entry) => (
        <li key={`${entry.at}${entry.what}${entry.text}`} data-what={entry.what}>
          <b>{entryTitle(t, entry)}</b>
          <span className="small soft">
            {writeTime(entry.at)}
            {entry.by !== undefined && (
              <>
                {' '}
                <bdi>{t('entry.by', { who: entry.by })}</bdi>
              </>
            )}
          </span>
          {entry.text !== '' && (
            <p className="plain-text" dir="auto">
              {entry.text}
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}

type NoteProps = Readonly<{ t: ModerationWords; id: string; onDone: () => Promise<void> }>;

function NoteForm({ t, id, onDone }: NoteProps): ReactElement {
  const field = useId();
  const [text, setText] = useState('');
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const add = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const path = `/v1/moderation/cases/${id}/notes`;
    const answer = await ask(path, done, { method: 'POST', body: { text: text.trim() } });
    setTrouble(answer.kind === 'ok' ? null : answer);
    if (answer.kind !== 'ok') return;
    setText('');
    await onDone();
  };
  return (
    <form className="stack" onSubmit={(event) => void add(event)}>
      <div className="field">
        <label htmlFor={field}>{t('case.note')}</label>
        <textarea
          id={field}
          dir="auto"
          rows={2}
          maxLength={NOTE_CHARS_MAX}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      {trouble !== null && (
        <p className="field-fault" role="alert">
          {t('case.failed')} <TroubleText trouble={trouble} />
        </p>
      )}
      <div>
        <button className="button" type="submit" disabled={text.trim() === ''}>
          {t('case.noteAdd')}
        </button>
      </div>
    </form>
  );
}
