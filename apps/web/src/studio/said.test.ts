import { describe, expect, it } from 'vitest';
import { written } from '../app/i18n.ts';
import { formatsOf } from './formats.ts';
import { ar } from './messages.ar.ts';
import { en } from './messages.en.ts';
import { definitionText, saidBy } from './said.ts';
import { seriesOf } from './wire.ts';
import type { Mark } from './wire.ts';
import type { StudioWords } from './words.ts';

const at = '2026-11-22T10:00:00.000Z';
const english: StudioWords = (key, params = {}) => written(en[key], params, 'en');
const arabic: StudioWords = (key, params = {}) => written(ar[key], params, 'ar');

/** A mark as it comes from the server. */
function markOf(mark: object): Mark {
  const read = seriesOf({ series: [], marks: [{ at, text: 'as the server says', ...mark }] });
  const [only] = read?.marks ?? [];
  if (only === undefined) throw new Error('no mark');
  return only;
}
const inEnglish = (mark: object): string => saidBy(markOf(mark), english, formatsOf('en', 'UTC'));
const inArabic = (mark: object): string => saidBy(markOf(mark), arabic, formatsOf('ar', 'UTC'));

const late = [{ count: 3_112, metric: 'views', day: '2026-11-17' }];
const MARKS = [
  {
    kind: 'incident',
    code: 'incident',
    params: { components: ['views-right', 'likes-fresh'], cells: ['us', 'eu'], late },
  },
  {
    kind: 'correction',
    code: 'correction',
    params: { metric: 'views', delta: -12, reason: 'fraud', title: '' },
  },
  { kind: 'definition', code: 'followers-kept' },
];

describe('SP18: what the server says by a code', () => {
  it('SP18: is said in English with its names and numbers', () => {
    expect(MARKS.map(inEnglish)).toEqual([
      'Trouble in United States and European Union: wrong views and late likes. ' +
        'Counted since, of Tue, Nov 17, 2026: 3,112 (Views).',
      'Views -12: Fraud',
      'Kept from here on: Followers',
    ]);
    const params = { cell: 'us', source: 'north', target: 'south' };
    expect(inEnglish({ kind: 'handover', code: 'handover', params })).toBe(
      'United States was handed over from north to south.',
    );
  });

  it('SP18: has no letter of English in Arabic but what somebody named', () => {
    for (const mark of MARKS) expect(inArabic(mark)).not.toMatch(/[A-Za-z]/);
    const params = { metric: 'likes', delta: 3, reason: 'bug', title: 'Waves' };
    const said = inArabic({ kind: 'correction', code: 'correction', params });
    expect(said.replace('Waves', '')).not.toMatch(/[A-Za-z]/);
  });

  it.each([
    [{ kind: 'incident', code: 'incident', params: { components: ['moon'], cells: ['us'] } }],
    [{ kind: 'incident' }],
    [{ kind: 'correction', code: 'correction', params: { metric: 'views', delta: '1' } }],
    [{ kind: 'handover', code: 'handover', params: { cell: 'us' } }],
    [{ kind: 'definition', code: 'of a newer server' }],
  ])('SP18: that is not known here stays as it was written: %j', (mark) => {
    expect(inArabic(mark)).toBe('as the server says');
  });

  it('SP18: defines a metric by its code, and else in the words that came', () => {
    const definitions = { views: 'in English', likes: 'in English' };
    const told = { definitions, definitionCodes: { views: 'newer', likes: 'likes-net' } };
    expect(definitionText(told, 'likes', arabic)).not.toMatch(/[A-Za-z]/);
    expect(definitionText(told, 'views', arabic)).toBe('in English');
    expect(definitionText(told, 'saves', arabic)).toBeUndefined();
  });
});
