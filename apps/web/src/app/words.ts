import { areaOf } from './i18n.ts';
import { en } from './messages.en.ts';

/** The words of the frame and of what all pages share. */
export const appArea = areaOf(en, {
  ar: () => import('./messages.ar.ts').then(({ ar }) => ar),
});
