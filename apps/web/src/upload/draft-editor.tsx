// Everything that is typed and chosen for one draft, usable while its bytes move.

import { useNavigate } from '@tanstack/react-router';
import { useEffect, useId, useRef, useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { ask } from '../app/ask.ts';
import type { Answer, Trouble } from '../app/ask.ts';
import { writeAgo, writeTime } from '../app/formats.ts';
import { fieldsOf, listOf, textOf } from '../app/parse.ts';
import { TroubleText } from '../app/page.tsx';
import { publishProfile } from '../app/publish-profile.ts';
import { sessionChanged } from '../app/session.ts';
import { toast } from '../ui/toast.tsx';
import { AudienceSection } from './audience-section.tsx';
import { CaptionsSection } from './captions/captions-section.tsx';
import { CoverChoice } from './cover-choice.tsx';
import { CreatorNameField, useCreatorName } from './creator-name.tsx';
import type { CreatorName } from './creator-name.tsx';
import {
  CAPTION_CHARS_MAX,
  charsIn,
  faultsBeforePublishing,
  TITLE_CHARS_MAX,
} from './draft-form.ts';
import type { DraftFields, FieldFault } from './draft-form.ts';
import type { Draft } from './draft-wire.ts';
import { liveUpload, pickedOf } from './live-uploads.ts';
import { TagsField } from './tags-field.tsx';
import { UploadStatus, useUpload } from './upload-status.tsx';
import { useDraftSaver } from './use-draft-saver.ts';
import type { DraftSaver } from './use-draft-saver.ts';
import { useObjectUrl } from './use-object-url.ts';
import type { UploadWords } from './words.ts';

type EditorProps = Readonly<{
  t: UploadWords;
  draft: Draft;
  onDraft: (draft: Draft) => void;
  /** Something of the draft changed on the server beyond its fields. */
  onChanged: () => void;
}>;

const AGE_EVERY_MS = 5_000;
const JUST_NOW_MS = 2_000;

export function DraftEditor({ t, draft, onDraft, onChanged }: EditorProps): ReactElement {
  const runner = liveUpload(draft);
  const upload = useUpload(runner);
  const saver = useDraftSaver(draft, onDraft);
  const { fields, change } = saver;
  const creator = useCreatorName(fields.visibility);
  const [faults, setFaults] = useState<readonly FieldFault[]>([]);
  const form = useRef<HTMLDivElement>(null);
  const file = 'file' in upload && upload.kind !== 'refused' ? upload.file : null;
  const own = useObjectUrl(file?.blob ?? null);
  const src = own ?? draft.src ?? undefined;
  const pick = async (chosen: File): Promise<void> => {
    runner.tell({ kind: 'pick', file: await pickedOf(chosen) });
  };
  const point = (found: readonly FieldFault[]): void => {
    setFaults(found);
    if (found[0] !== undefined) focusOn(form.current, found[0]);
  };
  return (
    <div className="draft-page" ref={form}>
      <div className="draft-form">
        <Part title={t('video.title')}>
          <div data-field="upload" tabIndex={-1}>
            <UploadStatus t={t} runner={runner} onFile={(chosen) => void pick(chosen)} />
          </div>
        </Part>
        <Part title={t('details.title')}>
          <Details {...{ t, fields, faults, change }} />
        </Part>
        <Part title={t('cover.title')} hint={t('cover.hint')}>
          <CoverChoice t={t} draft={draft} src={src} onSaved={onChanged} />
        </Part>
        <Part title={t('captions.title')} hint={t('captions.hint')}>
          <CaptionsSection t={t} draft={draft} src={src} onSaved={onChanged} />
        </Part>
        <Part title={t('audience.title')}>
          <AudienceSection
            t={t}
            fields={fields}
            isPast={faults.includes('schedule-past')}
            onChange={change}
          />
        </Part>
        {creator.name !== null && (
          <Part title={t('creator.title')} hint={t('creator.hint')}>
            <CreatorNameField {...{ t, creator, faults }} />
          </Part>
        )}
      </div>
      <aside className="draft-aside">
        <Preview t={t} draft={draft} src={src} title={fields.title} />
      </aside>
      <PublishBar
        {...{ t, draft, saver, creator, faults }}
        hasVideo={upload.kind === 'ready'}
        onFaults={point}
      />
    </div>
  );
}

/** Puts the cursor where something is missing. */
function focusOn(form: HTMLElement | null, fault: FieldFault): void {
  const place = form?.querySelector<HTMLElement>(`[data-field~="${fault}"]`);
  place?.focus();
  place?.scrollIntoView({ block: 'center' });
}

type PartProps = Readonly<{ title: string; hint?: string; children: ReactNode }>;

function Part({ title, hint, children }: PartProps): ReactElement {
  const id = useId();
  return (
    <section className="card draft-part" aria-labelledby={id}>
      <div>
        <h2 id={id}>{title}</h2>
        {hint !== undefined && <p className="small soft">{hint}</p>}
      </div>
      {children}
    </section>
  );
}

type DetailsProps = Readonly<{
  t: UploadWords;
  fields: DraftFields;
  faults: readonly FieldFault[];
  change: DraftSaver['change'];
}>;

function Details({ t, fields, faults, change }: DetailsProps): ReactElement {
  return (
    <>
      <TextField
        t={t}
        name="title"
        value={fields.title}
        faults={faults}
        onChange={(title) => change({ title })}
      />
      <TextField
        t={t}
        name="caption"
        value={fields.caption}
        faults={faults}
        onChange={(caption) => change({ caption })}
      />
      <TagsField t={t} tags={fields.tags} onChange={(tags) => change({ tags })} />
    </>
  );
}

type TextFieldProps = Readonly<{
  t: UploadWords;
  name: 'title' | 'caption';
  value: string;
  faults: readonly FieldFault[];
  onChange: (value: string) => void;
}>;

const CHARS_MAX = { title: TITLE_CHARS_MAX, caption: CAPTION_CHARS_MAX } as const;
const FAULTS = { title: ['title-missing', 'title-long'], caption: ['caption-long'] } as const;
/** The number of characters left is news only when it runs out. */
const LEFT_SHOWN = 40;

function TextField({ t, name, value, faults, onChange }: TextFieldProps): ReactElement {
  const id = useId();
  const left = CHARS_MAX[name] - charsIn(value);
  const isMissing = name === 'title' && faults.includes('title-missing') && value.trim() === '';
  const common = {
    id,
    value,
    dir: 'auto',
    'aria-describedby': `${id}-hint`,
    'aria-invalid': left < 0 || isMissing,
    'data-field': FAULTS[name].join(' '),
  } as const;
  return (
    <div className="field">
      <label htmlFor={id}>{t(`field.${name}`)}</label>
      {name === 'title' ? (
        <input {...common} onChange={(event) => onChange(event.target.value)} />
      ) : (
        <textarea {...common} rows={4} onChange={(event) => onChange(event.target.value)} />
      )}
      <p id={`${id}-hint`} className={left < 0 || isMissing ? 'field-fault' : 'small soft'}>
        {isMissing && t('publish.title-missing')}
        {!isMissing && left < 0 && t('field.over', { n: -left })}
        {!isMissing && left >= 0 && left <= LEFT_SHOWN && t('field.left', { n: left })}
        {!isMissing && left > LEFT_SHOWN && t(`field.${name}Hint`)}
      </p>
    </div>
  );
}

type PreviewProps = Readonly<{
  t: UploadWords;
  draft: Draft;
  src: string | undefined;
  title: string;
}>;

function Preview({ t, draft, src, title }: PreviewProps): ReactElement {
  const [broken, setBroken] = useState<string | null>(null);
  return (
    <figure className="preview">
      <div className="preview-frame">
        {src === undefined && <p className="soft">{t('preview.none')}</p>}
        {src !== undefined && broken === src && <p className="soft">{t('preview.cannot')}</p>}
        {src !== undefined && broken !== src && (
          <video
            key={src}
            src={src}
            poster={draft.poster ?? undefined}
            controls
            loop
            muted
            playsInline
            aria-label={t('preview.label')}
            onError={() => setBroken(src)}
          >
            {draft.captions.map(({ lang, label, src: words }) => (
              <track key={lang} kind="captions" srcLang={lang} label={label} src={words} />
            ))}
          </video>
        )}
      </div>
      {title !== '' && (
        <figcaption>
          <bdi>{title}</bdi>
        </figcaption>
      )}
    </figure>
  );
}

type PublishProps = Readonly<{
  t: UploadWords;
  draft: Draft;
  saver: DraftSaver;
  creator: CreatorName;
  hasVideo: boolean;
  faults: readonly FieldFault[];
  onFaults: (faults: readonly FieldFault[]) => void;
}>;

const SERVER_FAULTS: Readonly<Record<string, FieldFault>> = {
  title: 'title-missing',
  upload: 'upload',
  caption: 'caption-long',
  scheduledAt: 'schedule-past',
  profile: 'profile',
};

function PublishBar(props: PublishProps): ReactElement {
  const { t, draft, saver, creator, hasVideo, faults, onFaults } = props;
  const navigate = useNavigate();
  const [isBusy, setIsBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const { scheduledAt } = saver.fields;
  const { name } = creator;
  const publish = async (): Promise<void> => {
    setTrouble(null);
    const found = faultsBeforePublishing(saver.fields, { hasVideo, name }, Date.now());
    onFaults(found);
    if (found.length > 0) return;
    setIsBusy(true);
    const answer = (await saver.saveNow()) ? await publishAs(creator, draft.id) : null;
    setIsBusy(false);
    if (answer === null) return;
    if (answer.kind === 'ok') {
      if (scheduledAt !== null) {
        toast(t('publish.scheduled', { time: writeTime(scheduledAt) }));
        await navigate({ to: '/upload' });
        return;
      }
      toast(t('publish.done'));
      await navigate({ to: '/v/$video', params: { video: draft.video } });
      return;
    }
    const missing =
      answer.kind === 'problem' ? listOf(answer.problem.members['missing'], textOf) : undefined;
    if (missing === undefined) setTrouble(answer);
    else onFaults(missing.flatMap((one) => SERVER_FAULTS[one] ?? []));
    // The profile was removed elsewhere: asked again, this page knows to ask for the name.
    if (missing?.includes('profile') === true) void sessionChanged();
  };
  return (
    <div className="publish-bar">
      <div className="publish-words" role="status">
        <SavingText t={t} saver={saver} />
        {faults.length > 0 && (
          <p className="field-fault">
            {t('publish.missing')} {faults.map((fault) => t(`publish.${fault}`)).join(' ')}
          </p>
        )}
        {trouble !== null && (
          <p className="field-fault">
            <TroubleText trouble={trouble} /> {t('publish.failed')}
          </p>
        )}
      </div>
      <button
        className="button"
        data-kind="main"
        type="button"
        disabled={isBusy}
        onClick={() => void publish()}
      >
        {isBusy ? t('publishing') : t(scheduledAt === null ? 'publish' : 'schedule')}
      </button>
    </div>
  );
}

/** Publishes the draft, and before it the profile that it needs. */
async function publishAs(creator: CreatorName, draft: string): Promise<Answer<unknown>> {
  if (creator.name !== null) {
    const answer = await publishProfile(creator.name.trim());
    if (answer.kind !== 'ok') return answer;
    creator.forget();
  }
  return ask(`/v1/me/drafts/${draft}/publish`, fieldsOf, { method: 'POST' });
}

function SavingText({ t, saver }: Readonly<{ t: UploadWords; saver: DraftSaver }>): ReactElement {
  const { saving } = saver;
  const nowMs = useNow();
  switch (saving.kind) {
    case 'typing':
      return <p className="small soft">{t('save.typing')}</p>;
    case 'saving':
      return <p className="small soft">{t('save.saving')}</p>;
    case 'too-long':
      return <p className="field-fault">{t('save.unsaved', { why: t('save.tooLong') })}</p>;
    case 'saved': {
      const isNew = nowMs - saving.atMs < JUST_NOW_MS;
      const ago = writeAgo(Math.min(saving.atMs, nowMs), nowMs);
      return <p className="small soft">{isNew ? t('save.justNow') : t('save.saved', { ago })}</p>;
    }
    case 'unsaved':
      return (
        <p className="field-fault">
          {t('save.unsaved', { why: whyUnsaved(t, saving.trouble) })}{' '}
          <button className="link" type="button" onClick={() => void saver.saveNow()}>
            {t('save.now')}
          </button>
        </p>
      );
  }
}

function whyUnsaved(t: UploadWords, trouble: Trouble): string {
  if (trouble.kind === 'no-answer') return t('save.noAnswer');
  if (trouble.problem.status === 401) return t('save.signedOut');
  return trouble.problem.detail === '' ? trouble.problem.title : trouble.problem.detail;
}

function useNow(): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), AGE_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}
