import type { ReactElement } from 'react';
import type { Check, Verdict } from '@holdfast/engine/charter/verify-certificate.ts';
import { Mark } from '../ui/chip.tsx';
import { Notice } from '../ui/notice.tsx';
import { CHECK_NAMES } from './words.ts';

type VerdictViewProps = Readonly<{
  verdict: Verdict;
  /** What else is not proven, because of how it was asked here. */
  alsoUnproven?: readonly string[];
}>;

/** What a check of a certificate found: the sentence, each step, and what it cannot prove. */
export function VerdictView({ verdict, alsoUnproven = [] }: VerdictViewProps): ReactElement {
  const { holds, checks } = verdict;
  const unproven = [...alsoUnproven, ...verdict.unproven];
  return (
    <div className="verdict stack">
      <div role="status">
        {holds ? (
          <p className="verdict-word" data-tone="good">
            <Mark tone="good" /> The certificate holds.
          </p>
        ) : (
          <Notice tone="bad">
            <p className="verdict-word">
              <Mark tone="bad" /> The certificate does not hold.
            </p>
            <p>Do not rely on anything it says. {refusalOf(checks)}</p>
          </Notice>
        )}
      </div>
      <ol className="checks">
        {checks.map((check) => (
          <li key={check.name} data-tone={check.holds ? 'good' : 'bad'}>
            <Mark tone={check.holds ? 'good' : 'bad'} />
            <div>
              <strong>{CHECK_NAMES[check.name] ?? check.name}</strong>
              {' · '}
              <span className="check-word">{check.holds ? 'holds' : 'fails'}</span>
              <p className="small soft">{check.detail}</p>
            </div>
          </li>
        ))}
      </ol>
      {holds && (
        <div className="unproven">
          <h3>What this file cannot prove</h3>
          <ul>
            {unproven.map((what) => (
              <li key={what}>{what}</li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

function refusalOf(checks: readonly Check[]): string {
  const first = checks.find((check) => !check.holds);
  if (first === undefined) return '';
  return `${CHECK_NAMES[first.name] ?? first.name}: ${first.detail}.`;
}
