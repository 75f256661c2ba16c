import type { ReactElement } from 'react';
import type { ConsoleStatus } from '@holdfast/protocol/console.ts';
import { Mark } from '../ui/chip.tsx';
import { STEPS, stepOf } from './words.ts';

/** The way of a hand-over, with where it is on it. */
export function Stepper({ status }: Readonly<{ status: ConsoleStatus }>): ReactElement {
  const current = stepOf(status);
  return (
    <ol className="console-stepper" aria-label="The way of a hand-over">
      {STEPS.map(({ title, what }, index) => {
        const place = placeOf(index, current);
        return (
          <li key={title} data-place={place} aria-current={place === 'now' ? 'step' : undefined}>
            <span className="console-step-mark" aria-hidden="true">
              {place === 'done' ? <Mark tone="good" /> : index + 1}
            </span>
            <span>
              <strong>{title}</strong>
              <span className="unseen">
                {place === 'done' ? ', done' : ''}
                {place === 'now' ? ', now' : ''}
              </span>
              <span className="small soft">{what}</span>
            </span>
          </li>
        );
      })}
    </ol>
  );
}

function placeOf(index: number, current: number): 'done' | 'now' | 'to come' {
  if (index < current) return 'done';
  return index === current ? 'now' : 'to come';
}
