import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ByteReader, ByteWriter } from '@holdfast/engine/codec/bytes.ts';
import type { Epoch, Jurisdiction, SessionId, SubjectId, VideoId } from '@holdfast/protocol/ids.ts';
import type { Op } from '@holdfast/protocol/ops.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallName, CallReply, CellCalls, Identity, OpGroup } from '../cell/cell-client.ts';
import { openCell } from '../cell/cell-host.ts';
import type { CellHost } from '../cell/cell-host.ts';
import type { AnyCall } from '../cell/messages.ts';
import { readReply, writeRequest } from '../cell/ops-frame.ts';
import { bulkSessionKey } from '../cell/session-key.ts';
import { emptyDraft } from '../people/draft.ts';
import { STUDIO_PARTS } from '../studio/studio-call.ts';
import { BorderError, openBorder } from './border.ts';
import { CASE_MARKERS, loadCases } from './case-load.fixture.ts';
import { RECORDS } from './records.ts';
import type { BorderRecord, RecordType } from './records.ts';

/** One of each for everything personal that goes into a cell; none of these may be in another. */
const MARKERS = {
  subject: 'markerSubjectQ7',
  erasedSubject: 'markerErasedK2',
  bulkSession: 'markerBulkSessionX4',
  tenant: 'markertenant9',
  handle: 'marker_handle_j3',
  otherHandle: 'marker_handle_w8',
  password: 'marker password V6 long enough',
  remote: '203.0.113.77',
  draftTitle: 'markerDraftTitleU8',
  timeZone: 'Marker/Zone_N5',
  followed: 'markerFollowedP4',
} as const;
/** Of somebody who has published a profile. */
const PUBLIC_HANDLE = 'public_handle';

const VIDEO = 'video-1' as VideoId;
const PERSON: Identity = {
  kind: 'subject',
  tenant: MARKERS.tenant,
  subject: MARKERS.subject as SubjectId,
};
const ERASED: Identity = {
  kind: 'subject',
  tenant: MARKERS.tenant,
  subject: MARKERS.erasedSubject as SubjectId,
};

/** A record, and the handle of the person whose own call it answers. */
type Left = Readonly<{ record: BorderRecord; asker: string | undefined }>;

const left: Left[] = [];
const askers = new Map<number, string>();
const waiting = new Map<number, (answer: unknown) => void>();
let dir: string;
let host: CellHost;
let lastId = 0;
let privateLikes: CallReply<'publicLikes'> | undefined;
let publicLikes: CallReply<'publicLikes'> | undefined;
/** The account of somebody who reported something. */
let reporter: string;

function capture(record: BorderRecord): void {
  const id = 'id' in record ? record.id : undefined;
  left.push({ record, asker: id === undefined ? undefined : askers.get(id) });
  if (record.type === 'acks') {
    const reader = new ByteReader(record.bytes);
    while (!reader.atEnd) {
      const reply = readReply(reader);
      waiting.get(reply.id)?.(reply.reply);
    }
  } else if ('answer' in record) waiting.get(record.id)?.(record.answer);
}

async function call<Name extends CallName>(
  name: Name,
  ask: CellCalls[Name]['ask'],
  asker?: string,
): Promise<CallReply<Name>> {
  lastId += 1;
  const id = lastId;
  if (asker !== undefined) askers.set(id, asker);
  const answer = new Promise((resolve) => waiting.set(id, resolve));
  // Name and question go together by the signature.
  host.receive({ kind: 'call', id, call: { name, ask } as AnyCall });
  return (await answer) as CallReply<Name>;
}

async function send(sessionKey: string, who: Identity, ops: readonly Op[]): Promise<unknown> {
  lastId += 1;
  const writer = new ByteWriter(1_024);
  const group: OpGroup = { sessionKey, who, startedAtMs: undefined, ops };
  writeRequest(writer, lastId, [group]);
  const id = lastId;
  const answer = new Promise((resolve) => waiting.set(id, resolve));
  host.receive({ kind: 'ops', bytes: writer.take() });
  return answer;
}

const like = (n: number): Op => ({ n, kind: 'like', video: VIDEO });

