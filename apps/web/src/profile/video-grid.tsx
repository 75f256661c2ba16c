// Videos as tiles, three in a row, each with its counts. The counts are those of the whole app, so a
// like anywhere on the page moves the tile with it.

import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useVideoCounts } from '../app/engagement.ts';
import { writeDuration } from '../app/formats.ts';
import { useWords } from '../app/i18n.ts';
import type { Video } from '../app/video.ts';
import { Count } from '../numbers/count.tsx';
import { Icon } from '../ui/icon.tsx';
import './video-grid.css';
import { profileArea } from './words.ts';

export function VideoGrid({
  videos,
  withCreator = false,
}: Readonly<{ videos: readonly Video[]; withCreator?: boolean }>): ReactElement {
  return (
    <ul className="tiles">
      {videos.map((video) => (
        <li key={video.id}>
          <Tile video={video} withCreator={withCreator} />
        </li>
      ))}
    </ul>
  );
}

type TileProps = Readonly<{ video: Video; withCreator: boolean }>;

function Tile({ video, withCreator }: TileProps): ReactElement {
  const t = useWords(profileArea);
  const { likes, views } = useVideoCounts(video.id);
  const title = video.title === '' ? t('untitled') : video.title;
  return (
    <Link className="tile" to="/v/$video" params={{ video: video.id }}>
      <span className="tile-picture">
        {video.media?.poster !== undefined && (
          <img src={video.media.poster} alt="" loading="lazy" width="180" height="320" />
        )}
        <span className="tile-length digits">{writeDuration(video.durationMs)}</span>
        <span className="tile-counts">
          <span>
            <Icon name="play" />
            <Count count={views} metric="views" />
          </span>
          <span>
            <Icon name="heart" />
            <Count count={likes} metric="likes" />
          </span>
        </span>
      </span>
      <bdi className="tile-title">{title}</bdi>
      {withCreator && (
        <bdi className="tile-creator small soft">{t('by', { name: video.displayName })}</bdi>
      )}
    </Link>
  );
}

/** Tiles that are on their way. */
export function GridBones(): ReactElement {
  return (
    <ul className="tiles" aria-hidden="true">
      {Array.from({ length: 6 }, (_, place) => (
        <li key={place}>
          <span className="tile-picture tile-bone" />
        </li>
      ))}
    </ul>
  );
}
