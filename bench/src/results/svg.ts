// The plot: horizontal bars, ours beside the stand-ins, with the targets as dashed lines. Each
// group has its own scale, since a batch of fifty and a single op are not of one size. Colours
// follow the reader's light or dark setting, with a background of its own either way.

import { formatValue } from './format.ts';
import { describeRounds, reportName, type Report } from './report.ts';
import type { CaseSummary } from './summary.ts';
import { targetMarks, type TargetMark } from './targets.ts';

const WIDTH = 960;
const MARGIN = 32;
const NAME_WIDTH = 150;
const BAR_LEFT: number = MARGIN + NAME_WIDTH;
const BAR_WIDTH = 460;
const BAR_HEIGHT = 18;
const BAR_STEP = 26;
const MARK_STEP = 14;
/** Room that a target's label needs on the left of its line. */
const MARK_LABEL_WIDTH = 200;
const HEAD_HEIGHT = 96;
const GROUP_TITLE_HEIGHT = 24;
const GROUP_GAP = 22;
const SECTION_HEIGHT = 38;

const STYLE = `
  :root { --paper: #ffffff; --ink: #1c2430; --faint: #5d6878; --line: #d9dee6;
    --holdfast: #0b7285; --redis: #c2410c; --postgres: #4c5f9e; --front: #9aa1ab; --target: #b4237a; }
  @media (prefers-color-scheme: dark) {
    :root { --paper: #12161c; --ink: #e6eaf0; --faint: #9aa5b4; --line: #2b333e;
      --holdfast: #3bc9db; --redis: #fb923c; --postgres: #93a5ea; --front: #5b6675; --target: #f472b6; } }
  text { font: 13px system-ui, sans-serif; fill: var(--ink); }
  .title { font-size: 20px; font-weight: 650; } .section { font-size: 15px; font-weight: 650; }
  .faint { fill: var(--faint); font-size: 12px; }
  .value, .mark { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; }
  .paper { fill: var(--paper); } .rule { stroke: var(--line); }
  .holdfast { fill: var(--holdfast); } .redis { fill: var(--redis); }
  .postgres { fill: var(--postgres); } .front { fill: var(--front); }
  .whisker { stroke: var(--ink); stroke-opacity: 0.7; }
  .target { stroke: var(--target); stroke-width: 1.5; stroke-dasharray: 5 3; }
  .mark { fill: var(--target); font-size: 11.5px; }
`;

type Group = Readonly<{
  title: string;
  bars: readonly CaseSummary[];
  marks: readonly TargetMark[];
}>;

type Drawn = Readonly<{ svg: string; height: number }>;

