import type { ReactElement } from 'react';
import { useWords } from '../app/i18n.ts';
import { Chip } from '../ui/chip.tsx';
import type { Tone } from '../ui/chip.tsx';
import type { Formats } from './formats.ts';
import { chipOf } from './state-chip.ts';
import type { ChipState } from './state-chip.ts';
import { useBefore } from './use-studio.ts';
import type { CountState } from './wire.ts';
import { DAY_MS } from './zone.ts';
import { studioArea } from './words.ts';

const TONES: Readonly<Record<ChipState['kind'], Tone>> = {
  live: 'good',
  catching: 'warn',
  paused: 'warn',
  unknown: 'idle',
};

type StateChipProps = Readonly<{
  state: CountState;
  asOf: string | null;
  formats: Formats;
  nowMs: number;
}>;

/** How a number stands, in words: never the colour alone. */
export function StateChip({ state, asOf, formats, nowMs }: StateChipProps): ReactElement {
  const t = useWords(studioArea);
  const chip = chipOf({ state, asOf }, useBefore(asOf), nowMs);
  const text = {
    live: () => t('state.live'),
    catching: () => t('state.catching', { n: chip.kind === 'catching' ? chip.minutes : 0 }),
    paused: () =>
      t('state.paused', {
        at: shortTime(chip.kind === 'paused' ? chip.sinceMs : 0, formats, nowMs),
      }),
    unknown: () => t('state.unknown'),
  }[chip.kind]();
  return <Chip tone={TONES[chip.kind]}>{text}</Chip>;
}

/** The time alone while it is less than a day ago. */
export function shortTime(ms: number, formats: Formats, nowMs: number): string {
  return nowMs - ms < DAY_MS ? formats.clock(ms) : formats.day(ms);
}
