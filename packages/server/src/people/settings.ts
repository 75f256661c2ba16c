// How a person wants the pages to be, on whichever device they sign in. Rule: docs/spec/accounts.md
// (AC80).

import { bool, choice } from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import type { KindRule } from './writing.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
/** Below which number a count is not shown; 0 shows all. */
export const COUNT_FLOORS = [0, 1_000] as const;
/** A language as browsers name it, or `system` for the browser's own. */
export const LOCALE_PATTERN = /^(system|[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3})$/;

export type SettingsBody = Readonly<{
  locale: string;
  theme: (typeof THEMES)[number];
  /** Keys of the feed. */
  shortcuts: boolean;
  sound: boolean;
  captions: boolean;
  hideCountsUnder: (typeof COUNT_FLOORS)[number];
}>;

/** Of somebody who has set nothing. */
export const DEFAULT_SETTINGS: SettingsBody = {
  locale: 'system',
  theme: 'system',
  shortcuts: true,
  sound: false,
  captions: true,
  hideCountsUnder: 0,
};

/** The form of each setting. */
export const SETTING_SHAPES: Readonly<Record<keyof SettingsBody, Shape>> = {
  locale: (value) => typeof value === 'string' && LOCALE_PATTERN.test(value),
  theme: choice(...THEMES),
  shortcuts: bool,
  sound: bool,
  captions: bool,
  hideCountsUnder: (value) => COUNT_FLOORS.some((floor) => floor === value),
};

export const SETTINGS: KindRule<SettingsBody> = {
  body: SETTING_SHAPES,
  writtenBy: 'person',
  perAccountMax: 1,
  onePerTarget: true,
};
