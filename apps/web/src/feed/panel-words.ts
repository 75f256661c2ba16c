import { areaOf } from '../app/i18n.ts';
import { en } from './panel-messages.en.ts';

export const panelsArea = areaOf(en, {
  ar: () => import('./panel-messages.ar.ts').then(({ ar }) => ar),
});
