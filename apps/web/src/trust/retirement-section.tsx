import type { ReactElement } from 'react';
import { Section } from '../ui/section.tsx';
import { write } from '../ui/text.ts';
import type { Retirement } from './record.ts';

type RetirementSectionProps = Readonly<{ retirements: readonly Retirement[] }>;

/** Copies that operators who gave the country away say they destroyed. */
export function RetirementSection({ retirements }: RetirementSectionProps): ReactElement {
  const intro =
    'An operator that gave the country away destroys its copy and signs a list of what it destroyed. Nobody can prove that no other copy was made.';
  return (
    <Section title="Copies destroyed" intro={intro}>
      {retirements.length === 0 ? (
        <p className="soft">No list of a destroyed copy is known here.</p>
      ) : (
        <ul className="stack">
          {retirements.map(({ operator, site, at, handover }) => (
            <li className="card" key={`${operator} ${site ?? ''} ${at ?? ''}`}>
              <h3>
                {operator}
                {site === null ? '' : `/${site}`}
              </h3>
              <p className="soft">says that its copy was destroyed: {write.time(at)}</p>
              {handover !== null && (
                <p>
                  <a href={`/v1/retirements/${handover}`}>The signed inventory</a>
                  <span className="soft">
                    : what was destroyed, and what cannot be proved. Check it with{' '}
                    <code>holdfast handover verify</code>.
                  </span>
                </p>
              )}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
