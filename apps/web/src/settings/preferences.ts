// How a person wants the pages to be. What is chosen holds on this device at once, and is kept with
// the account where there is one.

import { ask } from '../app/ask.ts';
import type { Answer } from '../app/ask.ts';
import { chooseLocale, locale, LOCALES } from '../app/i18n.ts';
import type { Locale } from '../app/i18n.ts';
import { fieldsOf } from '../app/parse.ts';
import { chooseTheme, chosenTheme } from '../ui/theme.ts';
import type { Theme } from '../ui/theme.ts';

export type Preferences = Readonly<{
  locale: Locale;
  theme: Theme;
  shortcuts: boolean;
  sound: boolean;
  captions: boolean;
  hideCountsUnder: 0 | 1_000;
}>;

export const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

/** Where the feed reads its own; the values are `on` and `off`. */
const KEYS = {
  shortcuts: 'holdfast.single-keys',
  sound: 'holdfast.sound',
  captions: 'holdfast.captions',
} as const;

function isOn(key: string, first: boolean): boolean {
  try {
    const kept = localStorage.getItem(key);
    return kept === null ? first : kept === 'on';
  } catch {
    return first;
  }
}

/** What holds on this device. */
export function preferencesHere(): Preferences {
  return {
    locale: locale(),
    theme: chosenTheme(),
    shortcuts: isOn(KEYS.shortcuts, true),
    sound: isOn(KEYS.sound, false),
    captions: isOn(KEYS.captions, true),
    hideCountsUnder: 0,
  };
}

/** Makes a change hold on this device. */
export async function applyHere(change: Partial<Preferences>): Promise<void> {
  if (change.theme !== undefined) chooseTheme(change.theme);
  for (const name of ['shortcuts', 'sound', 'captions'] as const) {
    const value = change[name];
    if (value === undefined) continue;
    try {
      localStorage.setItem(KEYS[name], value ? 'on' : 'off');
    } catch {
      // Without storage it holds for the account alone.
    }
  }
  if (change.locale !== undefined && change.locale !== locale()) await chooseLocale(change.locale);
}

/** Checks what the server keeps; what somebody never chose is as it is on this device. */
export function parsePreferences(value: unknown): Partial<Preferences> {
  const fields = fieldsOf(value);
  const known = LOCALES.find((one) => one === fields['locale']);
  const theme = THEMES.find((one) => one === fields['theme']);
  const flags = (['shortcuts', 'sound', 'captions'] as const).flatMap((name) =>
    typeof fields[name] === 'boolean' ? [[name, fields[name]] as const] : [],
  );
  const hide = fields['hideCountsUnder'];
  return {
    ...(known === undefined ? {} : { locale: known }),
    ...(theme === undefined ? {} : { theme }),
    ...Object.fromEntries(flags),
    ...(hide === 0 || hide === 1_000 ? { hideCountsUnder: hide } : {}),
  };
}

export function savePreferences(
  change: Partial<Preferences>,
): Promise<Answer<Partial<Preferences>>> {
  return ask('/v1/me/settings', parsePreferences, { method: 'PATCH', body: change });
}
