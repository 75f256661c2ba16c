// HTML as text, with everything escaped that is not HTML already.

/** Text that is HTML; only `html` makes it. */
export type Html = Readonly<{ html: string }>;

type Value = Html | string | number | undefined | readonly Value[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes text for HTML and XML, in elements and in quoted attributes. */
export function escaped(text: string): string {
  // Control characters other than those of white space are not allowed in XML at all.
  return text.replaceAll(/[&<>"']|(?![\t\n\r])\p{Cc}/gu, (sign) => ESCAPES[sign] ?? '');
}

/** A template whose values are escaped; lists are joined. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  let text = parts[0] ?? '';
  for (const [index, value] of values.entries()) text += textOf(value) + (parts[index + 1] ?? '');
  return { html: text };
}

function textOf(value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return escaped(value);
  if (typeof value === 'number') return String(value);
  if ('html' in value) return value.html;
  return value.map(textOf).join('');
}
