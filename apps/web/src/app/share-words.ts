import { areaOf } from './i18n.ts';
import type { Message } from './i18n.ts';

const en = {
  title: 'Share',
  address: 'Address of this video',
  copy: 'Copy link',
  copied: 'Copied.',
  select: 'This browser does not let pages copy: the address above can be selected.',
  more: 'Share with an app',
} as const;

const ar: Readonly<Record<keyof typeof en, Message>> = {
  title: 'مشاركة',
  address: 'عنوان هذا المقطع',
  copy: 'نسخ الرابط',
  copied: 'نُسخ.',
  select: 'لا يسمح هذا المتصفح للصفحات بالنسخ، ويمكن تحديد العنوان أعلاه.',
  more: 'مشاركة عبر تطبيق',
};

export const shareArea = areaOf(en, { ar: () => Promise.resolve(ar) });
