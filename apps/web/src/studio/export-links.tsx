import { useId } from 'react';
import type { ReactElement } from 'react';
import { useWords } from '../app/i18n.ts';
import { exportPath } from './asks.ts';
import type { ExportAsk } from './asks.ts';
import { studioArea } from './words.ts';

type ExportLinksProps = Pick<ExportAsk, 'what' | 'params'>;

const FORMATS = ['csv', 'json'] as const;

/** What is shown, as files. */
export function ExportLinks({ what, params }: ExportLinksProps): ReactElement {
  const t = useWords(studioArea);
  const id = useId();
  return (
    <div className="export small">
      <span id={id}>{t('export.label')}</span>
      <ul aria-labelledby={id}>
        {FORMATS.map((format) => (
          <li key={format}>
            <a href={exportPath({ what, format, params })} download>
              {t(`export.${format}`)}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