/** Everything that a cell can be asked, by and about marked people. */
async function fullLoad(): Promise<void> {
  const { tenant, handle, otherHandle, password, remote } = MARKERS;
  const session = bulkSessionKey(tenant, MARKERS.bulkSession as SessionId);
  await call('registerVideo', { video: VIDEO, durationMs: 10, creatorKey: 'x'.repeat(22) });
  await call('openSession', { who: PERSON });
  await call('checkWindow', {
    groups: [{ sessionKey: session, who: PERSON, startedAtMs: undefined, ops: [like(1)] }],
  });
  const view: Op = { n: 2, kind: 'view', video: VIDEO, watchedMs: 10, source: 'feed' };
  await send(session, PERSON, [like(1), view]);
  await send(session, PERSON, [like(900)]);
  await send(`${session}-2`, ERASED, [like(1)]);
  await call('likesAmong', { who: PERSON, videos: [VIDEO] });
  await call('likesPage', { who: PERSON, after: undefined, itemsMax: 10 });
  await call('erase', { who: ERASED });
  const note = 'a note of the operator';
  await call('correct', {
    video: VIDEO,
    metric: 'views',
    delta: 5,
    reason: 'bug',
    note,
    sessionKey: undefined,
  });
  await call('corrections', { video: VIDEO });
  await call('balances', { video: VIDEO });
  await call('books', {});
  await call('about', {});
  await call('recountLikes', {});
  const range = { fromMs: 0, toMs: Date.now() + 86_400_000 };
  await call('analytics', { video: VIDEO, metric: 'views', grain: 'day', ...range });
  const parts = STUDIO_PARTS;
  await call('studio', { videos: [VIDEO], parts, grain: 'quarter', ...range });

  const made = await call('signUp', { handle, password, remote }, handle);
  await call('signUp', { handle, password, remote }, otherHandle);
  await call('signUp', { handle: `${handle}!`, password, remote }, otherHandle);
  await call('signUp', { handle: otherHandle, password: 'short', remote }, otherHandle);
  await call('signIn', { handle, password: `${password}x`, remote }, otherHandle);
  await call('signIn', { handle, password, remote }, handle);
  const token = made.kind === 'signed-in' ? made.token : '';
  await call('whoIs', { token }, handle);
  await call('whoIs', { token: 'hft_nobody' }, otherHandle);
  await askOfAccount(token, handle);
  const other = await call('signUp', { handle: otherHandle, password, remote }, otherHandle);
  const otherToken = other.kind === 'signed-in' ? other.token : '';
  await call('deleteAccount', { token: otherToken }, otherHandle);
  await writeSomething(token, handle);
  await call('signOut', { token }, handle);
  host.receive({ kind: 'resync', position: undefined, id: 1 });
}

/** What somebody can ask about their account, with answers of a browser that are none. */
async function askOfAccount(token: string, handle: string): Promise<void> {
  const { password, remote } = MARKERS;
  const asked = { challenge: 'YQ', origin: 'http://localhost', rpId: 'localhost', answer: '{}' };
  await call('addPasskey', { token, ...asked, name: 'phone' }, handle);
  await call('passkeySignIn', { ...asked, account: 'a', credential: 'b', remote });
  await call('changePassword', { token, current: password, next: password, remote }, handle);
  await call('signIns', { token }, handle);
  await call('endSignIn', { token, id: 'ses_none' }, handle);
  await call('exportAccount', { token }, handle);
}

/** A draft of one person, who publishes nothing, and the profile and video of another. */
async function writeSomething(token: string, handle: string): Promise<void> {
  const { password, remote, draftTitle, timeZone } = MARKERS;
  const draft = { ...emptyDraft('v_private'), title: draftTitle };
  const kept = { kind: 'draft', target: 'v_private', body: draft } as const;
  await call('write', { token, puts: [kept], removes: [] }, handle);
  const find = { by: 'kind', of: 'draft', before: undefined, itemsMax: 10 } as const;
  await call('writings', { token, find }, handle);
  const asked = { handle: PUBLIC_HANDLE, password, remote };
  const made = await call('signUp', asked, PUBLIC_HANDLE);
  const public_ = made.kind === 'signed-in' ? made.token : '';
  const profile = { displayName: 'Ann', bio: '', likesPublic: false, timeZone, avatar: null };
  const media = { file: 'video-1.mp4', type: 'video/mp4', bytes: 1 };
  const size = { durationMs: 1, width: 1, height: 1 };
  const shown = { ...emptyDraft('v_public'), ...size, media, state: 'published' as const };
  const puts = [
    { kind: 'profile', target: '', body: profile },
    { kind: 'draft', target: 'v_public', body: { ...shown, publishedAtMs: 1 } },
  ] as const;
  await call('write', { token: public_, puts, removes: [] }, PUBLIC_HANDLE);
  await call('published', { after: 0 });
  const account = made.kind === 'signed-in' ? made.account : '';
  const likes = { account, after: undefined, itemsMax: 10 };
  privateLikes = await call('publicLikes', likes);
  const open = { kind: 'profile', target: '', body: { ...profile, likesPublic: true } } as const;
  await call('write', { token: public_, puts: [open], removes: [] }, PUBLIC_HANDLE);
  publicLikes = await call('publicLikes', likes);
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-border-'));
  const { privateKey } = generateKeyPairSync('ed25519');
  host = await openCell(
    {
      dir,
      keyFile: join(dir, 'at-rest.key'),
      jurisdiction: 'us' as Jurisdiction,
      operator: 'tester',
      epoch: 1 as Epoch,
      operatorKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      limits: { flushRowsMin: 1_000, flushAgeMsMax: 1_000 },
    },
    { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
    capture,
  );
  await fullLoad();
  reporter = (await loadCases(call, dir)).reporter;
});
afterAll(() => rmSync(dir, { recursive: true }));

