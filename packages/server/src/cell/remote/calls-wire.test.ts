import { ByteWriter } from '@holdfast/engine/codec/bytes.ts';
import type { Epoch, SubjectId, VideoId } from '@holdfast/protocol/ids.ts';
import { describe, expect, it } from 'vitest';
import type { AnyCall } from '../messages.ts';
import { isRepeatable, readCall, readCallAnswer, writeCall } from './calls-wire.ts';
import { writeOpsFrame } from './ops-wire.ts';
import { bulk, like } from './remote.fixture.ts';

const epoch = 3 as Epoch;
const video = 'v1' as VideoId;
const who = { kind: 'subject', tenant: 'default', subject: 'a' as SubjectId } as const;
const remote = '203.0.113.1';
const enter = { handle: 'somebody', password: 'four unlikely words', remote };
const browser = { answer: '{}', challenge: 'YQ', origin: 'http://localhost', rpId: 'localhost' };

const CALLS: readonly AnyCall[] = [
  { name: 'openSession', ask: { who } },
  { name: 'openSession', ask: { who: { kind: 'anonymous' } } },
  { name: 'registerVideo', ask: { video, durationMs: 1_000, creatorKey: 'k' } },
  { name: 'checkWindow', ask: { groups: bulk('a', like(1)) } },
  {
    name: 'correct',
    ask: { video, metric: 'views', delta: -3, reason: 'fraud', note: '', sessionKey: undefined },
  },
  { name: 'corrections', ask: { video } },
  { name: 'erase', ask: { who } },
  { name: 'likesAmong', ask: { who, videos: [video] } },
  { name: 'likesPage', ask: { who, after: undefined, itemsMax: 50 } },
  { name: 'likesPage', ask: { who, after: '1-2', itemsMax: 50 } },
  { name: 'publicLikes', ask: { account: 'a', after: undefined, itemsMax: 50 } },
  { name: 'books', ask: {} },
  { name: 'border', ask: {} },
  {
    name: 'analytics',
    ask: { video, metric: 'views', grain: 'minute', fromMs: 0, toMs: 60_000 },
  },
  {
    name: 'studio',
    ask: { videos: [video], parts: ['days'], grain: 'day', fromMs: 0, toMs: 86_400_000 },
  },
  { name: 'signUp', ask: enter },
  { name: 'signIn', ask: enter },
  { name: 'passkeySignIn', ask: { ...browser, account: 'a', credential: 'c', remote } },
  { name: 'addPasskey', ask: { ...browser, token: 't', name: 'phone' } },
  { name: 'changePassword', ask: { token: 't', current: 'one', next: 'two', remote } },
  { name: 'signIns', ask: { token: 't' } },
  { name: 'endSignIn', ask: { token: 't', id: 'ses_a' } },
  { name: 'exportAccount', ask: { token: 't' } },
  { name: 'whoIs', ask: { token: 't' } },
  { name: 'signOut', ask: { token: 't' } },
  { name: 'deleteAccount', ask: { token: 't' } },
];

