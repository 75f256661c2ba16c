// "Why this number": received = counted + each class, for everybody to add up.

import { Fragment } from 'react';
import type { ReactElement } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useWords } from '../app/i18n.ts';
import { Bones } from '../app/page.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Mark } from '../ui/chip.tsx';
import { askLedger } from './asks.ts';
import { CorrectionsTable } from './corrections-table.tsx';
import { countryName } from './country-name.ts';
import { UNKNOWN } from './formats.ts';
import type { Formats } from './formats.ts';
import { CLASSES, kindSum, ledgerSum, OP_KINDS } from './ledger.ts';
import type { Ledger, LedgerSum } from './ledger.ts';
import { Failed } from './trouble.tsx';
import type { Studio } from './use-studio.ts';
import { studioArea } from './words.ts';

type LedgerDrawerProps = Readonly<{ studio: Studio; video: string; onClose: () => void }>;

export function LedgerDrawer({ studio, video, onClose }: LedgerDrawerProps): ReactElement {
  const t = useWords(studioArea);
  const { formats } = studio;
  const { data, error, refetch } = useQuery(askLedger(video));
  return (
    <Dialog title={t('why.title')} kind="sheet" onClose={onClose}>
      <div className="ledger">
        <p className="soft">{t('why.lead')}</p>
        {data === undefined && error === null && <Bones lines={8} />}
        {data === undefined && error !== null && (
          <Failed error={error} onRetry={() => void refetch()} />
        )}
        {data !== undefined && <Books ledger={data} formats={formats} />}
      </div>
    </Dialog>
  );
}

type BooksProps = Readonly<{ ledger: Ledger; formats: Formats }>;

function Books({ ledger, formats }: BooksProps): ReactElement {
  const t = useWords(studioArea);
  const sum = ledgerSum(ledger);
  const { received, shown, asOf, corrections } = ledger;
  const written = (value: number | null): string => formats.value(value, 'count');
  return (
    <>
      <p className="balance" data-tone={sum.balanced ? 'good' : 'bad'} role="status">
        <Mark tone={sum.balanced ? 'good' : 'bad'} />
        {t(sum.balanced ? 'why.balanced' : 'why.unbalanced', { n: received, sum: sum.sum })}
      </p>
      <ClassesTable ledger={ledger} sum={sum} formats={formats} />
      <p>
        {t('why.shown', { likes: written(shown.likes), views: written(shown.views) })}{' '}
        {asOf !== null && t('asOf', { at: formats.time(Date.parse(asOf)) })}
      </p>
      <h3>{t('why.cells')}</h3>
      <CellsTable {...{ ledger, formats }} />
      <h3>{t('why.corrections')}</h3>
      <CorrectionsTable {...{ corrections, formats }} />
    </>
  );
}

type ClassesTableProps = BooksProps & Readonly<{ sum: LedgerSum }>;

function ClassesTable({ ledger, sum, formats }: ClassesTableProps): ReactElement {
  const t = useWords(studioArea);
  const hasKinds = Object.keys(ledger.perKind).length > 0;
  const kinds = hasKinds ? OP_KINDS : [];
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={t('why.caption')}>
      <table className="table ledger-table">
        <caption className="unseen">{t('why.caption')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('why.class')}</th>
            {kinds.map((kind) => (
              <th key={kind} scope="col" className="number">
                {t(`why.${kind}`)}
              </th>
            ))}
            <th scope="col" className="number">
              {t('why.all')}
            </th>
          </tr>
        </thead>
        <tbody>
          {sum.rows.map(({ name, all, perKind }) => {
            const known = CLASSES.find((each) => each === name);
            return (
              <Fragment key={name}>
                <tr data-class={name}>
                  <th scope="row">{known === undefined ? name : t(`class.${known}`)}</th>
                  {kinds.map((kind) => (
                    <td key={kind} className="number">
                      {formats.value(perKind[kind], 'count')}
                    </td>
                  ))}
                  <td className="number">{formats.value(all, 'count')}</td>
                </tr>
                <tr>
                  <td colSpan={kinds.length + 2} className="soft small">
                    {known !== undefined && t(`class.${known}.why`)}
                  </td>
                </tr>
              </Fragment>
            );
          })}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t('why.sum')}</th>
            {kinds.map((kind) => (
              <td key={kind} className="number">
                {formats.value(kindSum(sum.rows, kind), 'count')}
              </td>
            ))}
            <td className="number">{formats.value(sum.sum, 'count')}</td>
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function CellsTable({ ledger, formats }: BooksProps): ReactElement {
  const t = useWords(studioArea);
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={t('why.cells.caption')}>
      <table className="table">
        <caption className="unseen">{t('why.cells.caption')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('country')}</th>
            <th scope="col" className="number">
              {t('metric.likes')}
            </th>
            <th scope="col" className="number">
              {t('metric.views')}
            </th>
            <th scope="col">{t('why.position')}</th>
            <th scope="col">{t('why.asOf')}</th>
          </tr>
        </thead>
        <tbody>
          {ledger.cells.map(({ jurisdiction, likes, views, asOf, epoch, seq, balance }) => (
            <tr key={jurisdiction}>
              <th scope="row">
                {countryName(jurisdiction, t)}
                <span className="small under">
                  <a href={`/trust/${encodeURIComponent(jurisdiction)}`}>
                    {t('why.trust', { country: countryName(jurisdiction, t) })}
                  </a>
                </span>
                {balance !== null && (
                  <span className="small under">
                    <a href={balance}>{t('why.balance')}</a>
                  </span>
                )}
              </th>
              <td className="number">{formats.value(likes, 'count')}</td>
              <td className="number">{formats.value(views, 'count')}</td>
              <td className="digits">
                {epoch === null || seq === null
                  ? UNKNOWN
                  : `${formats.value(epoch, 'count')} / ${formats.value(seq, 'count')}`}
              </td>
              <td className="digits">{asOf === null ? UNKNOWN : formats.time(Date.parse(asOf))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
