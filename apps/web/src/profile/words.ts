import { areaOf } from '../app/i18n.ts';
import type { Words } from '../app/i18n.ts';
import { en } from './messages.en.ts';

/** The words of profiles and of lists of videos. */
export const profileArea = areaOf(en, {
  ar: () => import('./messages.ar.ts').then(({ ar }) => ar),
});

export type ProfileWords = Words<keyof typeof en>;
