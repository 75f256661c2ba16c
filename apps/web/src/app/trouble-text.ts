import type { Trouble } from './ask.ts';
import type { Words } from './i18n.ts';
import type { appArea } from './words.ts';

/** The sentence of a trouble: the server's own words where it has some. */
export function troubleText(trouble: Trouble, t: Words<keyof typeof appArea.en>): string {
  if (trouble.kind === 'no-answer') return t('trouble.noAnswer');
  const { status, code, detail, title, retryAfterMs } = trouble.problem;
  if (status === 401) return t('trouble.signIn');
  if (code === 'rate-limited' && retryAfterMs !== undefined) {
    return t('trouble.wait', { n: Math.ceil(retryAfterMs / 1_000) });
  }
  return detail === '' ? title : detail;
}
