import { areaOf } from '../app/i18n.ts';
import type { Words } from '../app/i18n.ts';
import { en } from './messages.en.ts';

export const watchArea = areaOf(en, {
  ar: () => import('./messages.ar.ts').then(({ ar }) => ar),
});

export type WatchWords = Words<keyof typeof watchArea.en>;
