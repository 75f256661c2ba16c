// Where somebody belongs who did not say so: by the country that a proxy in front says, where one is
// trusted to, and else wherever the operator has configured. Rules A71 and A72.

import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { Residency } from './parts.ts';

export type ResidencyOptions = Readonly<{
  cells: readonly Jurisdiction[];
  /** One of `cells`. */
  byDefault: Jurisdiction;
  /** The header with a country code (ISO 3166-1) that a proxy sets; `undefined` trusts none. */
  countryHeader: string | undefined;
}>;

/** Codes that stand for no country: unknown, and the Tor network. */
const NO_COUNTRY = new Set(['XX', 'T1']);
const COUNTRY_PATTERN = /^[A-Z][A-Z0-9]$/;
const REST = 'row' as Jurisdiction;

// With the territories that have a code of their own: whoever lives there is under the same law.
const COUNTRIES: Readonly<Record<string, string>> = {
  us: 'US AS GU MP PR UM VI',
  eu:
    'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK ' +
    'AX GF GP MF MQ RE YT',
};

/** A resolver for the cells of one gateway. */
export function residencyOf({ cells, byDefault, countryHeader }: ResidencyOptions): Residency {
  if (countryHeader === undefined) return () => byDefault;
  const name = countryHeader.toLowerCase();
  const rest = cells.includes(REST) ? REST : byDefault;
  const homes = new Map<string, Jurisdiction>();
  for (const cell of cells) {
    for (const country of COUNTRIES[cell]?.split(' ') ?? []) homes.set(country, cell);
  }
  return ({ headers }) => {
    const value = headers[name];
    const country = typeof value === 'string' ? value.trim().toUpperCase() : '';
    if (!COUNTRY_PATTERN.test(country) || NO_COUNTRY.has(country)) return byDefault;
    return homes.get(country) ?? rest;
  };
}
