// Takes reports of places: whose they are, whether they are whole, and whether they are of now.
//
// Rules: docs/spec/status.md (ST30, ST31). Cheap checks first; a report that is refused has changed
// nothing.

import type { Board } from '../board.ts';
import { isPlace, readReport } from '../rules/observation.ts';
import type { StatusStore } from '../store/status-store.ts';
import { isSignedBy, publicKeyIn } from './place-key.ts';

export type Intake = Readonly<
  | { kind: 'taken' }
  | {
      kind: 'refused';
      code: 'malformed' | 'unknown-place' | 'bad-signature' | 'future' | 'late' | 'repeated';
      detail: string;
    }
>;

const refused = (code: Extract<Intake, { kind: 'refused' }>['code'], detail: string): Intake => ({
  kind: 'refused',
  code,
  detail,
});

/** Takes a report that came over the network, as the bytes it came in. */
export function takeReport(
  { board, store }: Readonly<{ board: Board; store: StatusStore }>,
  body: string,
  signature: string | undefined,
): Intake {
  const report = readReport(body);
  if ('kind' in report) return refused('malformed', `${report.detail}. Nothing was taken.`);
  const known = isPlace(report.place) ? store.place(report.place) : undefined;
  const publicKey = known === undefined ? undefined : publicKeyIn(known.publicKey);
  if (known === undefined || publicKey === undefined) {
    const how = 'Name it to the page with `holdfast status place add`.';
    return refused('unknown-place', `The page does not know this place. ${how}`);
  }
  if (signature === undefined || !isSignedBy(body, signature, publicKey)) {
    return refused('bad-signature', 'The report is not signed by the key of the place.');
  }
  // A report is taken once: what was recorded on its way cannot be played again.
  if (report.n <= known.lastN) {
    return refused('repeated', `A report with this number or a later one was taken already.`);
  }
  const answer = board.take(report);
  if (answer.kind === 'refused') return answer;
  store.heardFrom(report.place, report.n);
  return { kind: 'taken' };
}
