// A chart of the last ten minutes, with the same numbers as a table below it. Gaps are gaps: what was
// not known is not drawn.

import type { ReactElement, RefObject } from 'react';
import { useEffect, useId, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { ConsoleSample } from '@holdfast/protocol/console.ts';
import { write } from '../ui/text.ts';
import { differsInSeconds, splitsBetween, stepSeconds } from './time-axis.ts';

export type Line = Readonly<{
  label: string;
  /** A colour of the design, such as `--accent`. */
  colour: string;
  dash?: readonly number[];
  valueOf: (sample: ConsoleSample) => number | null;
}>;

type LiveChartProps = Readonly<{
  title: string;
  unit: string;
  lines: readonly Line[];
  samples: readonly ConsoleSample[];
  /** A value that must not be reached. */
  limit?: number;
}>;

const HEIGHT_PX = 190;
const WINDOW_SECONDS_MAX = 600;
/** A chart that has just begun is not drawn as one thick line. */
const WINDOW_SECONDS_MIN = 60;
const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', hourCycle: 'h23' });
const MINUTES = new Intl.DateTimeFormat(undefined, { timeStyle: 'short', hourCycle: 'h23' });
/** Room for the times below the chart, and for the numbers beside it. */
const X_AXIS_PX = 28;
const Y_AXIS_PX = 54;
const RIGHT_PX = 28;
/** The table has one row for so many samples. */
const ROW_SAMPLES = 10;

export function LiveChart({ title, unit, lines, samples, limit }: LiveChartProps): ReactElement {
  const id = useId();
  const [isTableOpen, setTableOpen] = useState(false);
  const canvas = useChart({ lines, samples, ...(limit !== undefined && { limit }) });
  return (
    <figure className="card console-chart" aria-labelledby={id}>
      <figcaption>
        <h3 id={id}>
          {title} <span className="soft">{unit}</span>
        </h3>
        <ul className="console-legend">
          {lines.map((line) => (
            <li key={line.label}>
              <svg viewBox="0 0 24 8" aria-hidden="true" data-colour={line.colour}>
                <path d="M1 4h22" strokeDasharray={line.dash?.join(' ')} />
              </svg>
              {line.label} <strong className="digits">{newest(line, samples)}</strong>
            </li>
          ))}
        </ul>
      </figcaption>
      <div
        ref={canvas}
        className="console-canvas"
        role="img"
        aria-label={summary(lines, samples)}
      />
      <details onToggle={(event) => setTableOpen(event.currentTarget.open)}>
        <summary>As a table</summary>
        {isTableOpen && <SamplesTable {...{ title, lines, samples }} />}
      </details>
    </figure>
  );
}

function newest({ valueOf }: Line, samples: readonly ConsoleSample[]): string {
  const last = samples.at(-1);
  const value = last === undefined ? null : valueOf(last);
  return write.count(value === null ? null : Math.round(value));
}

function summary(lines: readonly Line[], samples: readonly ConsoleSample[]): string {
  const parts = lines.map((line) => {
    const known = samples.map(line.valueOf).filter((value) => value !== null);
    const most = known.length === 0 ? null : Math.round(Math.max(...known));
    return `${line.label}: now ${newest(line, samples)}, at most ${write.count(most)}`;
  });
  return `The last ten minutes. ${parts.join('. ')}.`;
}

function SamplesTable({
  title,
  lines,
  samples,
}: Pick<LiveChartProps, 'title' | 'lines' | 'samples'>): ReactElement {
  const rows = samples.filter(({ n }) => n % ROW_SAMPLES === 0).toReversed();
  return (
    // A region that scrolls has to be reached by keyboard too.
    <div
      className="table-wrap console-samples"
      tabIndex={0}
      role="region"
      aria-label={`${title} as a table`}
    >
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Time</th>
            {lines.map(({ label }) => (
              <th key={label} scope="col" className="number">
                {label}
              </th>
            ))}
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((sample) => (
            <tr key={sample.n}>
              <th scope="row" className="digits">
                {CLOCK.format(sample.atMs)}
              </th>
              {lines.map(({ label, valueOf }) => (
                <td key={label} className="number">
                  {write.count(valueOf(sample))}
                </td>
              ))}
              <td>{sample.state}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type ChartData = Readonly<{
  lines: readonly Line[];
  samples: readonly ConsoleSample[];
  limit?: number;
}>;

/** Keeps a uPlot in an element: as wide as it, in the colours of the theme, with the newest data. */
function useChart(data: ChartData): RefObject<HTMLDivElement | null> {
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(null);
  const newestData = useRef(data);
  // Before the effect that draws, so that it draws what is newest.
  useEffect(() => {
    newestData.current = data;
    chart.current?.setData(seriesOf(data));
  }, [data]);
  useEffect(() => {
    const host = element.current;
    if (host === null) return undefined;
    const draw = (): void => {
      chart.current?.destroy();
      chart.current = new uPlot(
        optionsOf(newestData.current, host),
        seriesOf(newestData.current),
        host,
      );
    };
    draw();
    const sizes = new ResizeObserver(() => {
      chart.current?.setSize({ width: host.clientWidth, height: HEIGHT_PX });
    });
    sizes.observe(host);
    const themes = new MutationObserver(draw);
    themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    const system = matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', draw);
    return () => {
      sizes.disconnect();
      themes.disconnect();
      system.removeEventListener('change', draw);
      chart.current?.destroy();
      chart.current = null;
    };
  }, []);
  return element;
}

function seriesOf({ lines, samples }: ChartData): uPlot.AlignedData {
  const times = samples.map(({ atMs }) => atMs / 1_000);
  return [times, ...lines.map(({ valueOf }) => samples.map(valueOf))];
}

function optionsOf({ lines, limit }: ChartData, host: HTMLElement): uPlot.Options {
  const soft = colourOf(host, '--soft');
  const grid = { stroke: colourOf(host, '--line'), width: 1 };
  const font = '12px system-ui, sans-serif';
  const axis = { stroke: soft, grid, font, ticks: { show: false } };
  return {
    width: host.clientWidth,
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: { show: false },
    // The last time of day stands half beyond the last sample.
    padding: [8, RIGHT_PX, 0, 0],
    scales: {
      x: { time: true, range: (_chart, least, most) => [windowFrom(least, most), most] },
      y: { range: (_chart, _least, most) => [0, Math.max(10, (most ?? 0) * 1.15)] },
    },
    axes: [
      {
        ...axis,
        size: X_AXIS_PX,
        splits: (chart, _axis, from, to) => splitsBetween(from, to, stepOf(chart, to - from)),
        values: (_chart, values) => {
          const [first = 0, second = first] = values;
          const clock = differsInSeconds(second - first) ? CLOCK : MINUTES;
          return values.map((value) => clock.format(value * 1_000));
        },
      },
      {
        ...axis,
        size: Y_AXIS_PX,
        values: (_chart, values) => values.map((value) => write.count(value)),
      },
    ],
    series: [
      {},
      ...lines.map(({ label, colour, dash }) => ({
        label,
        stroke: colourOf(host, colour),
        width: 2,
        points: { show: false },
        spanGaps: false,
        ...(dash !== undefined && { dash: [...dash] }),
      })),
    ],
    hooks:
      limit === undefined
        ? {}
        : { draw: [(chart) => drawLimit(chart, limit, colourOf(host, '--bad'))] },
  };
}

function stepOf({ width }: uPlot, spanSeconds: number): number {
  return stepSeconds(spanSeconds, width - Y_AXIS_PX - RIGHT_PX);
}

function windowFrom(least: number, most: number): number {
  return Math.max(most - WINDOW_SECONDS_MAX, Math.min(least, most - WINDOW_SECONDS_MIN));
}

function drawLimit(chart: uPlot, limit: number, colour: string): void {
  const { ctx, bbox } = chart;
  const y = chart.valToPos(limit, 'y', true);
  if (y < bbox.top || y > bbox.top + bbox.height) return;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 2;
  ctx.setLineDash([2, 6]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}

/** A canvas knows no `light-dark()`: the browser resolves it on an element. */
function colourOf(host: HTMLElement, name: string): string {
  const before = host.style.color;
  host.style.color = `var(${name})`;
  const { color } = getComputedStyle(host);
  host.style.color = before;
  return color;
}
