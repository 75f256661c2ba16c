// Puts the report of a run on disk: JSON, table and plot under one name.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderHandoverMarkdown } from './markdown.ts';
import { renderHandoverPlot } from './plot.ts';
import { handoverReportName } from './report.ts';
import type { HandoverReport } from './report.ts';

/** Writes the files and returns their paths. */
export async function writeHandoverReport(
  report: HandoverReport,
  folder: string,
): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const name = handoverReportName(report);
  const files: readonly (readonly [string, string])[] = [
    [`${name}.json`, `${JSON.stringify(report, null, 1)}\n`],
    [`${name}.svg`, renderHandoverPlot(report)],
    [`${name}.md`, renderHandoverMarkdown(report)],
  ];
  const paths = files.map(([file]) => join(folder, file));
  for (const [file, content] of files) await writeFile(join(folder, file), content);
  return paths;
}
