import { randomBytes } from 'node:crypto';
import { ByteWriter } from '@holdfast/engine/codec/bytes.ts';
import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import { charterFolder, found, leaveFourEntries, north } from '../../registrar/charter.fixture.ts';
import { middle, raw, withHeader } from '../../signed/between.fixture.ts';
import type { Arrived } from '../../signed/between.fixture.ts';
import { clientTo, newIdentity } from '../../signed/signed.fixture.ts';
import type { SignedClient } from '../../signed/signed-client.ts';
import { OPS_UNDER_WAY_MAX } from './cell-routes.ts';
import {
  callPath,
  CELL_ROUTES,
  ENTRIES_PAGE_MAX,
  entriesPath,
  FRAME_BYTES_MAX,
  opsPath,
} from './cell-wire.ts';
import { writeOpsFrame } from './ops-wire.ts';
import { connectCell } from './remote-cell.ts';
import type { RemoteCell } from './remote-cell.ts';
import { bulk, durable, EPOCH, granted, like, listenCell, SHUT, US } from './remote.fixture.ts';
import type { ListeningCell } from './remote.fixture.ts';

const never = new AbortController().signal;
const ONE = [granted('one', like(1))];

let closing: (() => unknown)[] = [];
let cell: ListeningCell;

beforeEach(async () => {
  closing = [];
  cell = await listenCell();
  closing.push(cell.close);
});

afterEach(async () => {
  for (const close of closing.toReversed()) await close();
});

function remote(url = cell.party.url, gateway = cell.gateway): RemoteCell {
  const party = { ...cell.party, url };
  const made = connectCell({
    jurisdiction: US,
    party,
    identity: gateway,
    nowMs: () => Date.now(),
    randomBytes,
  });
  closing.push(made.close);
  return made;
}

function signed(gateway = cell.gateway): SignedClient {
  const client = clientTo(cell.party.url, gateway, cell.identity);
  closing.push(client.close);
  return client;
}

