// From the bytes of an answer to checked types. What does not have the expected form is no answer:
// a missing number must end as unknown, never as 0 or NaN.

export type Fields = Readonly<Record<string, unknown>>;
/** Checks a parsed JSON value; `undefined` means that it has not the expected form. */
export type Parse<T> = (value: unknown) => T | undefined;

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function wholeOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}

export function timeOf(value: unknown): string | undefined {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? value : undefined;
}

/** The checked elements of a list; one bad element makes the list bad. */
export function listOf<T>(value: unknown, parse: Parse<T>): readonly T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const parsed = value.map(parse);
  return parsed.includes(undefined) ? undefined : (parsed as T[]);
}

/** A page of a list: what is on it, and the cursor of the next one. */
export type ListPage<T> = Readonly<{ items: readonly T[]; next: string | undefined }>;

export function listPageOf<T>(parse: Parse<T>): Parse<ListPage<T>> {
  return (value) => {
    const fields = fieldsOf(value);
    const items = listOf(fields['items'], parse);
    return items === undefined ? undefined : { items, next: textOf(fields['next']) };
  };
}
