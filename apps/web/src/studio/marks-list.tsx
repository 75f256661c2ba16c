// What happened in a period, in words: the marks of the chart as a list.

import type { ReactElement } from 'react';
import { useWords } from '../app/i18n.ts';
import { MarkShape } from './charts/mark-shape.tsx';
import type { Formats } from './formats.ts';
import { saidBy } from './said.ts';
import type { Mark } from './wire.ts';
import { studioArea } from './words.ts';
import type { StudioWords } from './words.ts';

/** A mark as one sentence. Of a hand-over the two balances, and who signed each. */
export function markText(mark: Mark, t: StudioWords, formats: Formats): string {
  const said = saidBy(mark, t, formats);
  const { closing, opening, operators } = mark;
  if (closing === undefined || opening === undefined || operators === undefined) return said;
  const balance = t('mark.balance', {
    closing: formats.value(closing, 'count'),
    opening: formats.value(opening, 'count'),
    source: operators.source,
    target: operators.target,
  });
  return `${said} ${balance} ${t(closing === opening ? 'mark.equal' : 'mark.differs')}`;
}

type MarksListProps = Readonly<{ marks: readonly Mark[]; formats: Formats }>;

export function MarksList({ marks, formats }: MarksListProps): ReactElement | null {
  const t = useWords(studioArea);
  if (marks.length === 0) return null;
  return (
    <section className="marks" aria-label={t('chart.marks')}>
      <h3>{t('chart.marks')}</h3>
      <ul>
        {marks.map((mark) => (
          <li key={`${mark.kind}${mark.at}${mark.text}`} data-kind={mark.kind}>
            <MarkShape kind={mark.kind} />
            <div>
              <strong>{t(`mark.${mark.kind}`)}</strong>{' '}
              <span className="soft small">{formats.time(Date.parse(mark.at))}</span>
              <p>
                {markText(mark, t, formats)}{' '}
                {mark.link !== undefined && <a href={mark.link}>{t('mark.more')}</a>}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
