// Who watched: by source, by country, and who came back.

import type { ReactElement } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { UseQueryOptions } from '@tanstack/react-query';
import { useWords } from '../app/i18n.ts';
import { askCountries, askReturning, askSources } from './asks.ts';
import { BarTable } from './charts/bar-table.tsx';
import type { BarRow } from './charts/bar-table.tsx';
import { countryName } from './country-name.ts';
import { UNKNOWN } from './formats.ts';
import { Failed } from './trouble.tsx';
import type { Studio } from './use-studio.ts';
import type { CountryRow, Rows, SourceRow } from './wire.ts';
import { studioArea } from './words.ts';

type AudienceProps = Readonly<{ studio: Studio; video: string }>;

/** The parts of a sum. Where one of them is not known, neither is the sum, nor any part of it. */
function partsOf(rows: readonly Readonly<{ views: number | null }>[]): readonly (number | null)[] {
  const known = rows.flatMap(({ views }) => (views === null ? [] : [views]));
  const sum = known.reduce((total, views) => total + views, 0);
  return rows.map(({ views }) =>
    views === null || known.length < rows.length || sum === 0 ? null : views / sum,
  );
}

type WaitedProps<T> = Readonly<{
  ask: UseQueryOptions<Rows<T>>;
  title: string;
  draw: (items: readonly T[]) => ReactElement;
}>;

/** A card of rows: waits, fails and is empty like all of them. */
function Waited<T>({ ask, title, draw }: WaitedProps<T>): ReactElement {
  const t = useWords(studioArea);
  const answer = useQuery(ask);
  if (answer.error !== null && answer.data === undefined) {
    return <Failed error={answer.error} onRetry={() => void answer.refetch()} />;
  }
  if (answer.data !== undefined && answer.data.items.length > 0) return draw(answer.data.items);
  return (
    <section className="card chart" aria-busy={answer.isPending}>
      <h2>{title}</h2>
      <p className="chart-empty">{answer.data === undefined ? UNKNOWN : t('none.yet')}</p>
    </section>
  );
}

const SOURCES = ['feed', 'profile', 'search', 'direct', 'embed', 'external'] as const;

export function SourcesSection({ studio, video }: AudienceProps): ReactElement {
  const t = useWords(studioArea);
  const { formats } = studio;
  const draw = (items: readonly SourceRow[]): ReactElement => {
    const sorted = items.toSorted((a, b) => (b.views ?? -1) - (a.views ?? -1));
    const parts = partsOf(sorted);
    const rows = sorted.map(({ source, views, watchMs }, index): BarRow => {
      const known = SOURCES.find((each) => each === source);
      return {
        name: known === undefined ? source : t(`source.${known}`),
        part: parts[index] ?? null,
        cells: [
          formats.value(views, 'count'),
          formats.value(watchMs, 'duration'),
          formats.percent(parts[index] ?? null),
        ],
      };
    });
    return (
      <BarTable
        title={t('sources.title')}
        caption={t('sources.caption')}
        head={[t('source'), t('share'), t('metric.views'), t('metric.watchMs')]}
        rows={rows}
      />
    );
  };
  return <Waited ask={askSources(video, studio.period)} title={t('sources.title')} draw={draw} />;
}

export function CountriesSection({ studio, video }: AudienceProps): ReactElement {
  const t = useWords(studioArea);
  const { formats } = studio;
  const draw = (items: readonly CountryRow[]): ReactElement => {
    const parts = partsOf(items);
    const rows = items.map(({ jurisdiction, views, likes }, index): BarRow => ({
      name: countryName(jurisdiction, t),
      part: parts[index] ?? null,
      cells: [
        formats.value(views, 'count'),
        formats.value(likes, 'count'),
        formats.percent(parts[index] ?? null),
      ],
    }));
    const isMerged = items.some(({ jurisdiction }) => jurisdiction === 'other');
    return (
      <BarTable
        title={t('countries.title')}
        caption={t('countries.caption')}
        head={[t('country'), t('share'), t('metric.views'), t('metric.likes')]}
        rows={rows}
        foot={isMerged && <p className="soft small">{t('countries.merged')}</p>}
      />
    );
  };
  return (
    <Waited ask={askCountries(video, studio.period)} title={t('countries.title')} draw={draw} />
  );
}

export function ReturningSection({ studio, video }: AudienceProps): ReactElement {
  const t = useWords(studioArea);
  const { formats } = studio;
  const { data, error, refetch, isPending } = useQuery(askReturning(video, studio.period));
  if (error !== null && data === undefined) {
    return <Failed error={error} onRetry={() => void refetch()} />;
  }
  const returning = data?.returning ?? null;
  const unique = data?.uniqueViewers ?? null;
  const errorPart = data?.errorPart ?? null;
  const isKnown = returning !== null && unique !== null;
  return (
    <section className="card chart" aria-busy={isPending}>
      <h2>{t('returning.title')}</h2>
      <p className="metric-value digits">{formats.value(returning, 'count')}</p>
      {isKnown && (
        <p className="soft">
          {t('returning.text', {
            returning: formats.value(returning, 'count'),
            unique: formats.value(unique, 'count'),
          })}{' '}
          {errorPart === 0 && t('returning.exact')}
          {errorPart !== null &&
            errorPart > 0 &&
            t('returning.error', { part: formats.percent(errorPart) })}
        </p>
      )}
    </section>
  );
}
