import { areaOf } from '../app/i18n.ts';
import type { Words } from '../app/i18n.ts';
import { en } from './messages.en.ts';

/** The words of the studio. */
export const studioArea = areaOf(en, { ar: () => import('./messages.ar.ts').then(({ ar }) => ar) });

export type StudioWords = Words<Extract<keyof typeof en, string>>;