/** All the text that could be read out of a record, whatever it is packed in. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return `${value}\n${decoded(value)}`;
  if (ArrayBuffer.isView(value)) {
    // The whole of the buffer would be copied to the other thread, not only what is looked at.
    const bytes = Buffer.from(value.buffer);
    return ['latin1', 'utf8', 'utf16le', 'base64']
      .map((form) => bytes.toString(form as BufferEncoding))
      .join('\n');
  }
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, part]) => `${name}\n${textOf(part)}`)
    .join('\n');
}

/** What is behind text that is base64url or hex, such as a grant. */
function decoded(text: string): string {
  const pieces = text
    .split(/[^A-Za-z0-9_-]+/)
    .flatMap((piece) => [piece, piece.replace(/^hf._/, '')]);
  return pieces
    .flatMap((piece) => [
      Buffer.from(piece, 'base64url').toString('latin1'),
      Buffer.from(piece, 'hex').toString('latin1'),
    ])
    .join('\n');
}

function holds(record: BorderRecord, marker: string): boolean {
  const text = textOf(record);
  const bytes = Buffer.from(marker);
  const forms = [marker, bytes.toString('hex'), bytes.toString('base64').replace(/=+$/, '')];
  return forms.some((form) => text.includes(form));
}

describe('the border of a cell', () => {
  it('lets out a handle only as the answer to that person', () => {
    for (const handle of [MARKERS.handle, MARKERS.otherHandle]) {
      const withHandle = left.filter(({ record }) => holds(record, handle));
      expect(withHandle.length).toBeGreaterThan(0);
      for (const { record, asker } of withHandle) {
        expect([record.type, RECORDS[record.type].destination]).toEqual([record.type, 'own']);
        expect([record.type, asker]).toEqual([record.type, handle]);
      }
    }
  });

  it.each(['draftTitle', 'timeZone'] as const)('lets out a %s only to that person', (name) => {
    const types = new Set(
      left.filter(({ record }) => holds(record, MARKERS[name])).map(({ record }) => record.type),
    );
    expect([...types].filter((type) => RECORDS[type].destination !== 'own')).toEqual([]);
    expect(types.size).toBeGreaterThan(0);
  });

  it.each<[keyof typeof CASE_MARKERS, readonly RecordType[]]>([
    ['holdWord', ['write']],
    ['heldText', ['heldFor', 'write']],
    ['reportNote', ['cases', 'write']],
    ['moderatorNote', ['cases']],
    ['facts', ['cases', 'moderate', 'writings']],
  ])('CM29 MO19: lets out the %s only in %j, which are not public', (name, types) => {
    const found = left.filter(({ record }) => holds(record, CASE_MARKERS[name]));
    expect([...new Set(found.map(({ record }) => record.type))].toSorted()).toEqual(types);
    const destinations = types.map((type) => RECORDS[type].destination);
    expect(destinations).not.toContain('public');
  });

  it('MO2: lets out who reported something only to them', () => {
    const found = left.filter(({ record }) => holds(record, reporter));
    expect(found.length).toBeGreaterThan(0);
    const others = found.filter(({ asker }) => asker !== 'case_reporter');
    expect(others.map(({ record }) => record.type)).toEqual([]);
  });

  it.each(['subject', 'erasedSubject', 'bulkSession', 'tenant', 'password', 'remote'] as const)(
    'never lets out the %s',
    (name) => {
      const types = left.filter(({ record }) => holds(record, MARKERS[name]));
      expect(types.map(({ record }) => record.type)).toEqual([]);
    },
  );

  it('DI31: lets out what somebody likes only after they made that public', () => {
    expect(privateLikes).toEqual({ kind: 'private' });
    expect(publicLikes).toEqual({ kind: 'public-likes', items: [], next: undefined });
  });

  it('was crossed by every type of record but faults of the machine', () => {
    const types = new Set(left.flatMap(({ record }) => typesIn(record)));
    const missing = Object.keys(RECORDS).filter((type) => !types.has(type as RecordType));
    expect(missing).toEqual(['border', 'notice']);
  });

  it('PE21: adds up what crossed it, by type', async () => {
    // The answer that has the totals is not yet in them.
    const before = left.length;
    const reply = await call('border', {});
    const after = left.slice(before).filter(({ record }) => record.type !== 'border');
    // Ticks go on; what they sent while the totals were asked for is not counted twice below.
    const counted = left.slice(0, before).concat(after);
    const totals = reply.kind === 'border' ? reply.types : [];
    expect(totals.map(({ type }) => type).toSorted()).toEqual(Object.keys(RECORDS).toSorted());
    for (const total of totals) {
      const { records, bytes, destination } = total;
      const type = total.type as RecordType;
      const ofType = counted.filter(({ record }) => typesIn(record).includes(type));
      expect([type, destination]).toEqual([type, RECORDS[type].destination]);
      expect([type, records]).toEqual([
        type,
        ofType.reduce((sum, { record }) => sum + sizeOf(record, type), 0),
      ]);
      expect([type, bytes > 0]).toEqual([type, ofType.length > 0]);
    }
  });

  it('is closed when the cell is', async () => {
    await host.close();
    const before = left.length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(left.length).toBe(before);
  });
});

