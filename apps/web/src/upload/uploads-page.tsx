// Where an upload begins, and the drafts that are not finished.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { ask, done, troubleOf, valueOf } from '../app/ask.ts';
import type { Trouble } from '../app/ask.ts';
import { writeAgo, writePercent, writeTime } from '../app/formats.ts';
import { useWords } from '../app/i18n.ts';
import { Bones, Page, TroubleNote, TroubleText } from '../app/page.tsx';
import { listPageOf } from '../app/parse.ts';
import { useMe } from '../app/session.ts';
import { Dialog } from '../ui/dialog.tsx';
import { toast } from '../ui/toast.tsx';
import { parseDraft } from './draft-wire.ts';
import type { Draft } from './draft-wire.ts';
import { DropZone } from './drop-zone.tsx';
import { forgetUpload, liveUpload, pickedOf } from './live-uploads.ts';
import '../ui/forms.css';
import './upload.css';
import { uploadArea } from './words.ts';
import type { UploadWords } from './words.ts';

const DRAFTS_KEY = ['drafts'] as const;

export function UploadsPage(): ReactElement {
  const t = useWords(uploadArea);
  const me = useMe();
  return (
    <Page title={t('title')}>
      <p className="lead">{t('lead')}</p>
      {me === undefined && <Bones />}
      {me === null && <SignInFirst t={t} />}
      {me !== null && me !== undefined && (
        <>
          <Begin t={t} />
          <Drafts t={t} />
        </>
      )}
    </Page>
  );
}

export function SignInFirst({ t }: Readonly<{ t: UploadWords }>): ReactElement {
  return (
    <div className="card stack">
      <h2>{t('signIn.title')}</h2>
      <p className="soft">{t('signIn.text')}</p>
      <div>
        <Link className="button" data-kind="main" to="/sign-in" search={{ to: '/upload' }}>
          {t('signIn.do')}
        </Link>
      </div>
      <p className="small soft">{t('drop.limits')}</p>
    </div>
  );
}

/** Takes a file, makes a draft for it, and goes on at the draft while its bytes move. */
function Begin({ t }: Readonly<{ t: UploadWords }>): ReactElement {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [isBusy, setIsBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const begin = async (file: File): Promise<void> => {
    setIsBusy(true);
    setTrouble(null);
    const picked = await pickedOf(file);
    const answer = await ask('/v1/me/drafts', parseDraft, { method: 'POST', body: {} });
    setIsBusy(false);
    if (answer.kind !== 'ok') {
      setTrouble(answer);
      return;
    }
    const draft = answer.value;
    queries.setQueryData(['draft', draft.id], draft);
    liveUpload(draft).tell({ kind: 'pick', file: picked });
    await queries.invalidateQueries({ queryKey: DRAFTS_KEY, refetchType: 'none' });
    await navigate({ to: '/upload/$draft', params: { draft: draft.id } });
  };
  return (
    <>
      {trouble !== null && (
        <p className="field-fault" role="alert">
          {t('begin.failed')} <TroubleText trouble={trouble} />
        </p>
      )}
      <DropZone t={t} label={t('drop.pick')} isBusy={isBusy} onFile={(file) => void begin(file)} />
    </>
  );
}

function Drafts({ t }: Readonly<{ t: UploadWords }>): ReactElement {
  const drafts = useQuery({
    queryKey: DRAFTS_KEY,
    queryFn: () => valueOf(ask('/v1/me/drafts', listPageOf(parseDraft))),
    // What was changed on the draft's own page shows when one comes back.
    refetchOnMount: 'always',
  });
  const open = drafts.data?.items.filter(({ state }) => state === 'draft' || state === 'scheduled');
  return (
    <section className="stack" aria-labelledby="drafts-title">
      <h2 id="drafts-title">{t('drafts.title')}</h2>
      {drafts.isPending && <Bones />}
      {drafts.isError && (
        <TroubleNote trouble={troubleOf(drafts.error)} onRetry={() => void drafts.refetch()} />
      )}
      {open?.length === 0 && <p className="soft">{t('drafts.none')}</p>}
      {open !== undefined && open.length > 0 && (
        <ul className="drafts">
          {open.map((draft) => (
            <DraftRow key={draft.id} t={t} draft={draft} />
          ))}
        </ul>
      )}
    </section>
  );
}

function stateText(t: UploadWords, { state, fields, upload }: Draft): string {
  if (state === 'scheduled' && fields.scheduledAt !== null) {
    return t('state.scheduled', { time: writeTime(fields.scheduledAt) });
  }
  if (upload.state !== 'receiving') return t(`state.${upload.state}`);
  const part = upload.total === 0 ? 0 : upload.received / upload.total;
  return t('state.receiving', { part: writePercent(part) });
}

function DraftRow({ t, draft }: Readonly<{ t: UploadWords; draft: Draft }>): ReactElement {
  const [isAsked, setIsAsked] = useState(false);
  const [nowMs] = useState(() => Date.now());
  const title = draft.fields.title === '' ? t('drafts.untitled') : draft.fields.title;
  return (
    <li className="draft">
      <span className="draft-cover">
        {draft.poster !== null && <img src={draft.poster} alt="" />}
      </span>
      <span className="draft-words">
        <Link to="/upload/$draft" params={{ draft: draft.id }}>
          <bdi>{title}</bdi>
        </Link>
        <span className="small soft">
          {stateText(t, draft)}
          {' · '}
          {t('drafts.edited', { ago: writeAgo(draft.updatedAt, nowMs) })}
        </span>
      </span>
      <button
        className="button"
        data-kind="quiet"
        type="button"
        aria-label={t('drafts.deleteOne', { title })}
        onClick={() => setIsAsked(true)}
      >
        {t('drafts.delete')}
      </button>
      {isAsked && <DeleteDialog t={t} draft={draft} onClose={() => setIsAsked(false)} />}
    </li>
  );
}

type DeleteProps = Readonly<{ t: UploadWords; draft: Draft; onClose: () => void }>;

function DeleteDialog({ t, draft, onClose }: DeleteProps): ReactElement {
  const queries = useQueryClient();
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const remove = async (): Promise<void> => {
    const answer = await ask(`/v1/me/drafts/${draft.id}`, done, { method: 'DELETE' });
    if (answer.kind !== 'ok') {
      setTrouble(answer);
      return;
    }
    forgetUpload(draft.id);
    toast(t('drafts.deleted'));
    onClose();
    await queries.invalidateQueries({ queryKey: DRAFTS_KEY });
  };
  return (
    <Dialog title={t('drafts.deleteTitle')} onClose={onClose}>
      <p>{t('drafts.deleteText')}</p>
      {trouble !== null && (
        <p className="field-fault" role="alert">
          {t('drafts.failed')} <TroubleText trouble={trouble} />
        </p>
      )}
      <div className="row">
        <button className="button" data-kind="bad" type="button" onClick={() => void remove()}>
          {t('drafts.delete')}
        </button>
        <button className="button" type="button" onClick={onClose}>
          {t('drafts.keep')}
        </button>
      </div>
    </Dialog>
  );
}
