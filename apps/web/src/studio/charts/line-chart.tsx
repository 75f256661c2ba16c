// A line over time: what is settled, what is not over yet, where nothing is known, what happened,
// and what it is compared with.

import { useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import { useWords } from '../../app/i18n.ts';
import type { Formats, Unit } from '../formats.ts';
import { studioArea } from '../words.ts';
import type { StudioWords } from '../words.ts';
import { valueOf } from './buckets.ts';
import { ChartFrame } from './chart-frame.tsx';
import { HATCH } from './hatch.tsx';
import { lineGeometry, marksIn } from './line-geometry.ts';
import type { LineGeometry } from './line-geometry.ts';
import { LineLegend } from './line-legend.tsx';
import type { LineChartProps } from './line-props.ts';
import { LineTable } from './line-table.tsx';
import { MarkShapeAt } from './mark-shape.tsx';
import { Plot } from './plot.tsx';
import { useWidth } from './use-width.ts';

const HEIGHT_PX = 280;

export function LineChart(props: LineChartProps): ReactElement {
  const { title, note, buckets, compared, foot } = props;
  const t = useWords(studioArea);
  return (
    <ChartFrame
      title={title}
      note={note}
      legend={<LineLegend buckets={buckets} isCompared={compared.length > 0} title={title} />}
      chart={
        buckets.length === 0 ? (
          <p className="chart-empty">{t('chart.noData')}</p>
        ) : (
          <LinePlot {...props} />
        )
      }
      table={<LineTable {...props} />}
      foot={foot}
    />
  );
}

function LinePlot(props: LineChartProps): ReactElement {
  const { title, buckets, compared, marks, grainMs, unit, zone, formats } = props;
  const t = useWords(studioArea);
  const [onElement, widthPx] = useWidth();
  const [place, setPlace] = useState<number | null>(null);
  const geometry = useMemo(
    () =>
      lineGeometry({
        buckets,
        compared,
        marks,
        grainMs,
        unit,
        zone,
        widthPx,
        heightPx: HEIGHT_PX,
      }),
    [buckets, compared, marks, grainMs, unit, zone, widthPx],
  );
  return (
    <Plot
      label={`${title}. ${t('chart.fromZero')} ${t('chart.keys')}`}
      widthPx={widthPx}
      heightPx={HEIGHT_PX}
      onElement={onElement}
      xs={geometry.xs}
      place={place}
      onPlace={setPlace}
      textOf={(at) => placeText(props, at, t)}
      tip={place === null ? undefined : <Tip {...props} place={place} />}
    >
      <Ground geometry={geometry} formats={formats} unit={unit} />
      <Lines geometry={geometry} />
      {place !== null && <Cursor geometry={geometry} place={place} />}
    </Plot>
  );
}

/** What is said of one bucket. */
function placeText(props: LineChartProps, place: number, t: StudioWords): string {
  const { buckets, compared, marks, grain, grainMs, unit, formats } = props;
  const bucket = buckets[place];
  if (bucket === undefined) return '';
  const at = formats.bucket(bucket.atMs, grain);
  const value = formats.value(valueOf(bucket), unit);
  const said = {
    whole: () => t('chart.at', { at, value }),
    unfinished: () => t('chart.atUnfinished', { at, value }),
    gap: () => t('chart.atGap', { at }),
  }[bucket.kind]();
  const before = formats.value(valueOf(compared[place]), unit);
  const withBefore =
    compared.length === 0 ? said : t('chart.withBefore', { text: said, value: before });
  return marksIn(marks, bucket.atMs, grainMs).reduce(
    (text, index) => t('chart.withMark', { text, mark: marks[index]?.text ?? '' }),
    withBefore,
  );
}

function Tip(props: LineChartProps & Readonly<{ place: number }>): ReactElement | null {
  const { buckets, compared, marks, grain, grainMs, unit, formats, place } = props;
  const t = useWords(studioArea);
  const bucket = buckets[place];
  if (bucket === undefined) return null;
  const other = compared[place];
  return (
    <>
      <strong className="digits">{formats.value(valueOf(bucket), unit)}</strong>
      <span>{formats.bucket(bucket.atMs, grain)}</span>
      {bucket.kind === 'unfinished' && <span className="soft">{t('chart.unfinished')}</span>}
      {bucket.kind === 'gap' && <span className="soft">{t(`gap.${bucket.reason}`)}</span>}
      {compared.length > 0 && (
        <span className="soft digits">
          {t('chart.before')} {formats.value(valueOf(other), unit)}
          {other !== undefined && ` · ${formats.bucket(other.atMs, grain)}`}
        </span>
      )}
      {marksIn(marks, bucket.atMs, grainMs).map((index) => (
        <span key={index} className="soft">
          {marks[index]?.text}
        </span>
      ))}
    </>
  );
}

type GroundProps = Readonly<{ geometry: LineGeometry; formats: Formats; unit: Unit }>;

function Ground({ geometry, formats, unit }: GroundProps): ReactElement {
  const { frame, yTicks, xTicks, bands, marks } = geometry;
  return (
    <>
      <g className="grid">
        {yTicks.map(({ value, y }) => (
          <g key={value}>
            <line x1={frame.left} x2={frame.right} y1={y} y2={y} data-zero={value === 0} />
            <text x={frame.left - 10} y={y} textAnchor="end" dominantBaseline="central">
              {formats.axis(value, unit)}
            </text>
          </g>
        ))}
        {xTicks.map(({ tick, x }) => (
          <text key={tick.atMs} x={x} y={frame.bottom + 19} textAnchor={anchorAt(x, frame)}>
            {formats.tick(tick)}
          </text>
        ))}
      </g>
      {bands.map(({ x, width }) => (
        <rect
          key={x}
          className="gap-band"
          fill={HATCH}
          x={x}
          width={width}
          y={frame.top}
          height={frame.bottom - frame.top}
        />
      ))}
      {marks.map(({ mark, x, toX }) => (
        <g key={`${mark.kind}${mark.atMs}`}>
          {toX !== undefined && (
            <rect
              className="mark-span"
              data-kind={mark.kind}
              x={x}
              width={toX - x}
              y={frame.top}
              height={frame.bottom - frame.top}
            />
          )}
          <line className="mark-line" x1={x} x2={x} y1={frame.top - 4} y2={frame.bottom} />
          <MarkShapeAt kind={mark.kind} x={x} y={frame.top - 13} />
        </g>
      ))}
    </>
  );
}

/** A label at the edge stays inside of it. */
function anchorAt(x: number, { right }: LineGeometry['frame']): 'middle' | 'end' {
  return right - x < 30 ? 'end' : 'middle';
}

function Lines({ geometry }: Readonly<{ geometry: LineGeometry }>): ReactElement {
  const { strokes, area, hollow, compared } = geometry;
  return (
    <>
      {area.map((path) => (
        <path key={path} className="area" d={path} />
      ))}
      {compared.map(({ path }) => (
        <path key={path} className="stroke" data-kind="compared" d={path} />
      ))}
      {strokes.map(({ kind, path, lone }) => (
        <g key={path}>
          <path className="stroke" data-kind={kind} d={path} />
          {lone !== undefined && <circle className="dot" cx={lone.x} cy={lone.y} r={3} />}
        </g>
      ))}
      {hollow.map(({ x, y }) => (
        <circle key={x} className="dot" data-kind="hollow" cx={x} cy={y} r={4} />
      ))}
    </>
  );
}

type CursorProps = Readonly<{ geometry: LineGeometry; place: number }>;

function Cursor({ geometry, place }: CursorProps): ReactElement {
  const { frame, xs, points, comparedPoints } = geometry;
  const [point, other] = [points[place], comparedPoints[place]];
  const x = xs[place] ?? 0;
  return (
    <g className="cursor">
      <line x1={x} x2={x} y1={frame.top} y2={frame.bottom} />
      {other !== undefined && <circle data-kind="compared" cx={other.x} cy={other.y} r={3.5} />}
      {point !== undefined && <circle cx={point.x} cy={point.y} r={5} />}
    </g>
  );
}
