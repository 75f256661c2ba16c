// Handles: the public names of accounts. Rules AC1 to AC3 of docs/spec/accounts.md.

const CHARS_MIN = 3;
const CHARS_MAX = 30;

/** Names that would be taken for the platform itself or for one of its pages. */
const RESERVED: ReadonlySet<string> = new Set([
  ...['abuse', 'admin', 'administrator', 'api', 'help', 'holdfast', 'moderator', 'official'],
  ...['operator', 'postmaster', 'root', 'security', 'staff', 'status', 'support', 'system'],
  ...['account', 'accounts', 'anonymous', 'everyone', 'feed', 'home', 'login', 'logout', 'search'],
  ...['settings', 'signin', 'signup', 'studio', 'trust', 'undefined', 'null', 'upload', 'watch'],
]);

declare const brand: unique symbol;
/** A handle in its one spelling: small letters. Personal data, it stays in the home cell. */
export type Handle = string & { readonly [brand]: 'Handle' };

export type HandleFault =
  'length' | 'characters' | 'first-character' | 'last-character' | 'reserved';

export type ParsedHandle = Readonly<
  { kind: 'handle'; handle: Handle } | { kind: 'handle-invalid'; reason: HandleFault }
>;

/** Reads a handle that already may have an account; a name reserved later still signs in. */
export function parseHandle(text: string): ParsedHandle {
  if (text.length < CHARS_MIN || text.length > CHARS_MAX) return invalid('length');
  if (!/^[A-Za-z0-9_.]+$/.test(text)) return invalid('characters');
  if (!/^[A-Za-z]/.test(text)) return invalid('first-character');
  if (text.endsWith('.')) return invalid('last-character');
  // Only ASCII is left, so that lower case means the same in every locale.
  return { kind: 'handle', handle: text.toLowerCase() as Handle };
}

/** Reads a handle for a new account. */
export function parseNewHandle(text: string): ParsedHandle {
  const parsed = parseHandle(text);
  return parsed.kind === 'handle' && RESERVED.has(parsed.handle) ? invalid('reserved') : parsed;
}

function invalid(reason: HandleFault): ParsedHandle {
  return { kind: 'handle-invalid', reason };
}
