import type { ReactElement, ReactNode } from 'react';

export type Tone = 'good' | 'warn' | 'bad' | 'idle';

const SHAPES: Readonly<Record<Tone, string>> = {
  good: 'm3 8.5 3.5 3.5L13 4.5',
  warn: 'M8 3v6M8 12.5v.5',
  bad: 'm4 4 8 8m0-8-8 8',
  idle: 'M3.5 8h9',
};

/** The shape of a state alone, where the word stands beside it. */
export function Mark({ tone }: Readonly<{ tone: Tone }>): ReactElement {
  return (
    <svg className="mark-shape" viewBox="0 0 16 16" aria-hidden="true">
      <path d={SHAPES[tone]} />
    </svg>
  );
}

/** A state in a word or two. The tone is only help for the eye: the word has to say it. */
export function Chip({
  tone,
  children,
}: Readonly<{ tone: Tone; children: ReactNode }>): ReactElement {
  return (
    <span className="chip" data-tone={tone}>
      <Mark tone={tone} />
      {children}
    </span>
  );
}
