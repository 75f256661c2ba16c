// One draft: its file, its words, and how it is published.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useCallback, useEffect } from 'react';
import type { ReactElement } from 'react';
import { ask, troubleOf, valueOf } from '../app/ask.ts';
import { useWords } from '../app/i18n.ts';
import { Bones, Empty, Page, TroubleNote } from '../app/page.tsx';
import { useMe } from '../app/session.ts';
import { Icon } from '../ui/icon.tsx';
import { DraftEditor } from './draft-editor.tsx';
import { parseDraft } from './draft-wire.ts';
import type { Draft } from './draft-wire.ts';
import { onDraft } from './live-uploads.ts';
import '../ui/forms.css';
import './upload.css';
import { SignInFirst } from './uploads-page.tsx';
import { uploadArea } from './words.ts';
import type { UploadWords } from './words.ts';

export function UploadPage(): ReactElement {
  const t = useWords(uploadArea);
  const me = useMe();
  const { draft: id } = useParams({ from: '/app/queries/upload/$draft' });
  return (
    <Page title={t('title')} width="wide" actions={<Back t={t} />}>
      {me === undefined && <Bones />}
      {me === null && <SignInFirst t={t} />}
      {me !== null && me !== undefined && <DraftById key={id} t={t} id={id} />}
    </Page>
  );
}

function Back({ t }: Readonly<{ t: UploadWords }>): ReactElement {
  return (
    <Link className="button" data-kind="quiet" to="/upload">
      <Icon name="back" />
      {t('back')}
    </Link>
  );
}

function DraftById({ t, id }: Readonly<{ t: UploadWords; id: string }>): ReactElement {
  const queries = useQueryClient();
  const draft = useQuery({
    queryKey: ['draft', id],
    queryFn: () => valueOf(ask(`/v1/me/drafts/${encodeURIComponent(id)}`, parseDraft)),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const learn = useCallback(
    (fresh: Draft): void => {
      queries.setQueryData(['draft', id], fresh);
    },
    [queries, id],
  );
  useEffect(() => onDraft(id, learn), [id, learn]);
  if (draft.isPending) return <Bones lines={6} />;
  if (draft.isError) {
    const trouble = troubleOf(draft.error);
    if (trouble.kind === 'problem' && [400, 404].includes(trouble.problem.status)) {
      return (
        <Empty title={t('missing.title')}>
          <p>{t('missing.text')}</p>
          <Link className="button" to="/upload">
            {t('back')}
          </Link>
        </Empty>
      );
    }
    return <TroubleNote trouble={trouble} onRetry={() => void draft.refetch()} />;
  }
  const { data } = draft;
  if (data.state === 'published' || data.state === 'removed') return <Done t={t} draft={data} />;
  return <DraftEditor t={t} draft={data} onDraft={learn} onChanged={() => void draft.refetch()} />;
}

function Done({ t, draft }: Readonly<{ t: UploadWords; draft: Draft }>): ReactElement {
  if (draft.state === 'removed') return <Empty title={t('done.removed')} />;
  return (
    <Empty title={t('done.published')}>
      <div className="row">
        <Link className="button" data-kind="main" to="/v/$video" params={{ video: draft.video }}>
          {t('done.watch')}
        </Link>
        <Link className="button" to="/studio/videos/$video" params={{ video: draft.video }}>
          {t('done.studio')}
        </Link>
      </div>
    </Empty>
  );
}
