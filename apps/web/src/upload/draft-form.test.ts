import { expect, it } from 'vitest';
import {
  addTags,
  changesBetween,
  EMPTY_FIELDS,
  faultsBeforePublishing,
  parseKeptFields,
} from './draft-form.ts';
import type { DraftFields } from './draft-form.ts';

const NOW_MS = Date.parse('2026-11-23T12:00:00Z');

it('UF10: only what the server does not have is sent to it', () => {
  expect(changesBetween(EMPTY_FIELDS, EMPTY_FIELDS)).toBe(null);
  const typed = { ...EMPTY_FIELDS, title: 'Sea', tags: ['a'] };
  expect(changesBetween(typed, EMPTY_FIELDS)).toEqual({ title: 'Sea', tags: ['a'] });
  expect(changesBetween(typed, { ...typed, tags: ['b'] })).toEqual({ tags: ['a'] });
});

it('UF10: what a browser kept comes back, and what is no field of a draft does not', () => {
  expect(parseKeptFields({ title: 'Sea', scheduledAt: null, tags: ['a'] })).toEqual({
    title: 'Sea',
    scheduledAt: null,
    tags: ['a'],
  });
  expect(parseKeptFields({ title: 7, tags: [1], visibility: 'all', scheduledAt: 'x' })).toEqual({});
  expect(parseKeptFields('nothing')).toEqual({});
});

it('UF11: words become tags at spaces, commas and hashes, each once', () => {
  expect(addTags([], '#sea, Hills  sea بحر')).toEqual({
    tags: ['sea', 'Hills', 'بحر'],
    rest: '',
    fault: null,
  });
  expect(addTags(['Sea'], 'sea')).toEqual({ tags: ['Sea'], rest: '', fault: null });
  expect(addTags([], 'हिन्दी')).toEqual({ tags: ['हिन्दी'], rest: '', fault: null });
});

it('UF11: what cannot be a tag stays in the field with its reason', () => {
  expect(addTags([], 'sea no-way hill')).toEqual({
    tags: ['sea'],
    rest: 'no-way hill',
    fault: 'characters',
  });
  expect(addTags([], 'x'.repeat(31))).toMatchObject({ tags: [], fault: 'long' });
  const twenty = Array.from({ length: 20 }, (_, index) => `t${index}`);
  expect(addTags(twenty, 'more')).toEqual({ tags: twenty, rest: 'more', fault: 'many' });
});

it('UF12: everything that stands against publishing is told at once, in the order of the page', () => {
  const faults = (fields: Partial<DraftFields>, hasVideo = true, name: string | null = null) =>
    faultsBeforePublishing({ ...EMPTY_FIELDS, ...fields }, { hasVideo, name }, NOW_MS);
  expect(faults({}, false)).toEqual(['upload', 'title-missing']);
  const wrong = { title: 'x'.repeat(101), scheduledAt: '2026-11-23T11:59:00Z' };
  expect(faults(wrong)).toEqual(['title-long', 'schedule-past']);
  expect(faults({ title: '🌊'.repeat(100) })).toEqual([]);
  expect(faults({ title: 'Sea' }, true, ' ')).toEqual(['name-missing']);
  expect(faults({ title: 'Sea' }, true, '🌊'.repeat(51))).toEqual(['name-long']);
  expect(faults({ title: 'Sea' }, true, '🌊'.repeat(50))).toEqual([]);
});