describe('the question of a call', () => {
  it.each(CALLS)('W105: $name is read as it was written', (call) => {
    const read = readCall(call.name, Buffer.from(writeCall({ epoch, call })));
    // What JSON leaves out is as good as undefined.
    expect(read).toEqual({ epoch, call });
  });

  it.each<[string, string, unknown]>([
    ['of no call', 'everything', { epoch, ask: {} }],
    ['of a name that every object has', 'constructor', { epoch, ask: {} }],
    ['without an epoch', 'books', { ask: {} }],
    ['with a field too many', 'books', { epoch, ask: { all: true } }],
    ['with a field beside it', 'books', { epoch, ask: {}, who }],
    [
      'with an answer of a browser that is too long',
      'addPasskey',
      { epoch, ask: { ...browser, token: 't', name: 'a', answer: 'x'.repeat(12_289) } },
    ],
    ['with an odd video', 'corrections', { epoch, ask: { video: 'a b' } }],
    ['with somebody of no kind', 'erase', { epoch, ask: { who: { kind: 'everybody' } } }],
    ['with a person without a number', 'erase', { epoch, ask: { who: { kind: 'person' } } }],
    ['with a tenant that is a path', 'erase', { epoch, ask: { who: { ...who, tenant: '../x' } } }],
    ['with a page too large', 'likesPage', { epoch, ask: { who, itemsMax: 1_001 } }],
    [
      'with too many videos',
      'likesAmong',
      { epoch, ask: { who, videos: Array.from({ length: 1_001 }, () => video) } },
    ],
    [
      'with a note too long',
      'correct',
      {
        epoch,
        ask: {
          video,
          metric: 'views',
          delta: 1,
          reason: 'bug',
          note: 'x'.repeat(501),
          sessionKey: undefined,
        },
      },
    ],
    [
      'with a correction by a fraction',
      'correct',
      {
        epoch,
        ask: { video, metric: 'views', delta: 0.5, reason: 'bug', note: '', sessionKey: undefined },
      },
    ],
    [
      'with a password too long',
      'signIn',
      { epoch, ask: { ...enter, password: 'x'.repeat(2_000) } },
    ],
  ])('W105: %s is refused', (_what, name, document) => {
    expect(readCall(name, Buffer.from(JSON.stringify(document)))).toMatchObject({ kind: 'fault' });
  });

  it('W105: with ops to look at is a frame with one request', () => {
    const writer = new ByteWriter();
    writeOpsFrame(writer, { epoch, requests: [bulk('a', like(1)), bulk('b', like(1))] });
    expect(readCall('checkWindow', writer.take())).toMatchObject({ kind: 'fault' });
    expect(readCall('checkWindow', Uint8Array.of(1, 2, 3))).toMatchObject({ kind: 'fault' });
  });

  it('W105: that is no JSON is refused', () => {
    expect(readCall('books', Buffer.from('{"epoch":'))).toMatchObject({ kind: 'fault' });
  });
});

describe('the answer to a call', () => {
  const position = { epoch: 1, seq: 2 };

  it.each([
    [{ kind: 'erased', position }],
    [{ kind: 'unavailable', code: 'storage-full', retryAfterMs: 5 }],
  ])('W106: is taken in the form that may cross the border: %j', (answer) => {
    expect(readCallAnswer('erase', Buffer.from(JSON.stringify(answer)))).toEqual(answer);
  });

  it.each([
    ['with a field too many', { kind: 'erased', position, who: 'somebody' }],
    ['of another call', { kind: 'signed-out' }],
    ['with text for a number', { kind: 'erased', position: { epoch: '1', seq: 2 } }],
    ['with a code that is not known', { kind: 'unavailable', code: 'tired', retryAfterMs: 1 }],
    ['that is nothing', null],
  ])('W106: %s is not taken', (_what, answer) => {
    const bytes = Buffer.from(JSON.stringify(answer));
    expect(readCallAnswer('erase', bytes)).toMatchObject({ kind: 'fault' });
  });
});

it('W115: what is answered otherwise the second time is not sent twice', () => {
  const once = CALLS.filter((call) => !isRepeatable(call)).map(({ name }) => name);
  expect(once).toEqual([
    'correct',
    'signUp',
    'passkeySignIn',
    'addPasskey',
    'changePassword',
    'deleteAccount',
  ]);
});

it('W115: what somebody writes is sent twice when that makes no second writing', () => {
  const repeats = (put: object): boolean => {
    const ask = { token: 't', puts: [{ target: 'x', body: {}, ...put }], removes: [] };
    return isRepeatable({ name: 'write', ask } as unknown as AnyCall);
  };
  expect(repeats({ kind: 'follow' })).toBe(true);
  expect(repeats({ kind: 'comment', id: 'cmt_1', expected: null })).toBe(true);
  expect(repeats({ kind: 'comment' })).toBe(false);
  expect(repeats({ kind: 'profile', expected: 7 })).toBe(true);
});
