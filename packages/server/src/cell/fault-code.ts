// What may be said of a fault outside the cell: its kind. Its words could quote what somebody sent.

/** The code of an error, or `unexpected`. */
export function faultCode(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'unexpected';
}
