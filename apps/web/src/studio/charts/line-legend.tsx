import type { ReactElement, ReactNode } from 'react';
import { useWords } from '../../app/i18n.ts';
import { studioArea } from '../words.ts';
import type { Bucket } from './buckets.ts';
import { HATCH } from './hatch.tsx';

type LineLegendProps = Readonly<{
  title: string;
  buckets: readonly Bucket[];
  isCompared: boolean;
}>;

/** What the strokes mean; only of those that are there. */
export function LineLegend({ title, buckets, isCompared }: LineLegendProps): ReactElement {
  const t = useWords(studioArea);
  const has = (kind: Bucket['kind']): boolean => buckets.some((bucket) => bucket.kind === kind);
  return (
    <ul className="legend small">
      <li>
        <Sample>
          <path className="stroke" data-kind="settled" d="M1 6h26" />
        </Sample>
        {title}
      </li>
      {isCompared && (
        <li>
          <Sample>
            <path className="stroke" data-kind="compared" d="M1 6h26" />
          </Sample>
          {t('chart.before')}
        </li>
      )}
      {has('unfinished') && (
        <li>
          <Sample>
            <path className="stroke" data-kind="unfinished" d="M1 6h18" />
            <circle className="dot" data-kind="hollow" cx="23" cy="6" r="4" />
          </Sample>
          {t('chart.unfinished')}
        </li>
      )}
      {has('gap') && (
        <li>
          <Sample>
            <rect className="gap-band" fill={HATCH} x="1" y="1" width="26" height="10" />
          </Sample>
          {t('chart.gap')}
        </li>
      )}
    </ul>
  );
}

function Sample({ children }: Readonly<{ children: ReactNode }>): ReactElement {
  return (
    <svg viewBox="0 0 28 12" width="28" height="12" aria-hidden="true">
      {children}
    </svg>
  );
}
