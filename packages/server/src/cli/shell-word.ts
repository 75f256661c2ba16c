// A word of a command that people paste into a shell.

const PLAIN = /^[\w@%+=:,./-]+$/;

/** The same text as one word, in quotes where a shell would make more of it. */
export function shellWord(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
