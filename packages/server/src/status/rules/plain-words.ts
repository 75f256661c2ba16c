// Countries, lists, days and sentences as people write them. Pure.

const PLACE_NAMES: Readonly<Record<string, string>> = {
  us: 'the United States',
  eu: 'the European Union',
  row: 'the rest of the world',
};

/** What people call a cell's country. */
export function placeName(cell: string): string {
  return PLACE_NAMES[cell] ?? cell.toUpperCase();
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

/** Words that begin a sentence. */
export function sentenceStart(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

/** A detail, which begins small and has no end, as a sentence. */
export function asSentence(detail: string): string {
  const text = sentenceStart(detail);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

const DAY = new Intl.DateTimeFormat('en-GB', {
  ...{ weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' },
});

/** ST24: `3,112 late views added to Tuesday 17 November`; `day` as `2026-11-17`. */
export function lateText({
  count,
  metric,
  day,
}: Readonly<{ count: number; metric: string; day: string }>): string {
  const atMs = Date.parse(`${day}T00:00:00Z`);
  const shown = Number.isNaN(atMs) ? day : DAY.format(atMs).replace(',', '');
  return `${count.toLocaleString('en-GB')} late ${metric} added to ${shown}`;
}
