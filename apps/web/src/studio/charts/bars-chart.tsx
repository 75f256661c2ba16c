// Bars for a short stretch of time, such as the last 60 minutes.

import { useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { useWords } from '../../app/i18n.ts';
import type { Formats } from '../formats.ts';
import type { Zone } from '../zone.ts';
import { studioArea } from '../words.ts';
import { hasValue, largest, valueOf } from './buckets.ts';
import type { Bucket } from './buckets.ts';
import { ChartFrame } from './chart-frame.tsx';
import { HATCH } from './hatch.tsx';
import { LineTable } from './line-table.tsx';
import { Plot } from './plot.tsx';
import { valueScale } from './scale.ts';
import { timeTicks } from './time-ticks.ts';
import { useWidth } from './use-width.ts';

type BarsChartProps = Readonly<{
  title: string;
  /** Names the values: "Views". */
  valueName: string;
  note?: ReactNode;
  buckets: readonly Bucket[];
  grain: 'minute' | 'hour';
  grainMs: number;
  zone: Zone;
  formats: Formats;
}>;

const HEIGHT_PX = 150;
const FRAME = { start: 44, top: 8, bottom: 26 } as const;
const TICK_PX = 90;

export function BarsChart(props: BarsChartProps): ReactElement {
  const { title, valueName, note, buckets, grain, grainMs, zone, formats } = props;
  const line = { buckets, grain, grainMs, zone, formats, compared: [], marks: [] } as const;
  return (
    <ChartFrame
      title={title}
      note={note}
      chart={<BarsPlot {...props} />}
      table={<LineTable {...line} title={valueName} caption={title} unit="count" />}
    />
  );
}

function BarsPlot({ title, buckets, grain, grainMs, zone, formats }: BarsChartProps): ReactElement {
  const t = useWords(studioArea);
  const [onElement, widthPx] = useWidth();
  const [place, setPlace] = useState<number | null>(null);
  const bottom = HEIGHT_PX - FRAME.bottom;
  const room = Math.max(1, widthPx - FRAME.start);
  const step = room / Math.max(1, buckets.length);
  const scale = valueScale(largest(buckets), 'count');
  const heightOf = (value: number): number => (value / scale.max) * (bottom - FRAME.top);
  const fromMs = buckets[0]?.atMs ?? 0;
  const xOf = (ms: number): number => FRAME.start + ((ms - fromMs) / grainMs) * step;
  const ticks = timeTicks(
    fromMs,
    buckets.at(-1)?.atMs ?? fromMs,
    zone,
    Math.max(2, Math.floor(room / TICK_PX)),
  );
  const textOf = (index: number): string => {
    const bucket = buckets[index];
    if (bucket === undefined) return '';
    const at = formats.bucket(bucket.atMs, grain);
    if (!hasValue(bucket)) return t('chart.atGap', { at });
    const value = formats.value(bucket.value, 'count');
    return t(bucket.kind === 'unfinished' ? 'chart.atUnfinished' : 'chart.at', { at, value });
  };
  return (
    <Plot
      label={`${title}. ${t('chart.fromZero')} ${t('chart.keys')}`}
      widthPx={widthPx}
      heightPx={HEIGHT_PX}
      onElement={onElement}
      xs={buckets.map((_, index) => FRAME.start + (index + 0.5) * step)}
      place={place}
      onPlace={setPlace}
      textOf={textOf}
      tip={place === null ? undefined : <span>{textOf(place)}</span>}
    >
      <g className="grid">
        {[0, scale.max].map((value) => {
          const y = bottom - heightOf(value);
          return (
            <g key={value}>
              <line x1={FRAME.start} x2={widthPx} y1={y} y2={y} data-zero={value === 0} />
              <text x={FRAME.start - 8} y={y} textAnchor="end" dominantBaseline="central">
                {formats.axis(value, 'count')}
              </text>
            </g>
          );
        })}
        {ticks.map((tick) => (
          <text key={tick.atMs} x={xOf(tick.atMs)} y={bottom + 18} textAnchor="middle">
            {formats.tick(tick)}
          </text>
        ))}
      </g>
      {buckets.map((bucket, index) => (
        <Bar
          key={bucket.atMs}
          bucket={bucket}
          isOn={index === place}
          x={FRAME.start + index * step}
          width={Math.max(1, step - Math.min(3, step / 4))}
          height={heightOf(valueOf(bucket) ?? 0)}
          bottom={bottom}
          room={bottom - FRAME.top}
        />
      ))}
    </Plot>
  );
}

type BarProps = Readonly<{
  bucket: Bucket;
  isOn: boolean;
  x: number;
  width: number;
  height: number;
  bottom: number;
  room: number;
}>;

function Bar({ bucket, isOn, x, width, height, bottom, room }: BarProps): ReactElement | null {
  if (bucket.kind === 'gap') {
    return (
      <rect className="gap-band" fill={HATCH} x={x} width={width} y={bottom - room} height={room} />
    );
  }
  if (height === 0) return null;
  return (
    <rect
      className="bar"
      data-kind={bucket.kind}
      data-on={isOn}
      x={x}
      width={width}
      y={bottom - height}
      height={height}
      rx={1.5}
    />
  );
}
