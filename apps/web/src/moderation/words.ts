import { areaOf } from '../app/i18n.ts';
import type { Words } from '../app/i18n.ts';
import { en } from './messages.en.ts';

/** The words of reports, notices and moderation. */
export const moderationArea = areaOf(en, {
  ar: () => import('./messages.ar.ts').then(({ ar }) => ar),
});

export type ModerationWords = Words<keyof typeof en>;