/** The type of a record, and of the public ones in it. */
function typesIn(record: BorderRecord): readonly RecordType[] {
  return [record.type, ...publicTypesIn(record)];
}

function publicTypesIn(record: BorderRecord): readonly RecordType[] {
  if (record.type !== 'published') return [];
  const { rows } = (record as { answer: Extract<CallReply<'published'>, { rows: unknown }> })
    .answer;
  return rows.flatMap(({ record: one }) => one?.type ?? []);
}

function sizeOf(record: BorderRecord, type: RecordType): number {
  if (type !== record.type) return publicTypesIn(record).filter((one) => one === type).length;
  return record.type === 'subtotals' ? record.publication.videos.length : 1;
}

describe('a record', () => {
  const sent: BorderRecord[] = [];
  const border = openBorder((record) => sent.push(record));
  const position = { epoch: 1, seq: 1 };
  const watermark = { kind: 'watermark', jurisdiction: 'us', ...position, atMs: 1 };
  const subtotals = {
    kind: 'subtotals',
    jurisdiction: 'us',
    ...position,
    videos: [VIDEO],
    likes: Float64Array.of(1),
    views: Float64Array.of(1),
  };

  /** Records that no code could make by mistake, and that types would not let anybody write. */
  const forged: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['of an unknown type', { type: 'people', id: 1, answer: {} }],
    ['of a type that every object has', { type: 'constructor', id: 1, answer: {} }],
    [
      'with a field too many',
      { type: 'erase', id: 1, answer: { kind: 'erased', position, who: 'x' } },
    ],
    [
      'with a field too many deep inside',
      {
        type: 'erase',
        id: 1,
        answer: { kind: 'erased', position: { ...position, who: 'x' } },
      },
    ],
    [
      'with a field too many beside its answer',
      {
        type: 'erase',
        id: 1,
        answer: { kind: 'erased', position },
        who: 'x',
      },
    ],
    ['with a field too few', { type: 'erase', id: 1, answer: { kind: 'erased' } }],
    [
      'with text for a number',
      { type: 'erase', id: 1, answer: { kind: 'erased', position: { epoch: 1, seq: 'x' } } },
    ],
    ['with a name for its number', { type: 'signOut', id: 'x', answer: { kind: 'signed-out' } }],
    ['with an answer of another type', { type: 'books', id: 1, answer: { kind: 'signed-out' } }],
    ['with an odd id', { type: 'subtotals', publication: { ...subtotals, videos: ['a b'] } }],
    ['with text for a column', { type: 'subtotals', publication: { ...subtotals, likes: ['x'] } }],
    [
      'with a column too many',
      { type: 'subtotals', publication: { ...subtotals, who: Float64Array.of(1) } },
    ],
    [
      'with a field beside its publication',
      { type: 'watermark', publication: watermark, who: 'x' },
    ],
    ['with words beside its bytes', { type: 'acks', bytes: Uint8Array.of(1), who: 'x' }],
    ['with words for its bytes', { type: 'acks', bytes: 'x' }],
    [
      'with more words than a notice has',
      {
        type: 'notice',
        level: 'info',
        event: 'replay',
        message: 'x'.repeat(501),
      },
    ],
    ['with a notice of its own', { type: 'notice', level: 'info', event: 'gossip', message: 'x' }],
  ];

  it.each(forged)('%s is stopped, and leaves no trace in the totals', (_what, record) => {
    const before = border.totals();
    expect(() => border.pass(record as BorderRecord)).toThrow(BorderError);
    expect(sent).toEqual([]);
    expect(border.totals()).toEqual(before);
  });

  it('that is stopped is not quoted in the error', () => {
    const answer = { kind: 'erased', position, who: 'markerInError' };
    const pass = () => border.pass({ type: 'erase', id: 1, answer });
    expect(pass).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('marker') as unknown }),
    );
  });
});
