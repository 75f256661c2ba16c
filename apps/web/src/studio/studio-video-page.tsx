// /studio/videos/{id}: all numbers of one video.

import { useState } from 'react';
import type { ReactElement } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useWords } from '../app/i18n.ts';
import { Page } from '../app/page.tsx';
import { useMe } from '../app/session.ts';
import { Icon } from '../ui/icon.tsx';
import { askLedger, askOverview, askOwnVideo, askRetention, rangeParams } from './asks.ts';
import { CountriesSection, ReturningSection, SourcesSection } from './audience-sections.tsx';
import { HatchDefinition } from './charts/hatch.tsx';
import { CorrectionsTable } from './corrections-table.tsx';
import { DeleteVideo, EditVideo } from './edit-video.tsx';
import { ExportLinks } from './export-links.tsx';
import { UNKNOWN } from './formats.ts';
import { LedgerDrawer } from './ledger-drawer.tsx';
import { MetricCards } from './metric-cards.tsx';
import type { OwnVideo } from './own-video.ts';
import { PeriodBar } from './period-bar.tsx';
import { halfPart, likesPer100 } from './rates.ts';
import { RealtimeSection } from './realtime-section.tsx';
import { RetentionSection } from './retention-section.tsx';
import { SeriesSection } from './series-section.tsx';
import './studio.css';
import './video.css';
import { Failed, SignInFirst } from './trouble.tsx';
import { useStudio } from './use-studio.ts';
import type { Studio } from './use-studio.ts';
import { METRICS } from './wire.ts';
import type { Overview } from './wire.ts';
import { studioArea } from './words.ts';

/** People follow a creator, so followers are among no video’s numbers. */
const OF_A_VIDEO = METRICS.filter((metric) => metric !== 'followers');

export function StudioVideoPage(): ReactElement {
  const t = useWords(studioArea);
  const { video } = useParams({ from: '/app/queries/studio/videos/$video' });
  const me = useMe();
  const shown = useQuery(askOwnVideo(video));
  const title = shown.data?.title ?? '';
  return (
    <Page title={title === '' ? t('title.video') : title} heading={null} width="wide">
      {me === null ? (
        <SignInFirst />
      ) : (
        <VideoNumbers key={video} video={shown.data ?? unknownVideo(video)} />
      )}
    </Page>
  );
}

/** Until its words have come, and where they do not come: the numbers do not wait for them. */
function unknownVideo(video: string): OwnVideo {
  return {
    video,
    title: '',
    caption: '',
    visibility: undefined,
    commentsOff: false,
    durationMs: null,
    src: null,
    poster: null,
    captions: [],
    publishedAt: null,
  };
}

function VideoNumbers({ video }: Readonly<{ video: OwnVideo }>): ReactElement {
  const t = useWords(studioArea);
  const studio = useStudio();
  const { period, zone, formats } = studio;
  const range = { range: period, tz: zone.name, video: video.video };
  const overview = useQuery(askOverview(range));
  const ledger = useQuery(askLedger(video.video));
  if (overview.error !== null && overview.data === undefined) {
    return (
      <div className="studio">
        <h1>{video.title === '' ? t('title.video') : video.title}</h1>
        <Failed error={overview.error} onRetry={() => void overview.refetch()} />
      </div>
    );
  }
  const about = { studio, video: video.video };
  return (
    <div className="studio">
      <HatchDefinition />
      <VideoHead studio={studio} video={video} />
      <PeriodBar studio={studio} />
      <MetricCards
        studio={studio}
        overview={overview.data}
        label={t('tiles.label')}
        metrics={OF_A_VIDEO}
      />
      <RateTiles {...about} overview={overview.data} />
      <ExportLinks
        what="video"
        params={{ video: video.video, ...rangeParams(period), tz: zone.name }}
      />
      <SeriesSection studio={studio} video={video.video} />
      <RetentionSection studio={studio} video={video} />
      <div className="pair">
        <SourcesSection {...about} />
        <CountriesSection {...about} />
      </div>
      <ReturningSection {...about} />
      <RealtimeSection {...about} />
      <section className="section" aria-labelledby="studio-corrections">
        <h2 id="studio-corrections">{t('why.corrections')}</h2>
        {ledger.data === undefined ? (
          <p className="soft">{UNKNOWN}</p>
        ) : (
          <CorrectionsTable corrections={ledger.data.corrections} formats={formats} />
        )}
      </section>
    </div>
  );
}

type VideoHeadProps = Readonly<{ studio: Studio; video: OwnVideo }>;

function VideoHead({ studio, video }: VideoHeadProps): ReactElement {
  const t = useWords(studioArea);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [open, setOpen] = useState<'why' | 'edit' | 'delete' | undefined>(undefined);
  const close = (): void => setOpen(undefined);
  const { title, poster, publishedAt, visibility } = video;
  return (
    <header className="video-head">
      <Link className="small" to="/studio">
        <Icon name="back" />
        {t('back')}
      </Link>
      <div className="video-head-main">
        {poster === null ? (
          <span className="video-poster" />
        ) : (
          <img className="video-poster" src={poster} alt="" />
        )}
        <div>
          <h1 dir="auto">{title === '' ? t('title.video') : title}</h1>
          <p className="soft small">
            {t('videos.published')}{' '}
            {publishedAt === null ? UNKNOWN : studio.formats.date(Date.parse(publishedAt))}
            {visibility !== undefined && ` · ${t(`edit.${visibility}`)}`}
          </p>
        </div>
      </div>
      <div className="row">
        <button className="button" data-kind="main" type="button" onClick={() => setOpen('why')}>
          {t('tile.why')}
        </button>
        <button className="button" type="button" onClick={() => setOpen('edit')}>
          {t('edit.title')}
        </button>
        <button className="button" type="button" onClick={() => setOpen('delete')}>
          {t('delete.title')}
        </button>
      </div>
      {open === 'why' && <LedgerDrawer studio={studio} video={video.video} onClose={close} />}
      {open === 'edit' && (
        <EditVideo
          video={video}
          onClose={close}
          onDone={() => {
            close();
            void queries.invalidateQueries({ queryKey: ['studio'] });
          }}
        />
      )}
      {open === 'delete' && (
        <DeleteVideo
          video={video}
          onClose={close}
          onDone={() => void navigate({ to: '/studio' })}
        />
      )}
    </header>
  );
}

type RateTilesProps = Readonly<{
  studio: Studio;
  video: string;
  overview: Overview | undefined;
}>;

function RateTiles({ studio, video, overview }: RateTilesProps): ReactElement {
  const t = useWords(studioArea);
  const { formats, period } = studio;
  const { data } = useQuery(askRetention(video, period));
  return (
    <dl className="rates card">
      <div>
        <dt>{t('tile.likesPer100')}</dt>
        <dd className="digits">{formats.rate(likesPer100(overview))}</dd>
      </div>
      <div>
        <dt>{t('tile.averageWatch')}</dt>
        <dd className="digits">{formats.value(data?.averageWatchMs ?? null, 'duration')}</dd>
      </div>
      <div>
        <dt>{t('tile.half')}</dt>
        <dd className="digits">{formats.percent(halfPart(data))}</dd>
      </div>
    </dl>
  );
}
