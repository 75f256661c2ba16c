// What the feed can open beside a clip, and the words that its parts share.

import type { Words } from '../app/i18n.ts';
import type { feedArea } from './words.ts';

export type Panel = 'comments' | 'why' | 'numbers' | 'help' | 'sign-in' | 'share';
export type FeedWords = Words<keyof typeof feedArea.en>;
