// The creator's videos with what was counted in the period.

import { useState } from 'react';
import type { ReactElement } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useWords } from '../app/i18n.ts';
import { askVideos } from './asks.ts';
import { UNKNOWN } from './formats.ts';
import type { Formats } from './formats.ts';
import { unitOf } from './metric-cards.tsx';
import { dayTextsOf } from './period.ts';
import type { Sort } from './search.ts';
import { Failed } from './trouble.tsx';
import type { Studio } from './use-studio.ts';
import type { Metric, VideoRow } from './wire.ts';
import { studioArea } from './words.ts';

const COLUMNS = [
  'views',
  'engagedViews',
  'likes',
  'comments',
  'watchMs',
] as const satisfies readonly (Metric & Sort)[];

type VideosTableProps = Readonly<{ studio: Studio }>;

export function VideosTable({ studio }: VideosTableProps): ReactElement {
  const t = useWords(studioArea);
  const { choice } = studio;
  const [cursors, setCursors] = useState<readonly (string | undefined)[]>([undefined]);
  const days = dayTextsOf(studio.period, studio.zone);
  // Another order or period begins with its first page.
  const key = `${choice.sort} ${days.from} ${days.to}`;
  const [shownKey, setShownKey] = useState(key);
  if (shownKey !== key) {
    setShownKey(key);
    setCursors([undefined]);
  }
  return (
    <section className="section" aria-labelledby="studio-videos">
      <h2 id="studio-videos">{t('videos.title')}</h2>
      <div className="table-wrap" tabIndex={0} role="region" aria-label={t('videos.caption', days)}>
        <table className="table videos-table">
          <caption className="unseen">{t('videos.caption', days)}</caption>
          <thead>
            <tr>
              {(['publishedAt', ...COLUMNS] as const).map((column) => (
                <SortHead key={column} column={column} studio={studio} />
              ))}
            </tr>
          </thead>
          {cursors.map((cursor, index) => (
            <Rows
              key={cursor ?? ''}
              studio={studio}
              cursor={cursor}
              onMore={
                index === cursors.length - 1 ? (next) => setCursors([...cursors, next]) : undefined
              }
            />
          ))}
        </table>
      </div>
    </section>
  );
}

type SortHeadProps = Readonly<{ column: Sort; studio: Studio }>;

function SortHead({ column, studio: { choice, choose } }: SortHeadProps): ReactElement {
  const t = useWords(studioArea);
  const isOn = choice.sort === column;
  const name = t(column === 'publishedAt' ? 'videos.published' : `metric.${column}`);
  return (
    <th
      scope="col"
      className={column === 'publishedAt' ? undefined : 'number'}
      aria-sort={isOn ? 'descending' : undefined}
    >
      <button className="sort" type="button" onClick={() => choose({ sort: column })}>
        {column === 'publishedAt' ? `${t('videos.video')} · ${name}` : name}
        <span aria-hidden="true">{isOn ? ' ↓' : ''}</span>
      </button>
    </th>
  );
}

type RowsProps = Readonly<{
  studio: Studio;
  cursor: string | undefined;
  /** Called with the next page's cursor; absent when that page is there already. */
  onMore: ((cursor: string) => void) | undefined;
}>;

function Rows({ studio, cursor, onMore }: RowsProps): ReactElement {
  const t = useWords(studioArea);
  const { choice, period, zone, formats } = studio;
  const page = useQuery(askVideos({ range: period, tz: zone.name }, choice.sort, cursor));
  const next = page.data?.next;
  if (page.data === undefined) {
    return (
      <tbody aria-busy={page.isPending}>
        {page.error === null ? (
          <tr>
            <th scope="row">{UNKNOWN}</th>
            {COLUMNS.map((column) => (
              <td key={column} className="number">
                {UNKNOWN}
              </td>
            ))}
          </tr>
        ) : (
          <tr>
            <td colSpan={COLUMNS.length + 1}>
              <Failed error={page.error} onRetry={() => void page.refetch()} />
            </td>
          </tr>
        )}
      </tbody>
    );
  }
  return (
    <tbody>
      {page.data.items.map((row) => (
        <Row key={row.video} row={row} formats={formats} />
      ))}
      {cursor === undefined && page.data.items.length === 0 && (
        <tr>
          <td colSpan={COLUMNS.length + 1} className="soft">
            {t('videos.none')}
          </td>
        </tr>
      )}
      {next !== undefined && onMore !== undefined && (
        <tr>
          <td colSpan={COLUMNS.length + 1}>
            <button className="button" type="button" onClick={() => onMore(next)}>
              {t('videos.more')}
            </button>
          </td>
        </tr>
      )}
    </tbody>
  );
}

function Row({ row, formats }: Readonly<{ row: VideoRow; formats: Formats }>): ReactElement {
  const { video, title, poster, publishedAt, metrics } = row;
  return (
    <tr>
      <th scope="row">
        <Link className="video-name" to="/studio/videos/$video" params={{ video }}>
          {poster === null ? (
            <span className="video-poster" />
          ) : (
            <img className="video-poster" src={poster} alt="" loading="lazy" />
          )}
          <span>
            <bdi>{title === '' ? video : title}</bdi>
            <span className="soft small">
              {publishedAt === null ? UNKNOWN : formats.date(Date.parse(publishedAt))}
            </span>
          </span>
        </Link>
      </th>
      {COLUMNS.map((column) => (
        <td key={column} className="number">
          {formats.value(metrics[column] ?? null, unitOf(column))}
        </td>
      ))}
    </tr>
  );
}
