import { areaOf } from '../app/i18n.ts';
import type { Words } from '../app/i18n.ts';
import { en } from './messages.en.ts';

export const settingsArea = areaOf(en, {
  ar: () => import('./messages.ar.ts').then(({ ar }) => ar),
});

export type SettingsWords = Words<keyof typeof en>;
