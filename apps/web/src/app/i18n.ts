// The words of the app in the reader's language.
//
// English comes with the code that uses it, so that most readers wait for nothing more; another
// language is a file of its own for each area, with the same keys by type. Numbers, dates and
// plurals are Intl's.

import { use, useSyncExternalStore } from 'react';

export const LOCALES = ['en', 'ar'] as const;
export type Locale = (typeof LOCALES)[number];

const KEY = 'holdfast.locale';
const RIGHT_TO_LEFT: ReadonlySet<Locale> = new Set(['ar']);

/** One form for each plural category of the language; `{n}` is the number, written by Intl. */
export type Plural = Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;
export type Message = string | Plural;
export type Dictionary = Readonly<Record<string, Message>>;
/** Values for the `{names}` in a message. Numbers are written in the reader's way. */
export type Params = Readonly<Record<string, string | number>>;
/** Writes a message; the keys are those of one area. */
export type Words<Key extends string = string> = (key: Key, params?: Params) => string;

/** The messages of one area: English at hand, other languages on demand. */
export type Area<Key extends string> = Readonly<{
  en: Readonly<Record<Key, Message>>;
  load: Readonly<Record<Exclude<Locale, 'en'>, () => Promise<Readonly<Record<Key, Message>>>>>;
}>;

type Loaded = Readonly<Record<string, Message>>;

const loaded = new Map<unknown, Loaded>();
const loading = new Map<unknown, Promise<Loaded>>();
const used = new Set<Area<string>>();
const listeners = new Set<() => void>();
let current: Locale = kept() ?? preferred();

/** Makes an area of its English messages and a loader for each other language. */
export function areaOf<const D extends Dictionary>(
  en: D,
  loaders: Area<Extract<keyof D, string>>['load'],
): Area<Extract<keyof D, string>> {
  return { en, load: loaders };
}

/** The messages of an area in the current language; waits (suspends) while they load. */
export function useWords<Key extends string>(area: Area<Key>): Words<Key> {
  const language = useLocale();
  if (language !== 'en' && !loaded.has(area.load[language])) use(load(area, language));
  return wordsOf(area, language);
}

/** The same outside of components. English stands in for what has not been loaded. */
export function wordsNow<Key extends string>(area: Area<Key>): Words<Key> {
  return wordsOf(area, current);
}

export function useLocale(): Locale {
  return useSyncExternalStore(subscribe, locale, locale);
}

export function locale(): Locale {
  return current;
}

/** Changes the language once the words on the page are there in it, and keeps the choice. */
export async function chooseLocale(next: Locale): Promise<void> {
  if (next !== 'en') await Promise.all([...used].map((area) => load(area, next)));
  current = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Without storage it holds for this page alone.
  }
  applyLocale();
  for (const listener of listeners) listener();
}

/** Puts language and direction on the document. */
export function applyLocale(): void {
  document.documentElement.lang = current;
  document.documentElement.dir = RIGHT_TO_LEFT.has(current) ? 'rtl' : 'ltr';
}

/** Writes one message in a language. Pure but for Intl's tables. */
export function written(message: Message, params: Params, language: string): string {
  const form = typeof message === 'string' ? message : pluralForm(message, params, language);
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? numberFormat(language).format(value) : value;
  });
}

function pluralForm(message: Plural, params: Params, language: string): string {
  const count = params['n'];
  if (typeof count !== 'number') return message.other;
  return message[pluralRules(language).select(count)] ?? message.other;
}

function wordsOf<Key extends string>(area: Area<Key>, language: Locale): Words<Key> {
  used.add(area as Area<string>);
  const known = language === 'en' ? area.en : loaded.get(area.load[language]);
  const messages: Partial<Record<string, Message>> = known ?? area.en;
  return (key, params = {}) => written(messages[key] ?? area.en[key], params, language);
}

function load<Key extends string>(area: Area<Key>, language: Exclude<Locale, 'en'>) {
  const loader = area.load[language];
  const before = loading.get(loader);
  if (before !== undefined) return before;
  const promise = loader().then(
    (messages) => {
      loaded.set(loader, messages);
      return messages as Loaded;
    },
    // A page in English is better than none.
    () => {
      loaded.set(loader, area.en);
      return area.en as Loaded;
    },
  );
  loading.set(loader, promise);
  return promise;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function kept(): Locale | undefined {
  try {
    return LOCALES.find((one) => one === localStorage.getItem(KEY));
  } catch {
    return undefined;
  }
}

function preferred(): Locale {
  const wanted = globalThis.navigator?.languages ?? [];
  for (const tag of wanted) {
    const found = LOCALES.find((one) => tag.toLowerCase().split('-')[0] === one);
    if (found !== undefined) return found;
  }
  return 'en';
}

const numbers = new Map<string, Intl.NumberFormat>();
function numberFormat(language: string): Intl.NumberFormat {
  const made = numbers.get(language) ?? new Intl.NumberFormat(language);
  numbers.set(language, made);
  return made;
}

const rules = new Map<string, Intl.PluralRules>();
function pluralRules(language: string): Intl.PluralRules {
  const made = rules.get(language) ?? new Intl.PluralRules(language);
  rules.set(language, made);
  return made;
}
