// What I reported and what became of it; what was decided about what is mine, with its reasons.

import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useId, useState } from 'react';
import type { ReactElement, ReactNode, SubmitEvent } from 'react';
import { ask, done, troubleOf } from '../app/ask.ts';
import type { Trouble } from '../app/ask.ts';
import { writeTime } from '../app/formats.ts';
import { useWords } from '../app/i18n.ts';
import { Bones, Page, TroubleNote, TroubleText } from '../app/page.tsx';
import { useMe } from '../app/session.ts';
import { More } from '../profile/more.tsx';
import { itemsOf, usePages } from '../profile/use-pages.ts';
import type { Pages } from '../profile/use-pages.ts';
import { Chip } from '../ui/chip.tsx';
import type { Tone } from '../ui/chip.tsx';
import '../ui/forms.css';
import { toast } from '../ui/toast.tsx';
import './moderation.css';
import { ThingLink } from './thing-link.tsx';
import { parseNotice, parseReport } from './wire.ts';
import type { NoticeToMe, Report } from './wire.ts';
import { moderationArea } from './words.ts';
import type { ModerationWords } from './words.ts';

const NOTICES = '/v1/me/notices';
const APPEAL_CHARS_MAX = 1_000;

export function ReportsPage(): ReactElement {
  const t = useWords(moderationArea);
  const me = useMe();
  return (
    <Page title={t('mine.title')}>
      <p className="lead">{t('mine.lead')}</p>
      {me === undefined && <Bones lines={4} />}
      {me === null && (
        <div className="card stack">
          <h2>{t('mine.signIn')}</h2>
          <div>
            <Link className="button" data-kind="main" to="/sign-in" search={{ to: '/reports' }}>
              {t('signIn.do')}
            </Link>
          </div>
        </div>
      )}
      {me !== null && me !== undefined && (
        <>
          <Notices t={t} />
          <Reports t={t} />
        </>
      )}
    </Page>
  );
}

type ListProps<T> = Readonly<{
  title: string;
  none: string;
  pages: Pages<T>;
  draw: (item: T) => ReactNode;
}>;

function List<T>({ title, none, pages, draw }: ListProps<T>): ReactElement {
  const id = useId();
  const items = itemsOf(pages);
  return (
    <section className="stack" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {pages.isPending && <Bones />}
      {pages.isError && items === undefined && (
        <TroubleNote trouble={troubleOf(pages.error)} onRetry={() => void pages.refetch()} />
      )}
      {items?.length === 0 && <p className="soft">{none}</p>}
      {items !== undefined && items.length > 0 && <ul className="stack">{items.map(draw)}</ul>}
      <More pages={pages} />
    </section>
  );
}

const TONES: Readonly<Record<Report['state'], Tone>> = {
  received: 'idle',
  open: 'warn',
  decided: 'good',
  appealed: 'warn',
  closed: 'good',
};

function Reports({ t }: Readonly<{ t: ModerationWords }>): ReactElement {
  const pages = usePages('/v1/me/reports', parseReport);
  return (
    <List
      title={t('mine.reports')}
      none={t('mine.noReports')}
      pages={pages}
      draw={(report) => (
        <li key={report.id} className="card report">
          <div className="report-line">
            <ThingLink t={t} thing={report.target} />
            <Chip tone={TONES[report.state]}>
              {report.action === undefined
                ? t(`state.${report.state}`)
                : t(`notice.${report.action}`)}
            </Chip>
          </div>
          <p>{t(`reason.${report.reason}`)}</p>
          {report.note !== '' && (
            <p className="soft plain-text" dir="auto">
              {report.note}
            </p>
          )}
          <p className="small soft">
            {writeTime(report.receivedAt)} · <bdi>{report.id}</bdi>
          </p>
        </li>
      )}
    />
  );
}

function Notices({ t }: Readonly<{ t: ModerationWords }>): ReactElement {
  const pages = usePages(NOTICES, parseNotice);
  return (
    <List
      title={t('mine.notices')}
      none={t('mine.noNotices')}
      pages={pages}
      draw={(notice) => <NoticeCard key={notice.id} t={t} notice={notice} />}
    />
  );
}

type NoticeProps = Readonly<{ t: ModerationWords; notice: NoticeToMe }>;

function NoticeCard({ t, notice }: NoticeProps): ReactElement {
  const { decision, appealedAt, ended } = notice;
  const { action, ground, rule, facts, until, at } = decision;
  return (
    <li className="card stack">
      <div className="report-line">
        <ThingLink t={t} thing={notice.target} />
        <Chip tone={action === 'none' ? 'good' : 'bad'}>{t(`notice.${action}`)}</Chip>
      </div>
      <dl className="facts">
        <Fact name={t('notice.what')}>
          {t(`notice.${action}`)}, {writeTime(at)}
        </Fact>
        {action !== 'none' && (
          <Fact name={t('notice.until')}>
            {until === undefined ? t('notice.forever') : writeTime(until)}
          </Fact>
        )}
        <Fact name={t('notice.ground')}>{t(`ground.${ground}`)}</Fact>
        <Fact name={t('notice.rule')}>{t(`reason.${rule}`)}</Fact>
        <Fact name={t('notice.how')}>{t('notice.person')}</Fact>
      </dl>
      <div>
        <h3>{t('notice.facts')}</h3>
        <p className="plain-text" dir="auto">
          {facts}
        </p>
      </div>
      {appealedAt !== undefined && (
        <p className="soft">{t('appeal.sent', { time: writeTime(appealedAt) })}</p>
      )}
      {ended !== undefined && (
        <div className="notice">
          <p>
            <strong>{t(`appeal.${ended.outcome}`)}</strong> {writeTime(ended.at)}
          </p>
          <p className="plain-text" dir="auto">
            {ended.facts}
          </p>
        </div>
      )}
      {action !== 'none' && appealedAt === undefined && <AppealForm t={t} notice={notice} />}
    </li>
  );
}

function Fact({ name, children }: Readonly<{ name: string; children: ReactNode }>): ReactElement {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function AppealForm({ t, notice }: NoticeProps): ReactElement {
  const id = useId();
  const queries = useQueryClient();
  const [text, setText] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setIsBusy(true);
    const path = `${NOTICES}/${notice.id}/appeal`;
    const answer = await ask(path, done, { method: 'POST', body: { text: text.trim() } });
    setIsBusy(false);
    if (answer.kind !== 'ok') {
      setTrouble(answer);
      return;
    }
    toast(t('appeal.done'));
    await queries.invalidateQueries({ queryKey: ['pages', NOTICES] });
  };
  return (
    <form className="stack" onSubmit={(event) => void send(event)}>
      <div className="field">
        <label htmlFor={id}>{t('appeal.text')}</label>
        <textarea
          id={id}
          dir="auto"
          rows={3}
          required
          maxLength={APPEAL_CHARS_MAX}
          value={text}
          aria-describedby={`${id}-hint`}
          onChange={(event) => setText(event.target.value)}
        />
        <p id={`${id}-hint`} className="small soft">
          {t('appeal.hint')}
        </p>
      </div>
      {trouble !== null && (
        <p className="field-fault" role="alert">
          {t('appeal.failed')} <TroubleText trouble={trouble} />
        </p>
      )}
      <div>
        <button className="button" type="submit" disabled={isBusy || text.trim() === ''}>
          {t('appeal.send')}
        </button>
      </div>
    </form>
  );
}
