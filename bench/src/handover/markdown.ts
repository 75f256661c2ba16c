// The table that people read: what was promised, what came out, and each rehearsal.

import { describeBusyness } from '../run/machine.ts';
import { balanceOf, handoverReportName, pausesOf, quantile, rounded } from './report.ts';
import { verdictsOf, wrongs } from './report.ts';
import type { HandoverReport, Rehearsal } from './report.ts';

export function renderHandoverMarkdown(report: HandoverReport): string {
  const name = handoverReportName(report);
  const wrong = wrongs(report);
  const lines = [
    '# Hand-overs under load',
    '',
    ...context(report),
    '',
    `![Ops a second and pauses](./${name}.svg)`,
    '',
    '## Targets',
    '',
    '| Target | Got | |',
    '|---|---|---|',
    ...verdictsOf(report).map(({ text, got, kind }) => `| ${text} | ${got} | ${kind} |`),
    '',
    '## Load',
    '',
    '| While | Requests | p50 | p99 | p99.9 | longest |',
    '|---|---|---|---|---|---|',
    ...windowRows(report),
    '',
    ...totals(report),
    '',
    '## Rehearsals',
    '',
    '| # | From, to | Mode | Outcome | Pause | Longest op | Longest silence | Held | Sent again | Errors |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...report.rehearsals.map(rehearsalRow),
  ];
  if (wrong.length > 0) lines.push('', '## WRONG', '', ...wrong.map((text) => `- ${text}`));
  return `${lines.join('\n')}\n`;
}

function context(report: HandoverReport): readonly string[] {
  const { commit, dirty, startedAt, options, machine, seeding, opsPerRequest } = report;
  const busy = describeBusyness(machine);
  const where = [
    machine.cpuModel,
    `${machine.cores} cores`,
    machine.kernel,
    `Node ${machine.nodeVersion}`,
    machine.fileSystem,
    `${machine.fsyncsPerSecond.toLocaleString('en-US')} fsyncs/s`,
  ].join(', ');
  const minutes = (Date.parse(report.finishedAt) - Date.parse(startedAt)) / 60_000;
  const quick = options.quick ? ' **A quick try-out at small scale, not a result.**' : '';
  const limit = options.seedMbPerSecond;
  return [
    `Commit \`${commit}\`${dirty ? ', with uncommitted changes' : ''}, ${startedAt.slice(0, 10)}, ` +
      `${rounded(minutes)} minutes in all.${quick}`,
    '',
    `${where}.${busy === null ? '' : ` **Note: ${busy}.**`}`,
    '',
    `Registrar, two cells of two operators, a gateway and the load generator, each a process, all on ` +
      `this machine. ${rounded(options.rows)} like rows before; then ` +
      `${rounded(options.opsPerSecond)} ops/s by the clock, ${opsPerRequest} ops a request.`,
    '',
    `The copy: ${rounded(seeding.bytes / 1e6)} MB in ${rounded(seeding.ms / 1_000)} s with the making ` +
      `of the snapshot${seeding.transferMs === null ? '' : `, of which ${rounded(seeding.transferMs / 1_000)} s from the first byte`}; ` +
      `held back on purpose in ${rounded(seeding.throttledShare * 100)} % of the looks` +
      `${limit === null ? '' : `, with a limit of ${limit} MB/s`}.`,
  ];
}

const WINDOWS: Readonly<Record<string, string>> = {
  solo: 'SOLO',
  seeding: 'the copy is made',
  following: 'the copy follows',
  joint: 'JOINT',
};

function windowRows({ load }: HandoverReport): readonly string[] {
  return Object.entries(WINDOWS).map(([window, title]) => {
    const found = load.windows[window];
    if (found === undefined) return `| ${title} | not measured | | | | |`;
    const { count, p50Ms, p99Ms, p999Ms, maxMs } = found;
    const ms = [p50Ms, p99Ms, p999Ms, maxMs].map((value) => `${rounded(value)} ms`);
    return `| ${title} | ${count.toLocaleString('en-US')} | ${ms.join(' | ')} |`;
  });
}

function totals(report: HandoverReport): readonly string[] {
  const { load, checks } = report;
  const pauses = pausesOf(report);
  const { lost, doubled } = balanceOf(report);
  const [p50, p99, most] = [0.5, 0.99, 1].map((share) => rounded(quantile(pauses, share) ?? 0));
  const { counts, verified } = load;
  const errors = Object.entries(load.clientErrors).map(([what, count]) => `${count} x ${what}`);
  return [
    `- Pauses: p50 ${p50} ms, p99 ${p99} ms, longest ${most} ms, of ${pauses.length}.`,
    `- ${load.opsAcknowledged.toLocaleString('en-US')} ops acknowledged; ${lost} lost, ${doubled} ` +
      `doubled; ${verified.differences} of ${verified.videosCompared.toLocaleString('en-US')} counts ` +
      `wrong; books ${verified.booksBalanced ? 'balanced' : 'NOT BALANCED'}.`,
    `- Answers that said \`duplicate\`, since something on the way sent them again: ${load.duplicates}.`,
    `- Errors that clients saw: ${errors.length === 0 ? 'none' : errors.join(', ')}.`,
    `- A reader asked for 50 counts ${counts.polls.toLocaleString('en-US')} times, p99 ` +
      `${rounded(counts.latency.p99Ms)} ms, longest ${rounded(counts.latency.maxMs)} ms; ` +
      `${counts.faults} readings were wrong.`,
    `- Certificates checked offline: ${checks.certificates.verified}; fsck of both cells: ` +
      `${checks.fsck.north === '' && checks.fsck.south === '' ? 'clean' : 'NOT CLEAN'}.`,
  ];
}

function rehearsalRow(one: Rehearsal, index: number): string {
  const { from, to, mode, outcome, reason, pauseMs, people, told } = one;
  const number = (value: number | null): string => (value === null ? '?' : rounded(value));
  return `| ${[
    index + 1,
    `${from}, ${to}`,
    mode,
    outcome === 'handed-over' ? 'handed over' : `stopped: ${reason.replaceAll('|', '/')}`,
    `${number(pauseMs)} ms`,
    `${rounded(people.longestMs)} ms`,
    `${rounded(people.gapMs)} ms`,
    number(told.held),
    number(told.retried),
    people.clientErrors,
  ].join(' | ')} |`;
}
