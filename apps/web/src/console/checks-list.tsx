import type { ReactElement } from 'react';
import type { PreflightCheck } from '@holdfast/protocol/console.ts';
import { Chip } from '../ui/chip.tsx';
import type { Tone } from '../ui/chip.tsx';
import { gateTitle } from './words.ts';

const TONES: Readonly<Record<PreflightCheck['light'], Tone>> = {
  green: 'good',
  red: 'bad',
  unknown: 'warn',
};

/** Lights with what they look at and why: gates, or the checks before a start. */
export function ChecksList({
  checks,
}: Readonly<{ checks: readonly PreflightCheck[] }>): ReactElement {
  return (
    <ul className="console-checks">
      {checks.map(({ name, light, reason }) => (
        <li key={name} data-light={light}>
          <Chip tone={TONES[light]}>{light}</Chip>
          <span>
            <strong>{gateTitle(name)}</strong>
            <span className="small soft">{reason}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
