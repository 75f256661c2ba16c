// The retention curve. Its cursor is the playback: what moves one moves the other.

import { useMemo } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { useWords } from '../../app/i18n.ts';
import type { Formats } from '../formats.ts';
import { studioArea } from '../words.ts';
import { ChartFrame } from './chart-frame.tsx';
import { Plot } from './plot.tsx';
import { percentMax } from './retention.ts';
import type { Retention, RetentionPoint } from './retention.ts';
import { areaUnder, pathThrough, placed } from './scale.ts';
import { useWidth } from './use-width.ts';

type Curve = Extract<Retention, { kind: 'curve' }>;

type RetentionChartProps = Readonly<{
  curve: Curve;
  durationMs: number | null;
  formats: Formats;
  /** The point that the cursor or the playback is at. */
  place: number | null;
  onPlace: (place: number | null) => void;
  note: ReactNode;
  /** The video; it stays when the chart becomes a table. */
  beside: ReactNode;
}>;

const HEIGHT_PX = 260;
const FRAME = { left: 52, end: 14, top: 14, bottom: 28 } as const;
/** With loops more may watch a part than started; beyond this the line tells alone. */
const VALUE_PARTS = [0, 0.25, 0.5, 0.75, 1, 1.5, 2] as const;
const TICK_PARTS = [0, 0.25, 0.5, 0.75, 1] as const;

export function RetentionChart(props: RetentionChartProps): ReactElement {
  const t = useWords(studioArea);
  return (
    <ChartFrame
      title={t('retention.title')}
      note={props.note}
      chart={
        <div className="retention">
          {props.beside}
          <RetentionPlot {...props} />
        </div>
      }
      table={<RetentionTable {...props} />}
    />
  );
}

/** A part of the video, as time where its length is known. */
function partText(part: number, durationMs: number | null, formats: Formats): string {
  return durationMs === null ? formats.percent(part) : formats.position(part * durationMs);
}

function RetentionPlot(props: RetentionChartProps): ReactElement {
  const { curve, durationMs, formats, place, onPlace } = props;
  const t = useWords(studioArea);
  const [onElement, widthPx] = useWidth();
  const { points, starts } = curve;
  const [right, bottom] = [Math.max(widthPx - FRAME.end, FRAME.left + 1), HEIGHT_PX - FRAME.bottom];
  const shape = useMemo(() => {
    const most = percentMax(starts, points);
    const xOf = (part: number): number => placed(part, 0, 1, FRAME.left, right);
    const yOf = (part: number): number => placed(part, 0, most, bottom, FRAME.top);
    const line = points.map(({ part, watching }) => ({ x: xOf(part), y: yOf(watching / starts) }));
    return { most, xOf, yOf, line };
  }, [points, starts, right, bottom]);
  const { most, xOf, yOf, line } = shape;
  const at = place === null ? undefined : line[place];
  const textOf = (index: number): string => pointText(points[index], props, t);
  return (
    <Plot
      label={`${t('retention.title')}. ${t('retention.lead')} ${t('chart.keys')}`}
      widthPx={widthPx}
      heightPx={HEIGHT_PX}
      onElement={onElement}
      xs={line.map(({ x }) => x)}
      place={place}
      onPlace={onPlace}
      textOf={textOf}
      tip={place === null ? undefined : <span>{textOf(place)}</span>}
    >
      <Ground {...{ curve, durationMs, formats, most, xOf, yOf, right, bottom }} />
      <path className="area" d={areaUnder(line, bottom)} />
      <path className="stroke" data-kind="settled" d={pathThrough(line)} />
      {at !== undefined && (
        <g className="cursor">
          <line x1={at.x} x2={at.x} y1={FRAME.top} y2={bottom} />
          <circle cx={at.x} cy={at.y} r={5} />
        </g>
      )}
    </Plot>
  );
}

type GroundProps = Pick<RetentionChartProps, 'curve' | 'durationMs' | 'formats'> &
  Readonly<{
    most: number;
    xOf: (part: number) => number;
    yOf: (part: number) => number;
    right: number;
    bottom: number;
  }>;

function Ground(props: GroundProps): ReactElement {
  const { curve, durationMs, formats, most, xOf, yOf, right, bottom } = props;
  const { intro } = curve;
  return (
    <>
      <g className="grid">
        {VALUE_PARTS.filter((part) => part <= most).map((part) => (
          <g key={part}>
            <line x1={FRAME.left} x2={right} y1={yOf(part)} y2={yOf(part)} data-zero={part === 0} />
            <text x={FRAME.left - 10} y={yOf(part)} textAnchor="end" dominantBaseline="central">
              {formats.percent(part)}
            </text>
          </g>
        ))}
        {TICK_PARTS.map((part) => (
          <text key={part} x={xOf(part)} y={bottom + 19} textAnchor={part === 1 ? 'end' : 'middle'}>
            {partText(part, durationMs, formats)}
          </text>
        ))}
      </g>
      {intro !== undefined && (
        <g className="intro">
          <rect
            x={FRAME.left}
            width={xOf(intro.atPart) - FRAME.left}
            y={FRAME.top}
            height={bottom - FRAME.top}
          />
          <line x1={xOf(intro.atPart)} x2={xOf(intro.atPart)} y1={FRAME.top} y2={bottom} />
        </g>
      )}
    </>
  );
}

function pointText(
  point: RetentionPoint | undefined,
  { curve, durationMs, formats }: RetentionChartProps,
  t: ReturnType<typeof useWords<'retention.at'>>,
): string {
  if (point === undefined) return '';
  return t('retention.at', {
    at: partText(point.part, durationMs, formats),
    percent: formats.percent(point.watching / curve.starts),
    n: point.watching,
  });
}

function RetentionTable({ curve, durationMs, formats }: RetentionChartProps): ReactElement {
  const t = useWords(studioArea);
  return (
    <table className="table">
      <caption>{t('retention.caption')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('retention.part')}</th>
          {durationMs !== null && <th scope="col">{t('retention.position')}</th>}
          <th scope="col" className="number">
            {t('retention.watching')}
          </th>
          <th scope="col" className="number">
            {t('retention.percent')}
          </th>
        </tr>
      </thead>
      <tbody>
        {curve.points.map(({ part, watching }) => (
          <tr key={part}>
            <th scope="row">{formats.percent(part)}</th>
            {durationMs !== null && (
              <td className="digits">{formats.position(part * durationMs)}</td>
            )}
            <td className="number">{formats.value(watching, 'count')}</td>
            <td className="number">{formats.percent(watching / curve.starts)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
