// For moderators: what waits, one case with what was reported, decisions with their reasons, and the
// log of everything that was done.

import { Link, useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { troubleOf } from '../app/ask.ts';
import { writeTime } from '../app/formats.ts';
import { useWords } from '../app/i18n.ts';
import { MODERATION_VIEWS } from '../app/moderation-views.ts';
import type { ModerationView } from '../app/moderation-views.ts';
import { Bones, Empty, Page, TroubleNote } from '../app/page.tsx';
import { useMe } from '../app/session.ts';
import { More } from '../profile/more.tsx';
import { itemsOf, usePages } from '../profile/use-pages.ts';
import '../ui/forms.css';
import { CaseView } from './case-view.tsx';
import './moderation.css';
import { parseAuditLine, parseCaseLine } from './wire.ts';
import type { AuditLine, CaseLine } from './wire.ts';
import { moderationArea } from './words.ts';
import type { ModerationWords } from './words.ts';

export function ModerationPage(): ReactElement {
  const t = useWords(moderationArea);
  const me = useMe();
  const { view = 'open', case: open } = useSearch({ from: '/app/queries/moderation' });
  return (
    <Page title={t('queue.title')} width="wide">
      {me === undefined && <Bones lines={5} />}
      {me !== undefined && me?.roles.includes('moderator') !== true && (
        <Empty title={t('queue.notYours')}>
          <p>{t('queue.notYoursText')}</p>
        </Empty>
      )}
      {me?.roles.includes('moderator') === true && (
        <>
          <nav className="tabs" aria-label={t('queue.label')}>
            {MODERATION_VIEWS.map((one) => (
              <Link
                key={one}
                to="/moderation"
                search={one === 'open' ? {} : { view: one }}
                activeOptions={{ exact: true }}
                aria-current={one === view ? 'page' : undefined}
              >
                {t(`queue.${one}`)}
              </Link>
            ))}
          </nav>
          {view === 'audit' ? <Audit t={t} /> : <Queue t={t} view={view} open={open} />}
        </>
      )}
    </Page>
  );
}

type QueueProps = Readonly<{
  t: ModerationWords;
  view: Exclude<ModerationView, 'audit'>;
  open: string | undefined;
}>;

function Queue({ t, view, open }: QueueProps): ReactElement {
  const cases = usePages(`/v1/moderation/cases?state=${view}`, parseCaseLine);
  const items = itemsOf(cases);
  return (
    <div className="queue" data-open={open !== undefined}>
      <div className="queue-list">
        {cases.isPending && <Bones lines={5} />}
        {cases.isError && items === undefined && (
          <TroubleNote trouble={troubleOf(cases.error)} onRetry={() => void cases.refetch()} />
        )}
        {items?.length === 0 && <Empty title={t('queue.none')} />}
        {items !== undefined && items.length > 0 && (
          <ul>
            {items.map((one) => (
              <CaseRow key={one.id} t={t} line={one} view={view} isOpen={one.id === open} />
            ))}
          </ul>
        )}
        <More pages={cases} />
      </div>
      <div className="queue-case">
        {open === undefined ? (
          <Empty title={t('case.none')}>
            <p className="measure">{t('case.noneText')}</p>
          </Empty>
        ) : (
          <CaseView key={open} t={t} id={open} view={view} />
        )}
      </div>
    </div>
  );
}

type RowProps = Readonly<{
  t: ModerationWords;
  line: CaseLine;
  view: Exclude<ModerationView, 'audit'>;
  isOpen: boolean;
}>;

function CaseRow({ t, line, view, isOpen }: RowProps): ReactElement {
  return (
    <li>
      <Link
        className="case-row"
        to="/moderation"
        search={{ ...(view === 'open' ? {} : { view }), case: line.id }}
        aria-current={isOpen ? 'true' : undefined}
      >
        <span className="report-line">
          <b>{t(`thing.${line.target.kind}`)}</b>
          <span className="small soft digits">{t('queue.reports', { n: line.reports })}</span>
        </span>
        <span>{line.reasons.map((reason) => t(`reason.${reason}`)).join(' · ')}</span>
        {line.openedAt !== undefined && (
          <span className="small soft">{writeTime(line.openedAt)}</span>
        )}
      </Link>
    </li>
  );
}

function Audit({ t }: Readonly<{ t: ModerationWords }>): ReactElement {
  const audit = usePages('/v1/moderation/audit', parseAuditLine);
  const items = itemsOf(audit);
  if (audit.isPending) return <Bones lines={5} />;
  if (items === undefined) {
    return <TroubleNote trouble={troubleOf(audit.error)} onRetry={() => void audit.refetch()} />;
  }
  return (
    <>
      <p className="soft">{t('audit.lead')}</p>
      {items.length === 0 ? (
        <Empty title={t('audit.none')} />
      ) : (
        // A wide table scrolls by itself, also by keyboard.
        <div className="table-wrap" role="region" aria-label={t('queue.audit')} tabIndex={0}>
          <table className="table audit-table">
            <thead>
              <tr>
                <th scope="col">{t('audit.when')}</th>
                <th scope="col">{t('audit.what')}</th>
                <th scope="col">{t('audit.who')}</th>
                <th scope="col">{t('audit.case')}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((line) => (
                <tr key={`${line.case}${line.at}${line.what}`}>
                  <td className="digits">{writeTime(line.at)}</td>
                  <td>{auditText(t, line)}</td>
                  <td className="mono">{line.by ?? '—'}</td>
                  <td>
                    <Link className="mono" to="/moderation" search={{ case: line.case }}>
                      {line.case}
                    </Link>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <More pages={audit} />
    </>
  );
}

function auditText(t: ModerationWords, { what, action, outcome }: AuditLine): string {
  switch (what) {
    case 'decision':
      return t('entry.decision', { action: action === undefined ? '' : t(`action.${action}`) });
    case 'appeal-decision':
      return t('entry.appeal-decision', {
        outcome: outcome === undefined ? '' : t(`case.${outcome}`),
      });
    case 'report':
      return t('entry.reported');
    default:
      return t(`entry.${what}`);
  }
}
