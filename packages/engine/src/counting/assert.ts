/** A rule of the system itself is broken; going on would make a count a lie. */
export class InvariantError extends Error {
  readonly code = 'invariant-broken';
}

/** Throws when something is false that can only be false through a defect. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}
