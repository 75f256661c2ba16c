export const en = {
  title: 'What these numbers mean',
  countedIn: 'Counted in',
  likes: 'Likes',
  views: 'Views',
  shown: 'Shown here',
  'live.word': 'Live',
  'live.text': 'every country reported within the last seconds.',
  'stale.word': 'As of 14:02',
  'stale.text': 'one is silent; this is its last count, and when it was true.',
  'unknown.word': '—',
  'unknown.text': 'not known. A failure is never shown as 0.',
  rules:
    'A like is one person’s, however often it is sent. A view is 2 seconds watched, or half of a shorter video; at most 10 a day count for one viewer and video.',
  trust: 'Who counts where, for anyone to check',
} as const;
