import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { Section } from '../ui/section.tsx';
import { write } from '../ui/text.ts';
import { getAudit } from './api.ts';
import { Fault } from './fault.tsx';

const LOOK_EVERY_MS = 3_000;
/** The file has them all. */
const SHOWN_MAX = 50;

/** What was done with this console, newest first. */
export function AuditTrail(): ReactElement {
  const audit = useQuery({
    queryKey: ['console', 'audit'],
    queryFn: getAudit,
    refetchInterval: LOOK_EVERY_MS,
    retry: false,
  });
  return (
    <Section
      title="Audit"
      intro="The newest entries; all of them are in console/console-audit.ndjson in the data folder."
    >
      <Fault error={audit.error} />
      <div className="table-wrap" tabIndex={0} role="region" aria-label="Entries of the audit">
        <table className="table console-audit">
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Who</th>
              <th scope="col">What</th>
              <th scope="col">Outcome</th>
              <th scope="col">More</th>
            </tr>
          </thead>
          <tbody>
            {(audit.data ?? []).slice(0, SHOWN_MAX).map((entry) => (
              <tr key={`${entry.at} ${entry.who} ${entry.what} ${entry.detail}`}>
                <td className="digits console-when">{write.time(entry.at)}</td>
                <th scope="row">{entry.who}</th>
                <td>{entry.what}</td>
                <td>{entry.outcome}</td>
                <td className="soft small">{entry.detail}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
