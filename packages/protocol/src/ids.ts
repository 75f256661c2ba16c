// Names for the things Holdfast counts and keeps apart, branded so that they cannot be mixed up.

declare const brand: unique symbol;
type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };

/** A video as the outside names it: 1 to 64 characters of `A-Z a-z 0-9 _ -`. */
export type VideoId = Brand<string, 'VideoId'>;
/** An integrator's name for one of its own users; personal data, it stays in the home cell. */
export type SubjectId = Brand<string, 'SubjectId'>;
/** A session as the outside names it. */
export type SessionId = Brand<string, 'SessionId'>;
/** The jurisdiction a cell serves, such as `us`, `eu` or `row`. */
export type Jurisdiction = Brand<string, 'Jurisdiction'>;
/** One ownership of a cell; grows by one with every charter entry. */
export type Epoch = Brand<number, 'Epoch'>;
/** The dense number of a batch in a cell's journal, from 1. */
export type Seq = Brand<number, 'Seq'>;
/** Milliseconds since 1970-01-01T00:00:00Z. */
export type TimestampMs = Brand<number, 'TimestampMs'>;

/** Longest id that the outside may send, in characters. */
export const ID_CHARS_MAX = 64;

const ID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;
const JURISDICTION_PATTERN = /^[a-z]{2,8}$/;
const WIRE_NAME_PATTERN = /^[a-z0-9][a-z0-9-]{0,31}$/;

/** Whether a value from outside has the form of an id. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && ID_PATTERN.test(value);
}

/** Whether a value from outside has the form of a video id. */
export function isVideoId(value: unknown): value is VideoId {
  return isId(value);
}

/** Whether a value from outside has the form of a subject. */
export function isSubjectId(value: unknown): value is SubjectId {
  return isId(value);
}

/** Whether a value from outside has the form of a session name. */
export function isSessionId(value: unknown): value is SessionId {
  return isId(value);
}

/** Whether a value from outside has the form of a jurisdiction; it may still be unknown. */
export function isJurisdiction(value: unknown): value is Jurisdiction {
  return typeof value === 'string' && JURISDICTION_PATTERN.test(value);
}

/** Whether a value is the name of an operator or of a site (W2). */
export function isWireName(value: unknown): value is string {
  return typeof value === 'string' && WIRE_NAME_PATTERN.test(value);
}
