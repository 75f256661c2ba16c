// Where news can be sent, as people write it. Pure.

export const TARGET_CHARS_MAX = 512;

export type Target = Readonly<
  | { kind: 'email'; address: string }
  | { kind: 'webhook'; url: string }
  | { kind: 'fault'; detail: string }
>;

// Plain addresses only: no quoting, no comments, and nothing that could begin another header.
const EMAIL = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}$/;

/** Reads an e-mail address or the https address of a webhook. */
export function targetOf(text: string): Target {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > TARGET_CHARS_MAX) {
    return { kind: 'fault', detail: 'Write an e-mail address or an https address.' };
  }
  if (EMAIL.test(trimmed)) return { kind: 'email', address: trimmed };
  const url = URL.parse(trimmed);
  if (url === null || url.protocol !== 'https:') {
    const detail = 'That is neither an e-mail address nor an https address.';
    return { kind: 'fault', detail };
  }
  if (url.username !== '' || url.password !== '') {
    return { kind: 'fault', detail: 'A webhook may not hold a user name or a password.' };
  }
  url.hash = '';
  return { kind: 'webhook', url: url.href };
}
