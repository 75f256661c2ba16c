// Puts a report on disk: JSON and plot under a name with date and commit; the table as `latest.md`.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderMarkdown } from './markdown.ts';
import { reportName, type Report } from './report.ts';
import { renderSvg } from './svg.ts';

/**
 * Writes the files and returns their paths. A report of only some workloads leaves `latest.md` as
 * it is, so that trying one workload does not hide the others' results.
 */
export async function writeReport(report: Report, folder: string): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const name = reportName(report);
  const files = new Map([
    [`${name}.json`, `${JSON.stringify(report, null, 2)}\n`],
    [`${name}.svg`, renderSvg(report)],
    [report.complete ? 'latest.md' : `${name}.md`, renderMarkdown(report)],
  ]);
  const paths: string[] = [];
  for (const [file, content] of files) {
    const path = join(folder, file);
    await writeFile(path, content);
    paths.push(path);
  }
  return paths;
}
