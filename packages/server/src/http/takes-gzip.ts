// Whether whoever asks takes an answer compressed.

/** Reads the header `Accept-Encoding`; a weight of 0 is a no. */
export function takesGzip(acceptEncoding: string | string[] | undefined): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(acceptEncoding?.toString() ?? '');
}
