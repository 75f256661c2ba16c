// Jurisdictions in plain words.

/** What is no region of a map, and so has no name in Intl's tables. */
const REST: Readonly<Record<string, string>> = { en: 'Rest of the world', ar: 'بقية العالم' };

/** Names a jurisdiction in a language; pages of the public record are in English. */
export function jurisdictionName(jurisdiction: string, language = 'en'): string {
  if (jurisdiction === 'row') return REST[language] ?? 'Rest of the world';
  const code = jurisdiction.toUpperCase();
  if (!/^[A-Z]{2}$/.test(code)) return code;
  return new Intl.DisplayNames(language, { type: 'region', fallback: 'code' }).of(code) ?? code;
}
