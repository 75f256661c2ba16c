// The numbers of a person. Where all their videos are on the page the totals are the sum of the tiles,
// by the same counts at the same time; else they are the server's, which sums the same videos (PP2).

import type { ReactElement, ReactNode } from 'react';
import { useSummedCounts } from '../app/engagement.ts';
import type { Video } from '../app/video.ts';
import { Count } from '../numbers/count.tsx';
import type { Person } from './person.ts';
import { itemsOf } from './use-pages.ts';
import type { Pages } from './use-pages.ts';
import type { ProfileWords } from './words.ts';

type TotalsProps = Readonly<{ t: ProfileWords; person: Person; videos: Pages<Video> }>;

/** More are not asked for one by one; the server's own sum stands for them. */
const SUMMED_MAX = 60;
const NO_VIDEOS: readonly Video[] = [];

export function ProfileTotals({ t, person, videos }: TotalsProps): ReactElement {
  const items = itemsOf(videos) ?? NO_VIDEOS;
  const isWhole = videos.isSuccess && !videos.hasNextPage && items.length <= SUMMED_MAX;
  const summed = useSummedCounts(isWhole ? items.map(({ id }) => id) : []);
  const { totals } = person;
  const isSummed = isWhole && items.length > 0;
  const count = isWhole ? items.length : totals.videos;
  return (
    <section className="totals" aria-label={t('totals')}>
      <dl>
        <Total name={t('totals.views')}>
          <Count count={isSummed ? summed.views : totals.views} metric="views" />
        </Total>
        <Total name={t('totals.likes')}>
          <Count count={isSummed ? summed.likes : totals.likes} metric="likes" />
        </Total>
        <Total name={t('totals.followers')}>
          <Count count={totals.followers} metric="followers" />
        </Total>
      </dl>
      {count !== undefined && <p className="small soft">{t('totals.of', { n: count })}</p>}
    </section>
  );
}

function Total({ name, children }: Readonly<{ name: string; children: ReactNode }>): ReactElement {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
