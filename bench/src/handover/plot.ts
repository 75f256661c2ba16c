// The plot: ops a second over the whole run, and under it each pause as its owner measured it with
// the longest that anybody waited in that rehearsal. One axis of time for both.

import { escapeXml } from '../results/svg.ts';
import { handoverReportName, rounded } from './report.ts';
import type { HandoverReport, Rehearsal } from './report.ts';

const WIDTH = 1_100;
const HEIGHT = 560;
const LEFT = 84;
const RIGHT = 24;
const OPS = { top: 110, height: 180 } as const;
const PAUSE = { top: 336, height: 170 } as const;
const TICKS = 4;
/** Steps of the series that make one point. */
const POINT_MS = 1_000;
const PAUSE_TARGET_MS = 350;
const PAUSE_LIMIT_MS = 900;
const TIME_TICKS = 8;

const STYLE = `
  :root { --paper: #ffffff; --ink: #1c2430; --faint: #5d6878; --line: #d9dee6;
    --ops: #0b7285; --pause: #c2410c; --wait: #4c5f9e; --target: #b4237a; }
  @media (prefers-color-scheme: dark) {
    :root { --paper: #12161c; --ink: #e6eaf0; --faint: #9aa5b4; --line: #2b333e;
      --ops: #3bc9db; --pause: #fb923c; --wait: #93a5ea; --target: #f472b6; } }
  text { font: 13px system-ui, sans-serif; fill: var(--ink); }
  .title { font-size: 20px; font-weight: 650; } .head { font-weight: 650; }
  .faint { fill: var(--faint); font-size: 12px; }
  .paper { fill: var(--paper); } .rule { stroke: var(--line); }
  .ops { fill: none; stroke: var(--ops); stroke-width: 1.5; }
  .cut { stroke: var(--pause); stroke-opacity: 0.25; }
  .pause { fill: var(--pause); } .wait { fill: none; stroke: var(--wait); stroke-width: 1.5; }
  .target { stroke: var(--target); stroke-width: 1.5; stroke-dasharray: 5 3; }
  .mark { fill: var(--target); font-size: 11.5px; }
`;

type Scale = (value: number) => number;

export function renderHandoverPlot(report: HandoverReport): string {
  const { load } = report;
  const wholeMs = Math.max(POINT_MS, load.series.length * load.stepMs);
  const x: Scale = (ms) => LEFT + (ms / wholeMs) * (WIDTH - LEFT - RIGHT);
  const name = `Holdfast, ${handoverReportName(report)}`;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" ` +
      `width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="title">`,
    `<title id="title">${escapeXml(name)}: ops a second and pauses</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="paper" width="${WIDTH}" height="${HEIGHT}"/>`,
    text(32, 40, `${name}${report.options.quick ? ', a quick try-out' : ''}`, 'title'),
    text(32, 62, subtitle(report), 'faint'),
    ...opsPanel(report, x),
    ...pausePanel(report.rehearsals, x),
    ...timeAxis(wholeMs, x),
    '</svg>',
  ];
  return `${lines.join('\n')}\n`;
}

function subtitle({ machine, options, rehearsals }: HandoverReport): string {
  return (
    `${machine.cpuModel}, ${machine.cores} cores; ${rounded(options.rows)} rows, ` +
    `${rounded(options.opsPerSecond)} ops/s by the clock, ${rehearsals.length} hand-overs; ` +
    'every count checked by an oracle'
  );
}

