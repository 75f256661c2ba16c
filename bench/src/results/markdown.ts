// The table that people read: what was promised, what came out, and the numbers behind it.

import { describeBusyness } from '../run/machine.ts';
import { formatSpread, formatValue } from './format.ts';
import { describeRounds, failures, reportName, type Report } from './report.ts';
import type { CaseSummary } from './summary.ts';
import type { Verdict } from './targets.ts';

export function renderMarkdown(report: Report): string {
  const name = reportName(report);
  const lines = [
    '# Latest results',
    '',
    ...context(report),
    '',
    `![Throughput and targets](./${name}.svg)`,
    '',
    '## Targets',
    '',
    '| Case | Target | Got, median (least to greatest) | |',
    '|---|---|---|---|',
    ...report.verdicts.map((verdict) => verdictRow(verdict, report)),
    '',
    '## Measured',
    '',
    '| Case | Server | Result | p50 | p99 | p99.9 | Processor: server, load |',
    '|---|---|---|---|---|---|---|',
    ...report.cases.map((summary) => caseRow(summary, report)),
    '',
    'Processor shares are of one core, in the measured window. Every run ended with all counts ' +
      'equal to those of the load generator\u2019s oracle, unless it is listed as failed.',
  ];
  const failed = failures(report);
  if (failed.length > 0) lines.push('', '## Failed runs', '', ...failed.map((text) => `- ${text}`));
  return `${lines.join('\n')}\n`;
}

function context(report: Report): string[] {
  const { machine, commit, dirty } = report;
  const state = dirty ? ', with uncommitted changes' : '';
  const quick = report.quick ? ' **A quick try-out at small scale, not a result.**' : '';
  const busy = describeBusyness(machine);
  const where = [
    machine.cpuModel,
    `${machine.cores} cores`,
    `${Math.round(machine.memoryBytes / 2 ** 30)} GiB`,
    machine.kernel,
    `Node ${machine.nodeVersion}`,
    machine.fileSystem,
    `${machine.fsyncsPerSecond.toLocaleString('en-US')} fsyncs/s`,
  ];
  return [
    `Commit \`${commit}\`${state}, ${report.startedAt.slice(0, 10)}.${quick}`,
    '',
    `${where.join(', ')}. ${describeRounds(report)}.${busy === null ? '' : ` **Note: ${busy}.**`}`,
    '',
    ...report.contenders.map((contender) =>
      contender.kind === 'ran'
        ? `- ${contender.title}: ${contender.describe}`
        : `- ${contender.title}: **missing**, ${contender.why}`,
    ),
  ];
}

function titleOf(caseId: string, report: Report): string {
  return report.cases.find((summary) => summary.caseId === caseId)?.title ?? caseId;
}

function verdictRow(verdict: Verdict, report: Report): string {
  const title = titleOf(verdict.caseId, report);
  if (verdict.kind === 'not-measured') {
    return `| ${title} | ${verdict.text} | not measured: ${verdict.why} | |`;
  }
  const got = formatSpread(verdict.got, verdict.unit);
  return `| ${title} | ${verdict.text} | ${got} | ${verdict.kind} by ${verdict.by} |`;
}

function caseRow(summary: CaseSummary, report: Report): string {
  const { title, contender, headline, metrics, runs } = summary;
  const server = report.contenders.find(({ name }) => name === contender)?.title ?? contender;
  const value = metrics[headline.metric];
  const why = runs.flatMap((run) => (run.kind === 'measured' ? [] : [run.kind]))[0];
  const result = value === undefined ? (why ?? '') : formatSpread(value, headline.unit);
  const latency = (['p50Ms', 'p99Ms', 'p999Ms'] as const).map((name) => {
    const spread = metrics[name];
    return spread === undefined ? '' : formatValue(spread.median, 'ms');
  });
  const shares = [metrics.serverCpuShare, metrics.loadCpuShare]
    .map((share) => (share === undefined ? '?' : `${Math.round(share.median * 100)} %`))
    .join(', ');
  const processor = metrics.loadCpuShare === undefined ? '' : shares;
  return `| ${[title, server, result, ...latency, processor].join(' | ')} |`;
}
