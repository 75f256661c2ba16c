// Jurisdictions in plain words.

const NAMES: Readonly<Record<string, string>> = {
  us: 'United States',
  eu: 'European Union',
  row: 'Rest of the world',
};

const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'code' });

export function jurisdictionName(jurisdiction: string): string {
  const name = NAMES[jurisdiction];
  if (name !== undefined) return name;
  const code = jurisdiction.toUpperCase();
  return /^[A-Z]{2}$/.test(code) ? (regions.of(code) ?? code) : code;
}
