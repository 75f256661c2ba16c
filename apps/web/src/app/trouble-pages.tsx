// What is shown when there is no page, or when a page broke.

import type { ErrorComponentProps } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Notice } from '../ui/notice.tsx';
import { AppFrame } from './app-frame.tsx';
import { AppLink } from './app-link.tsx';
import { useWords } from './i18n.ts';
import { Page } from './page.tsx';
import { appArea } from './words.ts';

export function NotFoundPage(): ReactElement {
  const t = useWords(appArea);
  // No route has matched, so none has brought the frame.
  return (
    <AppFrame>
      <Page title={t('missing.title')} width="narrow">
        <p className="lead">{t('missing.text')}</p>
        <div>
          <AppLink className="button" to="/">
            {t('missing.home')}
          </AppLink>
        </div>
      </Page>
    </AppFrame>
  );
}

export function TroublePage({ error }: Pick<ErrorComponentProps, 'error'>): ReactElement {
  const t = useWords(appArea);
  return (
    <Page title={t('broke.title')} width="narrow">
      <Notice tone="bad">
        <p>{t('broke.text')}</p>
        <p className="mono">{error instanceof Error ? error.message : String(error)}</p>
      </Notice>
      <div>
        <button
          className="button"
          type="button"
          onClick={() => {
            // Code that could not be had once is only asked for again by a new document.
            location.reload();
          }}
        >
          {t('broke.again')}
        </button>
      </div>
    </Page>
  );
}
