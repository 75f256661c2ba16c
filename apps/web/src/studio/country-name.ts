import type { StudioWords } from './words.ts';

const KNOWN = ['us', 'eu', 'row', 'other'] as const;

/** The name of a jurisdiction in the reader's language; its code where there is none. */
export function countryName(jurisdiction: string, t: StudioWords): string {
  const known = KNOWN.find((each) => each === jurisdiction);
  return known === undefined ? jurisdiction.toUpperCase() : t(`country.${known}`);
}
