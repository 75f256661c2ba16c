// Corrections of a video's counts: how much, why, and when.

import type { ReactElement } from 'react';
import { useWords } from '../app/i18n.ts';
import { countryName } from './country-name.ts';
import { UNKNOWN } from './formats.ts';
import type { Formats } from './formats.ts';
import type { LedgerCorrection } from './ledger.ts';
import { studioArea } from './words.ts';

const REASONS = ['fraud', 'rule', 'erasure', 'bug', 'import'] as const;

type CorrectionsTableProps = Readonly<{
  corrections: readonly LedgerCorrection[];
  formats: Formats;
}>;

export function CorrectionsTable({ corrections, formats }: CorrectionsTableProps): ReactElement {
  const t = useWords(studioArea);
  if (corrections.length === 0) return <p className="soft">{t('why.corrections.none')}</p>;
  return (
    <div
      className="table-wrap"
      tabIndex={0}
      role="region"
      aria-label={t('why.corrections.caption')}
    >
      <table className="table">
        <caption className="unseen">{t('why.corrections.caption')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('chart.time')}</th>
            <th scope="col">{t('why.metric')}</th>
            <th scope="col" className="number">
              {t('why.delta')}
            </th>
            <th scope="col">{t('why.reason')}</th>
            <th scope="col">{t('country')}</th>
          </tr>
        </thead>
        <tbody>
          {corrections.map(({ at, jurisdiction, metric, delta, reason, note }, index) => {
            const known = REASONS.find((each) => each === reason);
            return (
              // The list only grows at one end, and rows have no name of their own.
              <tr key={`${at} ${metric} ${delta} ${index}`}>
                <th scope="row">{at === null ? UNKNOWN : formats.time(Date.parse(at))}</th>
                <td>{metric === 'likes' ? t('metric.likes') : t('metric.views')}</td>
                <td className="number">{formats.delta(delta)}</td>
                <td>
                  {known === undefined ? reason : t(`reason.${known}`)}
                  {note !== '' && <bdi className="soft small under">{note}</bdi>}
                </td>
                <td>{jurisdiction === null ? UNKNOWN : countryName(jurisdiction, t)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
