// The certificates of the rehearsals: what gateways told of each pause, and whether the newest hold.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Installation } from './installation.ts';
import { TOLD_NOTHING } from './report.ts';
import type { Checks, Rehearsal, Told } from './report.ts';

/** The newest so many are checked offline; each starts a process. */
const CHECKED = 3;
/** A certificate waits for the gateways' word and two signatures. */
const WAIT_MS_MAX = 30_000;
const LOOK_MS = 200;

/** Adds to each hand-over what its certificate says that gateways told. */
export async function withTold(
  installation: Installation,
  done: readonly Rehearsal[],
): Promise<readonly Rehearsal[]> {
  const told: Rehearsal[] = [];
  for (const one of done) {
    if (one.outcome !== 'handed-over') {
      told.push(one);
      continue;
    }
    const text = await certificateOf(installation, one);
    told.push({ ...one, told: text === undefined ? TOLD_NOTHING : toldIn(text) });
  }
  return told;
}

function toldIn(text: string): Told {
  const { body } = JSON.parse(text) as Readonly<{ body?: Readonly<{ ops?: Partial<Told> }> }>;
  const { held = null, retried = null, refused = null, clientErrors = null } = body?.ops ?? {};
  return { held, retried, refused, clientErrors };
}

/** Checks the newest with the command line, offline. */
export async function checkCertificates(
  installation: Installation,
  done: readonly Rehearsal[],
): Promise<Checks['certificates']> {
  const newest = done.filter(({ outcome }) => outcome === 'handed-over').slice(-CHECKED);
  const problems: string[] = [];
  for (const one of newest) {
    const problem = await problemOf(installation, one);
    if (problem !== null) problems.push(problem);
  }
  return { verified: newest.length - problems.length, problems };
}

async function problemOf(installation: Installation, one: Rehearsal): Promise<string | null> {
  const { handover, to } = one;
  const text = await certificateOf(installation, one);
  if (text === undefined) return `there is no certificate of ${handover}`;
  const file = join(installation.dataOf(to), '..', `${handover}.json`);
  await writeFile(file, text);
  return installation.holdfast('handover', 'verify', file).then(
    () => null,
    (error: unknown) => `the certificate of ${handover} does not hold: ${String(error)}`,
  );
}

/** From the side that took over; `undefined` when there is none in time. */
async function certificateOf(
  { urlOf }: Installation,
  { handover, to }: Rehearsal,
): Promise<string | undefined> {
  const untilMs = performance.now() + WAIT_MS_MAX;
  for (;;) {
    const answer = await fetch(`${urlOf(to)}/v1/handovers/${handover}/certificate`);
    const text = await answer.text();
    if (answer.ok) return text;
    if (performance.now() > untilMs) return undefined;
    await pause(LOOK_MS);
  }
}
