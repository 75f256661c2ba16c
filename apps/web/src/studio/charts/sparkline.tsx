// A small line in a card. The same numbers, with their table, are one press away in the large chart.

import type { ReactElement } from 'react';
import { hasValue, largest } from './buckets.ts';
import type { Bucket } from './buckets.ts';
import { areaUnder, pathThrough, placed } from './scale.ts';
import type { Point } from './scale.ts';
import { strokesOf } from './segments.ts';
import { useWidth } from './use-width.ts';

const HEIGHT_PX = 38;
const EDGE_PX = 4;

export function Sparkline({ buckets }: Readonly<{ buckets: readonly Bucket[] }>): ReactElement {
  const [onElement, widthPx] = useWidth();
  const most = Math.max(1, largest(buckets));
  const points = buckets.map((bucket, place): Point | undefined =>
    hasValue(bucket)
      ? {
          x: placed(place, 0, buckets.length - 1, EDGE_PX, widthPx - EDGE_PX),
          y: placed(bucket.value, 0, most, HEIGHT_PX - EDGE_PX, EDGE_PX),
        }
      : undefined,
  );
  return (
    <div ref={onElement} className="sparkline">
      <svg width={widthPx} height={HEIGHT_PX} aria-hidden="true">
        {strokesOf(buckets).map(({ kind, places }) => {
          const line = places.flatMap((place) => points[place] ?? []);
          return (
            <g key={places[0]}>
              <path className="area" d={areaUnder(line, HEIGHT_PX - EDGE_PX)} />
              <path className="stroke" data-kind={kind} d={pathThrough(line)} />
            </g>
          );
        })}
        <LastPoint buckets={buckets} points={points} />
      </svg>
    </div>
  );
}

type LastPointProps = Readonly<{
  buckets: readonly Bucket[];
  points: readonly (Point | undefined)[];
}>;

function LastPoint({ buckets, points }: LastPointProps): ReactElement | null {
  const last = points.at(-1);
  if (last === undefined) return null;
  const kind = buckets.at(-1)?.kind === 'unfinished' ? 'hollow' : 'full';
  return <circle className="dot" data-kind={kind} cx={last.x} cy={last.y} r={2.6} />;
}
