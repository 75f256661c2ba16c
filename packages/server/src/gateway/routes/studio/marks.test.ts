import { describe, expect, it } from 'vitest';
import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import type { HandoverBalance } from '@holdfast/engine/charter/balances.ts';
import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { Video } from '../../../catalog/catalog.ts';
import type { Charter } from '../../parts.ts';
import { fakeCell } from '../../fakes/fake-cell.ts';
import { START_MS, us, video } from '../../fakes/fake-world.ts';
import { openAskStudio } from './ask-studio.ts';
import { marksOf } from './marks.ts';
import type { StudioMetric } from './studio-series.ts';

const AT = START_MS - 3_600_000;

/** The cell was founded by north and ceded to south; an entry later only changed the rule. */
const entries = (['north', 'south', 'south'] as const).map((operator, index) => {
  const owner = { operator, site: 'a', publicKey: `key of ${operator}`, url: 'https://x' };
  const act = (['found', 'cede', 'renew'] as const)[index];
  const handover = index === 1 ? { handover: 'us-1' } : {};
  const sinceMs = [0, AT, AT + 1_000][index];
  // The marks look at nothing else of an entry.
  return {
    cell: us,
    epoch: index + 1,
    act,
    owner,
    sinceMs,
    ...handover,
  } as unknown as CharterEntry;
});
const charter = {
  view: {
    entryOf: (cell: Jurisdiction, epoch: Epoch) => (cell === us ? entries[epoch - 1] : undefined),
  },
} as unknown as Charter;

function balance(closing: number, opening: number | undefined): HandoverBalance {
  const side = (views: number) =>
    ({ likes: 7, likesCorrected: -1, views, viewsCorrected: 2 }) as HandoverBalance['closing'];
  return {
    cell: us,
    handover: 'us-1',
    atMs: AT,
    closing: side(closing),
    opening: opening === undefined ? null : side(opening),
  };
}

const entry = (id: string): Video => ({
  video: video(id),
  durationMs: 1,
  creator: 'me',
  realm: 'account',
  title: id,
  caption: '',
  tags: [],
  mediaUrl: undefined,
  posterUrl: undefined,
  createdAtMs: 0,
});

async function marks(ids: readonly string[], metric: StudioMetric, items: HandoverBalance[]) {
  const cell = fakeCell(us, () => START_MS);
  cell.answer('balances', () => ({ kind: 'balances', items }));
  const cells = new Map([[us, cell.client]]);
  const parts = { cells, charter, ask: openAskStudio(cells, () => START_MS) };
  const range = { fromMs: START_MS - 86_400_000, toMs: START_MS };
  return marksOf(parts, { entries: ids.map(entry), metric, ...range, incidents: [] });
}

describe('SD23: a hand-over in a series', () => {
  const mark = {
    at: new Date(AT).toISOString(),
    kind: 'handover',
    text: 'us: north → south',
    code: 'handover',
    params: { cell: 'us', source: 'north', target: 'south' },
    link: '/trust/us',
    jurisdiction: 'us',
    operators: ['north', 'south'],
  };

  it('is marked with both operators, and for one video with what both signed', async () => {
    const items = [balance(100, 100)];
    expect(await marks(['a'], 'views', items)).toEqual([{ ...mark, closing: 102, opening: 102 }]);
    expect(await marks(['a'], 'likes', items)).toMatchObject([{ closing: 6, opening: 6 }]);
  });

  it('has no number that one of them has not signed, and none for many videos', async () => {
    const one = await marks(['a'], 'views', [balance(100, undefined)]);
    expect(one).toMatchObject([{ closing: 102, opening: null }]);
    const many = await marks(['a', 'b'], 'views', [balance(100, 100)]);
    expect(many).toEqual([{ ...mark, closing: null, opening: null }]);
  });
});
