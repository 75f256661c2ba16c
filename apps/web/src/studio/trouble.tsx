// What is said when numbers do not come: never a number, always what it means and what to do.

import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { troubleOf } from '../app/ask.ts';
import { useWords } from '../app/i18n.ts';
import { Empty } from '../app/page.tsx';
import { Notice } from '../ui/notice.tsx';
import { studioArea } from './words.ts';

type FailedProps = Readonly<{ error: unknown; onRetry: () => void }>;

export function Failed({ error, onRetry }: FailedProps): ReactElement {
  const t = useWords(studioArea);
  const trouble = troubleOf(error);
  const status = trouble.kind === 'problem' ? trouble.problem.status : undefined;
  if (status === 401) return <SignInFirst />;
  if (status === 403) return <Said title={t('forbidden.title')} text={t('forbidden.text')} />;
  if (status === 404 || status === 410) {
    return <Said title={t('missing.title')} text={t('missing.text')} />;
  }
  return (
    <Notice tone="bad">
      <strong>{t('failed.title')}</strong>
      <p>{t('failed.text')}</p>
      <div>
        <button className="button" type="button" onClick={onRetry}>
          {t('failed.again')}
        </button>
      </div>
    </Notice>
  );
}

function Said({ title, text }: Readonly<{ title: string; text: string }>): ReactElement {
  return (
    <Notice tone="warn">
      <strong>{title}</strong>
      <p>{text}</p>
    </Notice>
  );
}

export function SignInFirst(): ReactElement {
  const t = useWords(studioArea);
  return (
    <Empty title={t('signIn.title')}>
      <p>{t('signIn.text')}</p>
      <Link className="button" data-kind="main" to="/sign-in">
        {t('signIn.go')}
      </Link>
    </Empty>
  );
}
