import type { ReactElement } from 'react';
import { useWords } from '../app/i18n.ts';
import type { Pages } from './use-pages.ts';
import { profileArea } from './words.ts';

/** The button to the next page of a list; nothing when there is none. */
export function More<T>({ pages }: Readonly<{ pages: Pages<T> }>): ReactElement | null {
  const t = useWords(profileArea);
  if (!pages.hasNextPage) return null;
  return (
    <div className="row">
      <button
        className="button"
        type="button"
        disabled={pages.isFetchingNextPage}
        onClick={() => void pages.fetchNextPage()}
      >
        {t('more')}
      </button>
      {pages.isFetchNextPageError && <span className="field-fault">{t('more.failed')}</span>}
    </div>
  );
}
