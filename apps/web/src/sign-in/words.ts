import { areaOf } from '../app/i18n.ts';
import { en } from './messages.en.ts';

export const doorArea = areaOf(en, {
  ar: () => import('./messages.ar.ts').then(({ ar }) => ar),
});
