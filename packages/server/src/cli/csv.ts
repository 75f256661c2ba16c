// CSV as RFC 4180 has it: a header, CRLF, quotes where needed; safe to open in a spreadsheet.

/** `null` makes an empty cell: what is not known is not 0. */
export type CsvValue = string | number | boolean | null;

// What a spreadsheet would take for a formula, full-width forms included.
const FORMULA_START = /^[=+\-@\t\r\n\uFF0B\uFF0D\uFF1D\uFF20]/;
const NEEDS_QUOTES = /[",\r\n]/;

/**
 * One record with its end. A text that begins like a formula gets an apostrophe in front, as
 * spreadsheets do themselves, so that a video's title can run nothing; numbers stay numbers.
 */
export function csvRecord(values: readonly CsvValue[]): string {
  return `${values.map(csvCell).join(',')}\r\n`;
}

function csvCell(value: CsvValue): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const safe = FORMULA_START.test(value) ? `'${value}` : value;
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