/** Draws a whole report; cases without a single measured run are left out. */
export function renderSvg(report: Report): string {
  const groups = groupsOf(report.cases);
  const isBetter = (better: 'higher' | 'lower') => (group: Group) =>
    group.bars[0]?.headline.better === better;
  const sections = [
    section('More is better', groups.filter(isBetter('higher')), report),
    section('Less is better', groups.filter(isBetter('lower')), report),
  ];
  let top = HEAD_HEIGHT;
  const placed = sections.map((draw) => {
    const drawn = draw(top);
    top += drawn.height;
    return drawn.svg;
  });
  const height = top + MARGIN;
  const size = `viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}"`;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-labelledby="title">`,
    `<title id="title">Holdfast benchmark of ${reportName(report)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="paper" width="${WIDTH}" height="${height}"/>`,
    head(report),
    ...placed,
    '</svg>',
  ];
  return `${lines.join('\n')}\n`;
}

function groupsOf(cases: readonly CaseSummary[]): readonly Group[] {
  const measured = cases.filter(({ metrics, headline }) => metrics[headline.metric] !== undefined);
  const ids = new Set(measured.map(({ caseId }) => caseId));
  return [...ids].flatMap((caseId) => {
    const bars = measured.filter((summary) => summary.caseId === caseId);
    const [first] = bars;
    if (first === undefined) return [];
    return [{ title: first.title, bars, marks: targetMarks(caseId, first.headline.metric, cases) }];
  });
}

function head(report: Report): string {
  const { machine } = report;
  const quick = report.quick ? ' \u00b7 a quick try-out, not a result' : '';
  const fsyncs = `${machine.fsyncsPerSecond.toLocaleString('en-US')} fsyncs/s`;
  const processor = `${machine.cpuModel}, ${machine.cores} cores`;
  const where = [processor, machine.fileSystem, fsyncs, `Node ${machine.nodeVersion}`].join(', ');
  const how =
    `${describeRounds(report)}: medians, thin lines from least to greatest; ` +
    'every count checked by an oracle; each group has its own scale';
  return [
    text(MARGIN, 40, `Holdfast, ${reportName(report)}${quick}`, 'title'),
    text(MARGIN, 62, where, 'faint'),
    text(MARGIN, 80, how, 'faint'),
  ].join('\n');
}

function section(title: string, groups: readonly Group[], report: Report): (top: number) => Drawn {
  return (top) => {
    if (groups.length === 0) return { svg: '', height: 0 };
    const parts = [
      line('rule', { x1: MARGIN, x2: WIDTH - MARGIN, y1: top + 6, y2: top + 6 }),
      text(MARGIN, top + 28, title, 'section'),
    ];
    let height = SECTION_HEIGHT;
    for (const group of groups) {
      const drawn = drawGroup(group, top + height, report);
      parts.push(drawn.svg);
      height += drawn.height + GROUP_GAP;
    }
    return { svg: parts.join('\n'), height };
  };
}

function drawGroup(group: Group, top: number, report: Report): Drawn {
  const values = group.bars.map(({ metrics, headline }) => metrics[headline.metric]?.max ?? 0);
  const scaleMax = Math.max(...values, ...group.marks.map((mark) => mark.value), Number.EPSILON);
  const x = (value: number): number => round(BAR_LEFT + (value / scaleMax) * BAR_WIDTH);
  const barsTop = top + GROUP_TITLE_HEIGHT + group.marks.length * MARK_STEP;
  const bottom = barsTop + group.bars.length * BAR_STEP;
  const bars = group.bars.map((bar, index) => drawBar(bar, barsTop + index * BAR_STEP, x, report));
  const marks = group.marks.map((mark, index) => {
    const labelY = top + GROUP_TITLE_HEIGHT + index * MARK_STEP + 8;
    return drawMark(mark.label, x(mark.value), labelY, bottom);
  });
  // Texts come last, with an edge in the paper's colour, so that no line runs through a number.
  const layers = [
    text(MARGIN, top + 12, group.title, ''),
    ...bars.map((bar) => bar.shape),
    ...marks.map((mark) => mark.shape),
    ...bars.map((bar) => bar.label),
    ...marks.map((mark) => mark.label),
  ];
  return { svg: layers.join('\n'), height: bottom - top };
}

type Drawing = Readonly<{ shape: string; label: string }>;

function drawMark(label: string, at: number, labelY: number, bottom: number): Drawing {
  const fitsLeft = at > BAR_LEFT + MARK_LABEL_WIDTH;
  return {
    shape: line('target', { x1: at, x2: at, y1: labelY - 8, y2: bottom - 2 }),
    label: text(fitsLeft ? at - 6 : at + 6, labelY, label, 'mark', fitsLeft ? 'end' : 'start'),
  };
}

function drawBar(
  summary: CaseSummary,
  top: number,
  x: (value: number) => number,
  report: Report,
): Drawing {
  const { contender, headline, metrics } = summary;
  const spread = metrics[headline.metric] ?? { median: 0, min: 0, max: 0 };
  const name = report.contenders.find((entry) => entry.name === contender)?.title ?? contender;
  const p99 = headline.better === 'higher' ? metrics.p99Ms : undefined;
  const tail = p99 === undefined ? '' : `, p99 ${formatValue(p99.median, 'ms')}`;
  const middle = top + BAR_HEIGHT / 2;
  const width = round(Math.max(1, x(spread.median) - BAR_LEFT));
  const box = `x="${BAR_LEFT}" y="${top}" width="${width}" height="${BAR_HEIGHT}"`;
  const bar = `<rect class="${contender}" ${box} rx="3"/>`;
  const whisker = line('whisker', { x1: x(spread.min), x2: x(spread.max), y1: middle, y2: middle });
  const value = formatValue(spread.median, headline.unit);
  return {
    shape: spread.max > spread.min ? `${bar}\n${whisker}` : bar,
    label: [
      text(BAR_LEFT - 10, middle + 4, name, '', 'end'),
      text(x(spread.max) + 8, middle + 4, `${value}${tail}`, 'value'),
    ].join('\n'),
  };
}

function line(
  className: string,
  { x1, x2, y1, y2 }: Readonly<{ x1: number; x2: number; y1: number; y2: number }>,
): string {
  return `<line class="${className}" x1="${x1}" x2="${x2}" y1="${y1}" y2="${y2}"/>`;
}

function text(
  x: number,
  y: number,
  content: string,
  className: string,
  anchor: 'start' | 'end' = 'start',
): string {
  const anchored = anchor === 'end' ? ' text-anchor="end"' : '';
  const place = `x="${round(x)}" y="${round(y)}"${anchored}`;
  return `<text class="${className}" ${place}>${escapeXml(content)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

export function escapeXml(content: string): string {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
