// /studio: all of a creator's numbers over a period.

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useWords } from '../app/i18n.ts';
import { Empty, Page } from '../app/page.tsx';
import { useMe } from '../app/session.ts';
import { Notice } from '../ui/notice.tsx';
import { askOverview, askVideos, rangeParams } from './asks.ts';
import { HatchDefinition } from './charts/hatch.tsx';
import { ExportLinks } from './export-links.tsx';
import { MetricCards } from './metric-cards.tsx';
import { PeriodBar } from './period-bar.tsx';
import { RealtimeSection } from './realtime-section.tsx';
import { SeriesSection } from './series-section.tsx';
import './studio.css';
import './video.css';
import { Failed, SignInFirst } from './trouble.tsx';
import { useOnline, useStudio } from './use-studio.ts';
import { VideosTable } from './videos-table.tsx';
import { studioArea } from './words.ts';

export function StudioPage(): ReactElement {
  const t = useWords(studioArea);
  const me = useMe();
  return (
    <Page title={t('title')} width="wide">
      {me === null ? <SignInFirst /> : <Overview />}
    </Page>
  );
}

function Overview(): ReactElement {
  const t = useWords(studioArea);
  const studio = useStudio();
  const { period, zone, formats, choice } = studio;
  const asked = { range: period, tz: zone.name };
  const overview = useQuery(askOverview(asked));
  const videos = useQuery(askVideos(asked, choice.sort, undefined));
  const isOnline = useOnline();
  const { data, error, dataUpdatedAt } = overview;
  if (error !== null && data === undefined) {
    return <Failed error={error} onRetry={() => void overview.refetch()} />;
  }
  const isNew = videos.data?.items.length === 0;
  return (
    <div className="studio">
      <HatchDefinition />
      <p className="lead">{t('lead')}</p>
      <PeriodBar studio={studio} />
      {!isOnline && data !== undefined && (
        <Notice tone="warn">
          <strong>{t('offline.title')}</strong>
          <p>{t('offline.text', { at: formats.time(dataUpdatedAt) })}</p>
        </Notice>
      )}
      {data?.cards.some(({ state }) => state !== 'live') === true && (
        <Notice tone="warn">
          <strong>{t('stale.title')}</strong>
          <p>{t('stale.text')}</p>
        </Notice>
      )}
      {data?.isCut === true && (
        <Notice>
          <strong>{t('cut.title')}</strong>
          <p>{t('cut.text')}</p>
        </Notice>
      )}
      {isNew && (
        <Empty title={t('empty.title')}>
          <p>{t('empty.text')}</p>
          <Link className="button" data-kind="main" to="/upload">
            {t('empty.upload')}
          </Link>
        </Empty>
      )}
      <MetricCards studio={studio} overview={data} label={t('over.cards')} />
      <ExportLinks what="overview" params={{ ...rangeParams(period), tz: zone.name }} />
      <SeriesSection studio={studio} />
      {!isNew && <RealtimeSection studio={studio} />}
      {!isNew && <VideosTable studio={studio} />}
    </div>
  );
}
