import { areaOf } from '../app/i18n.ts';
import type { Words } from '../app/i18n.ts';
import { en } from './messages.en.ts';

/** The words of the pages to upload. */
export const uploadArea = areaOf(en, {
  ar: () => import('./messages.ar.ts').then(({ ar }) => ar),
});

export type UploadWords = Words<keyof typeof en>;
