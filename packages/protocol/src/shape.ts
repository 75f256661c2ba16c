// Exact forms of records: every field is named and checked, and a field too many is refused, so
// that nothing can ride along.

import { isId, isJurisdiction } from './ids.ts';

/** A check of one value, or the exact fields of an object. */
export type Shape = ((value: unknown) => boolean) | Readonly<{ [field: string]: Shape }>;

/** Whether a value has exactly this form. */
export function fits(shape: Shape, value: unknown): boolean {
  if (typeof shape === 'function') return shape(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  for (const field of Object.keys(fields)) if (!Object.hasOwn(shape, field)) return false;
  return Object.entries(shape).every(([field, part]) => fits(part, fields[field]));
}

export const uint: Shape = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
export const int: Shape = (value) => Number.isSafeInteger(value);
export const bool: Shape = (value) => typeof value === 'boolean';
export const id: Shape = isId;
export const jurisdiction: Shape = isJurisdiction;
export const nothing: Shape = (value) => value === undefined;
export const numbers: Shape = (value) => value instanceof Float64Array;
export const bytes: Shape = (value) => value instanceof Uint8Array;

export function text(charsMax: number): Shape {
  return (value) => typeof value === 'string' && value.length <= charsMax;
}

export function choice(...values: readonly string[]): Shape {
  return (value) => values.includes(value as string);
}

export function list(item: Shape): Shape {
  return (value) => Array.isArray(value) && value.every((part) => fits(item, part));
}

export function union(...shapes: readonly Shape[]): Shape {
  return (value) => shapes.some((shape) => fits(shape, value));
}
