import type { Message } from '../app/i18n.ts';
import type { en } from './messages.en.ts';

const VIDEOS: Message = {
  zero: 'لا فيديوهات',
  one: 'فيديو واحد',
  two: 'فيديوهان',
  few: '{n} فيديوهات',
  many: '{n} فيديو',
  other: '{n} فيديو',
};

export const ar: Readonly<Record<keyof typeof en, Message>> = {
  title: 'بحث',
  label: 'ابحث عن فيديوهات وأشخاص ووسوم',
  placeholder: 'فيديوهات، أشخاص، وسوم',
  clear: 'إفراغ الحقل',
  kinds: 'عمّ تبحث',
  videos: 'فيديوهات',
  people: 'أشخاص',
  tags: 'وسوم',
  recent: 'عمليات بحث سابقة',
  'recent.note': 'محفوظة على هذا الجهاز وحده.',
  'recent.clear': 'انسها كلها',
  'recent.remove': 'انسَ «{q}»',
  suggestions: 'للبداية',
  'none.title': 'لا نتائج لـ«{q}»',
  'none.videos': 'جرّب كلمات أقل أو غيرها، أو ابحث بين الأشخاص والوسوم.',
  'none.people': 'يبدأ المعرّف بـ @، أما الاسم فلا يلزم.',
  'none.tags': 'الوسم كلمة واحدة.',
  'found.videos': VIDEOS,
  'found.people': {
    zero: 'لا أحد',
    one: 'شخص واحد',
    two: 'شخصان',
    few: '{n} أشخاص',
    many: '{n} شخصًا',
    other: '{n} شخص',
  },
  'found.tags': {
    zero: 'لا وسوم',
    one: 'وسم واحد',
    two: 'وسمان',
    few: '{n} وسوم',
    many: '{n} وسمًا',
    other: '{n} وسم',
  },
  'found.more': 'على الأقل',
  'tag.videos': VIDEOS,
  tooLong: 'أقصى طول للبحث 100 حرف.',
};