function opsPanel({ load, rehearsals }: HandoverReport, x: Scale): readonly string[] {
  const { top, height } = OPS;
  const perPoint = Math.max(1, Math.round(POINT_MS / load.stepMs));
  const points: { ms: number; perSecond: number }[] = [];
  // The last point may be of less than a whole second.
  for (let at = 0; at + perPoint <= load.series.length; at += perPoint) {
    const ops = load.series.slice(at, at + perPoint).reduce((sum, step) => sum + step.ops, 0);
    const ms = (at + perPoint / 2) * load.stepMs;
    points.push({ ms, perSecond: (ops * 1_000) / (perPoint * load.stepMs) });
  }
  const most = niceMax(Math.max(1, ...points.map(({ perSecond }) => perSecond)));
  const y: Scale = (value) => top + height - (value / most) * height;
  const path = points.map(
    ({ ms, perSecond }, index) =>
      `${index === 0 ? 'M' : 'L'}${tenth(x(ms))} ${tenth(y(perSecond))}`,
  );
  return [
    text(LEFT, top - 12, 'Ops acknowledged a second; thin lines: cuts', 'head'),
    ...grid(most, y, ''),
    ...rehearsals.map(({ people }) => {
      const at = tenth(x(cutAtMs(people)));
      return `<line class="cut" x1="${at}" x2="${at}" y1="${top}" y2="${top + height}"/>`;
    }),
    `<path class="ops" d="${path.join('')}"/>`,
  ];
}

function pausePanel(rehearsals: readonly Rehearsal[], x: Scale): readonly string[] {
  const { top, height } = PAUSE;
  const longest = rehearsals.map(({ people, pauseMs }) => Math.max(people.longestMs, pauseMs ?? 0));
  const most = niceMax(Math.max(PAUSE_LIMIT_MS * 1.1, ...longest));
  const y: Scale = (value) => top + height - (value / most) * height;
  const target = (ms: number, label: string): string =>
    `<line class="target" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${tenth(y(ms))}" ` +
    `y2="${tenth(y(ms))}"/>\n${text(WIDTH - RIGHT, y(ms) - 4, label, 'mark', 'end')}`;
  return [
    text(
      LEFT,
      top - 12,
      'Each hand-over: the pause (dots), and the longest that an op took (rings)',
      'head',
    ),
    ...grid(most, y, ' ms'),
    target(PAUSE_TARGET_MS, `p99 under ${PAUSE_TARGET_MS} ms`),
    target(PAUSE_LIMIT_MS, `never over ${PAUSE_LIMIT_MS} ms`),
    ...rehearsals.flatMap(({ people, pauseMs }) => {
      const cx = tenth(x(cutAtMs(people)));
      const ring = `<circle class="wait" cx="${cx}" cy="${tenth(y(people.longestMs))}" r="3.5"/>`;
      if (pauseMs === null) return [ring];
      return [ring, `<circle class="pause" cx="${cx}" cy="${tenth(y(pauseMs))}" r="3"/>`];
    }),
  ];
}

function grid(most: number, y: Scale, unit: string): readonly string[] {
  return Array.from({ length: TICKS + 1 }, (_, index) => {
    const value = (most * index) / TICKS;
    const at = tenth(y(value));
    const label = text(LEFT - 8, y(value) + 4, `${rounded(value)}${unit}`, 'faint', 'end');
    return `<line class="rule" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/>\n${label}`;
  });
}

function timeAxis(wholeMs: number, x: Scale): readonly string[] {
  const bottom = PAUSE.top + PAUSE.height;
  const stepSeconds = Math.max(1, Math.ceil(niceMax(wholeMs / 1_000 / TIME_TICKS)));
  const labels: string[] = [];
  for (let seconds = 0; seconds * 1_000 <= wholeMs; seconds += stepSeconds) {
    labels.push(text(x(seconds * 1_000), bottom + 20, `${seconds} s`, 'faint', 'middle'));
  }
  return labels;
}

/** About when the cut was: a watch ends a little after it. */
function cutAtMs({ fromMs, toMs }: Rehearsal['people']): number {
  return Math.max(fromMs, toMs - POINT_MS);
}

/** The next of 1, 2, 4, 5 or 8 times a power of ten. */
function niceMax(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 4, 5, 8, 10].find((one) => one * power >= value) ?? 10;
  return step * power;
}

function text(
  x: number,
  y: number,
  content: string,
  className: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
): string {
  const anchored = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
  return `<text class="${className}" x="${tenth(x)}" y="${tenth(y)}"${anchored}>${escapeXml(content)}</text>`;
}

const tenth = (value: number): number => Math.round(value * 10) / 10;