function frame(...requests: Parameters<typeof writeOpsFrame>[1]['requests']): Uint8Array {
  const writer = new ByteWriter();
  writeOpsFrame(writer, { epoch: EPOCH, requests });
  return writer.take();
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('ops that are sent to a cell', () => {
  it('W104: are answered request by request, in the order in which they were sent', async () => {
    const requests = [granted('one', like(1), like(2)), bulk('two', like(1))];
    const result = await remote().sendOps(EPOCH, requests, never);
    expect(cell.cell.submitted).toEqual(requests);
    expect(plain(result)).toEqual(
      plain({ kind: 'replies', replies: requests.map((groups) => buffered(groups)) }),
    );
  });

  it('W101: by somebody whom the cell knows and who is no gateway are refused', async () => {
    const other = newIdentity('front', 'other');
    const result = await remote(cell.party.url, other).sendOps(EPOCH, ONE, never);
    expect(result).toMatchObject({ kind: 'lost', effect: 'none' });
    const answer = await signed(other).ask({ method: 'POST', path: opsPath(US), body: 'x' });
    expect(answer).toMatchObject({ kind: 'answer', status: 403 });
    expect(cell.cell.submitted).toEqual([]);
  });

  it('W100: and that are for another jurisdiction are refused', async () => {
    const path = opsPath('eu' as Jurisdiction);
    const answer = await signed().ask({ method: 'POST', path, body: frame(...ONE) });
    expect(answer).toMatchObject({ kind: 'answer', status: 404 });
    expect(cell.cell.submitted).toEqual([]);
  });

  it('W103: in a form that the cell does not know are refused whole', async () => {
    const body = Buffer.concat([frame(...ONE), Buffer.from([1, 1])]);
    const answer = await signed().ask({ method: 'POST', path: opsPath(US), body });
    expect(answer).toMatchObject({ kind: 'answer', status: 400 });
    expect(cell.cell.submitted).toEqual([]);
  });

  it('W103: in a frame that is too large are refused before they are read', async () => {
    const body = new Uint8Array(FRAME_BYTES_MAX + 1);
    const answer = await signed().ask({ method: 'POST', path: opsPath(US), body });
    expect(answer).toMatchObject({ kind: 'no-answer', code: 'wire-too-large', effect: 'none' });
  });

  it.each([
    ['altered', (sent: Arrived) => ({ ...sent, body: frame(bulk('evil', like(1))) as Buffer })],
    ['of another version', (sent: Arrived) => withHeader(sent, /^1;/, '2;')],
    ['signed by nobody', (sent: Arrived) => ({ ...sent, headers: {} })],
  ])('W103: that were %s on their way are never taken', async (_what, change) => {
    const isOps = ({ url }: Arrived): boolean => url.endsWith('/ops');
    const between = await middle(
      () => cell.server.url,
      (sent) => (isOps(sent) ? change(sent) : sent),
    );
    closing.push(between.close);
    const result = await remote(between.url).sendOps(EPOCH, ONE, never);
    expect(result).toMatchObject({ kind: 'lost' });
    expect(cell.cell.submitted).toEqual([]);
  });

  it('W113: are recorded once when somebody sends the same message again', async () => {
    const seen: Arrived[] = [];
    const between = await middle(
      () => cell.server.url,
      (sent) => {
        seen.push(sent);
        return sent;
      },
    );
    closing.push(between.close);
    await remote(between.url).sendOps(EPOCH, ONE, never);
    const ops = seen.find(({ url }) => url.endsWith('/ops'));
    if (ops === undefined) throw new Error('nothing was sent');
    const again = await raw(cell.server.url, ops);
    expect(again.status).toBe(409);
    expect(cell.cell.submitted).toHaveLength(1);
  });

  it.each(['sealed', 'not-owner', 'behind'] as const)(
    'W110: are not taken while the party is %s, and the newest entry goes along',
    async (admission) => {
      const folder = charterFolder();
      closing.push(folder.remove);
      const registrar = folder.open();
      registrar.append(found(registrar.charter, north));
      const newest = registrar.charter.newest(US);
      cell.role.admission = admission;
      cell.role.entry = newest;
      const result = await remote().sendOps(EPOCH, ONE, never);
      expect(result).toEqual({ kind: admission, epoch: 1, newest });
      expect(cell.cell.submitted).toEqual([]);
    },
  );

  it('W110: are not taken by a party that knows no entry either', async () => {
    cell.role.admission = 'not-owner';
    const result = await remote().sendOps(EPOCH, ONE, never);
    expect(result).toEqual({ kind: 'not-owner', epoch: 0, newest: undefined });
  });

  it('W104: and that a cell stopped taking in between have a reply of that kind', async () => {
    cell.cell.answer.submit = (groups, done) => {
      const isFirst = cell.cell.submitted.length === 1;
      done(isFirst ? durable(groups) : { kind: 'sealed', epoch: EPOCH });
    };
    const result = await remote().sendOps(EPOCH, [...ONE, bulk('two', like(1))], never);
    const replies = result.kind === 'replies' ? result.replies : [];
    expect(replies.map(({ kind }) => kind)).toEqual(['durable', 'sealed']);
  });

  it('are answered as unavailable before the cell has begun to run', async () => {
    cell.role.isServing = false;
    const result = await remote().sendOps(EPOCH, ONE, never);
    expect(result).toMatchObject({ kind: 'unavailable', code: 'cell-unavailable' });
  });

  it('W112: and that are more than a cell may hold are refused as overloaded', async () => {
    const waiting: (() => void)[] = [];
    cell.cell.answer.submit = (groups, done) => waiting.push(() => done(durable(groups)));
    const many = Array.from({ length: 30_000 }, (_, index) => like(index + 1));
    const line = remote();
    const sent = ['a', 'b', 'c'].map((name) => line.sendOps(EPOCH, [bulk(name, ...many)], never));
    while (waiting.length < 3) await new Promise(setImmediate);
    expect(OPS_UNDER_WAY_MAX).toBeLessThan(4 * many.length);
    const over = await line.sendOps(EPOCH, [bulk('d', ...many)], never);
    expect(over).toMatchObject({ kind: 'unavailable', code: 'overloaded' });
    for (const done of waiting) done();
    for (const result of await Promise.all(sent)) expect(result.kind).toBe('replies');
  });
});

describe('what a cell answers', () => {
  it('W104: in another form is not taken, and what was asked is open', async () => {
    const odd = await listenCell([
      {
        method: 'POST',
        url: '/v1/cells/:cell/ops',
        bodyBytesMax: FRAME_BYTES_MAX,
        handle: () => ({ kind: 'bytes', status: 200, body: 'well done' }),
      },
    ]);
    closing.push(odd.close);
    cell = odd;
    const result = await remote().sendOps(EPOCH, ONE, never);
    expect(result).toMatchObject({ kind: 'lost', effect: 'unknown' });
  });

  it('W104: is open when the connection is cut before the answer', async () => {
    cell.cell.answer.submit = () => void cell.server.close();
    const result = await remote().sendOps(EPOCH, ONE, never);
    expect(result).toMatchObject({ kind: 'lost', effect: 'unknown' });
    expect(cell.cell.submitted).toHaveLength(1);
  });

  it('is known to be nothing when there is no cell', async () => {
    await cell.close();
    const result = await remote().sendOps(EPOCH, ONE, never);
    expect(result).toMatchObject({ kind: 'lost', effect: 'none' });
  });
});

describe('a call', () => {
  it('W105: is asked with its question and answered with its reply', async () => {
    const asked: unknown[] = [];
    const position = { epoch: EPOCH, seq: 9 };
    Object.assign(cell.cell.client, {
      call: (name: string, ask: unknown) => {
        asked.push([name, ask]);
        return Promise.resolve({ kind: 'erased', position });
      },
    });
    const who = { kind: 'account', account: 'a1' } as const;
    const reply = await remote().call(EPOCH, { name: 'erase', ask: { who } });
    expect(asked).toEqual([['erase', { who }]]);
    expect(reply).toEqual({ kind: 'erased', position });
  });

  it('W105: of another form is refused', async () => {
    const ask = (name: string, body: unknown) =>
      signed().ask({
        method: 'POST',
        path: callPath(US, name as 'books'),
        body: JSON.stringify(body),
      });
    expect(await ask('books', { epoch: 1, ask: { more: 1 } })).toMatchObject({ status: 400 });
    expect(await ask('everything', { epoch: 1, ask: {} })).toMatchObject({ status: 400 });
  });

  it('W106: that is answered in another form has no answer', async () => {
    Object.assign(cell.cell.client, {
      call: () => Promise.resolve({ kind: 'erased', position: { epoch: 1, seq: 1 }, who: 'x' }),
    });
    const who = { kind: 'account', account: 'a1' } as const;
    const reply = await remote().call(EPOCH, { name: 'erase', ask: { who } });
    expect(reply).toMatchObject({ kind: 'lost', effect: 'unknown' });
  });

  it('that the cell cannot answer says so', async () => {
    expect(await remote().call(EPOCH, { name: 'books', ask: {} })).toEqual(SHUT);
  });

  it('AC52: that was turned away because the cell changes hands is one that was not taken', async () => {
    Object.assign(cell.cell.client, {
      call: () => {
        cell.role.admission = 'sealed';
        return Promise.resolve(SHUT);
      },
    });
    const reply = await remote().call(EPOCH, { name: 'whoIs', ask: { token: 't' } });
    expect(reply).toMatchObject({ kind: 'sealed' });
  });

  it('W110: is not taken by a party that does not own the cell', async () => {
    cell.role.admission = 'not-owner';
    const reply = await remote().call(2 as Epoch, { name: 'books', ask: {} });
    expect(reply).toMatchObject({ kind: 'not-owner' });
  });
});

describe('the charter as a party knows it', () => {
  const entries = (): readonly CharterEntry[] => {
    const folder = charterFolder();
    closing.push(folder.remove);
    leaveFourEntries(folder);
    return folder.entries();
  };

  it('W128: is given after an entry, also while the party owns nothing', async () => {
    cell.role.entries = entries();
    cell.role.admission = 'not-owner';
    cell.role.isServing = false;
    const answer = await remote().entriesAfter(1);
    expect(answer).toEqual({ kind: 'entries', entries: cell.role.entries.slice(1) });
    expect(await remote().entriesAfter(4)).toEqual({ kind: 'entries', entries: [] });
  });

  it('W128: is given page by page', async () => {
    const [entry] = entries();
    if (entry === undefined) throw new Error('there is no entry');
    const many = Array.from({ length: ENTRIES_PAGE_MAX + 1 }, (_, index) => ({
      ...entry,
      n: index + 1,
    }));
    cell.role.entries = many;
    const answer = await remote().entriesAfter(0);
    expect(answer).toEqual({ kind: 'entries', entries: many.slice(0, ENTRIES_PAGE_MAX) });
  });

  it('W128, W101: is not given to somebody who is no gateway', async () => {
    cell.role.entries = entries();
    const answer = await remote(cell.party.url, newIdentity('front', 'other')).entriesAfter(0);
    expect(answer).toMatchObject({ kind: 'lost', effect: 'none' });
  });

  it('W128: is refused to a question that names no entry', async () => {
    const path = entriesPath(US, 0).replace('after=0', 'after=all');
    expect(await signed().ask({ method: 'GET', path })).toMatchObject({ status: 400 });
  });

  it.each([
    ['no page', { entry: 'x' }],
    ['more than a page', { entries: Array.from({ length: ENTRIES_PAGE_MAX + 1 }, () => ({})) }],
    ['an entry that cannot be read', { entries: [{ n: 1 }] }],
    ['nothing that can be read', 'well done'],
  ])('W128: is no answer when it is %s', async (_what, said) => {
    const odd = await listenCell([
      {
        method: 'GET',
        url: CELL_ROUTES.entries,
        bodyBytesMax: 0,
        handle: () => ({ kind: 'bytes', status: 200, body: JSON.stringify(said) }),
      },
    ]);
    closing.push(odd.close);
    cell = odd;
    expect(await remote().entriesAfter(0)).toMatchObject({ kind: 'lost' });
  });
});

/** What arrives holds its outcomes in a buffer. */
function buffered(groups: Parameters<typeof durable>[0]): unknown {
  const index = cell.cell.submitted.indexOf(groups);
  const reply = durable(groups, index === -1 ? cell.cell.submitted.length : index + 1);
  return reply.kind === 'durable' ? { ...reply, outcomes: Buffer.from(reply.outcomes) } : reply;
}
