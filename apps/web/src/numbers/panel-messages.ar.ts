import type { Message } from '../app/i18n.ts';
import type { en } from './panel-messages.en.ts';

export const ar: Readonly<Record<keyof typeof en, Message>> = {
  title: 'ماذا تعني هذه الأعداد',
  countedIn: 'يُعدّ في',
  likes: 'إعجابات',
  views: 'مشاهدات',
  shown: 'المعروض هنا',
  'live.word': 'مباشر',
  'live.text': 'أبلغ كل بلد في الثواني الأخيرة.',
  'stale.word': 'حتى 14:02',
  'stale.text': 'أحدها صامت؛ هذا آخر عدد له ووقت صحته.',
  'unknown.word': '—',
  'unknown.text': 'غير معروف. لا يظهر العطل صفرًا أبدًا.',
  rules:
    'الإعجاب لشخص واحد مهما تكرر إرساله. المشاهدة ثانيتان أو نصف المقطع الأقصر، ويُحتسب للمشاهد من المقطع الواحد 10 في اليوم على الأكثر.',
  trust: 'من يعدّ وأين، ليتحقق أي أحد',
};
