// Both ends of the wire against each other, and against somebody in between.

import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cuttingProxy, middle, raw, withHeader } from './between.fixture.ts';
import type { Arrived, RawAnswer } from './between.fixture.ts';
import { clientTo, listenSigned, newIdentity } from './signed.fixture.ts';
import type { ListeningServer } from './signed.fixture.ts';
import type { SignedClient } from './signed-client.ts';
import { IDENTITY_PATH, SESSIONS_PATH } from './signed-server.ts';
import type { SignedRequest, SignedRoute } from './signed-server.ts';
import { SIGNED_HEADER, signRequest } from './sign.ts';

const north = newIdentity('north', 'east');
const south = newIdentity('south');
const mallory = newIdentity('mallory');
const DAY_MS = 86_400_000;

let closing: (() => unknown)[] = [];
let handled: SignedRequest[] = [];
let server: ListeningServer;
let client: SignedClient;

const echo: SignedRoute = {
  method: 'POST',
  url: '/echo',
  bodyBytesMax: 64,
  handle: (request) => {
    handled.push(request);
    return { kind: 'bytes', status: 200, body: `<${request.body.toString()}>` };
  },
};

let answersGone = 0;
/** As `echo`, with word when what it answered has gone. */
const told: SignedRoute = {
  method: 'POST',
  url: '/told',
  bodyBytesMax: 64,
  handle: ({ body }) => ({ kind: 'bytes', status: 200, body, onSent: () => (answersGone += 1) }),
};

const failing: SignedRoute = {
  method: 'POST',
  url: '/fails',
  bodyBytesMax: 64,
  handle: () => {
    throw new Error('a defect of the test');
  },
};

beforeEach(async () => {
  closing = [];
  handled = [];
  answersGone = 0;
  server = await listenSigned(south, [echo, told, failing]);
  closing.push(server.close);
  client = openClient(server.url);
});

afterEach(async () => {
  for (const close of closing.toReversed()) await close();
});

function openClient(
  url: string,
  identity = north,
  peer = south,
  nowMs?: () => number,
): SignedClient {
  const opened = clientTo(url, identity, peer, nowMs);
  closing.push(opened.close);
  return opened;
}

/** The address of somebody between the client and the server. */
async function between(
  ...changes: [Parameters<typeof middle>[1], Parameters<typeof middle>[2]?]
): Promise<string> {
  const { url, close } = await middle(() => server.url, ...changes);
  closing.push(close);
  return url;
}

function codeOf({ body }: RawAnswer): unknown {
  return (JSON.parse(body.toString()) as { code: unknown }).code;
}

/** The same message as a part of another version would begin it. */
function inVersion<Message extends Readonly<{ headers: object }>>(
  message: Message,
  version: string,
): Message {
  const headers = { ...message.headers } as Record<string, unknown>;
  headers[SIGNED_HEADER] = String(headers[SIGNED_HEADER]).replace(/^1;/, `${version};`);
  return { ...message, headers };
}

const say = (
  body: string,
  to: SignedClient = client,
): Promise<Awaited<ReturnType<SignedClient['ask']>>> =>
  to.ask({ method: 'POST', path: '/echo', body });

describe('a signed message', () => {
  it('reaches the handler with its proven sender, and the answer comes back', async () => {
    expect(await say('one')).toMatchObject({ kind: 'answer', status: 200 });
    expect(await say('two').then((reply) => 'body' in reply && reply.body.toString())).toBe(
      '<two>',
    );
    expect(handled[1]).toMatchObject({
      sender: { operator: 'north', site: 'east', keyId: north.keyId, publicKey: north.publicKey },
      path: '/echo',
    });
  });

  it('is answered with many others at a time', async () => {
    const replies = await Promise.all(Array.from({ length: 200 }, (_none, n) => say(String(n))));
    const bodies = replies.map((reply) => 'body' in reply && reply.body.toString());
    expect(bodies).toEqual(Array.from({ length: 200 }, (_none, n) => `<${n}>`));
    expect(new Set(handled.map(({ body }) => body.toString())).size).toBe(200);
  });

  it('is put where the asker wants it, and the handler hears that it has gone', async () => {
    const into = Buffer.alloc(8, '.');
    const reply = await client.ask({ method: 'POST', path: '/told', body: 'place', into });
    expect(reply).toMatchObject({ kind: 'answer', body: Buffer.from('place') });
    expect(into.toString()).toBe('place...');
    await vi.waitFor(() => expect(answersGone).toBe(1), 10_000);
    const larger = { method: 'POST', path: '/told', body: 'more than that', into } as const;
    expect(await client.ask(larger)).toMatchObject({ code: 'too-large', effect: 'unknown' });
  });

  it.each([
    ['newer', '2', /version 2.*version 1.*Bring this side/],
    ['older', '0', /version 0.*version 1.*Bring the sending side/],
  ])(
    'HF17, W1, W12: is refused from a part that is %s, with both versions named',
    async (...row) => {
      const [, version, words] = row;
      const url = await between((arrived) => inVersion(arrived, version));
      const reply = await say('x', openClient(url));
      expect(reply).toMatchObject({ kind: 'no-answer', code: 'wire-version', effect: 'none' });
      expect(reply).toHaveProperty('detail', expect.stringMatching(words));
      expect(handled).toEqual([]);
    },
  );

  it('W12: is told of by a newer part that refuses it in its own version', async () => {
    const url = await between(
      (arrived) => inVersion(arrived, '2'),
      (answer) => inVersion(answer, '2'),
    );
    const reply = await say('x', openClient(url));
    expect(reply).toMatchObject({ kind: 'no-answer', code: 'wire-version' });
    expect(handled).toEqual([]);
  });

  it('W13: to a path that a part does not know is refused by it, and nothing was done', async () => {
    const reply = await client.ask({ method: 'POST', path: '/v1/newer?x=1', body: 'x' });
    expect(reply).toMatchObject({ kind: 'no-answer', code: 'wire-path-unknown', effect: 'none' });
    expect(reply).toHaveProperty(
      'detail',
      expect.stringMatching(/POST \/v1\/newer\?x=1.*older version/),
    );
  });

  it('W12, W13: to a path that a part does not know is refused for its version first', async () => {
    const url = await between((arrived) => {
      return arrived.url === SESSIONS_PATH ? arrived : inVersion(arrived, '2');
    });
    const reply = await openClient(url).ask({ method: 'POST', path: '/v1/newer', body: 'x' });
    expect(reply).toMatchObject({ kind: 'no-answer', code: 'wire-version' });
  });

  it('W13: to a path that a part does not know is refused to strangers too', async () => {
    const response = await fetch(`${server.url}/v1/newer`);
    expect([response.status, await response.json()]).toMatchObject([
      404,
      { code: 'wire-path-unknown' },
    ]);
  });

  it('W1: is not taken for answered by an answer in another version, with both named', async () => {
    const url = await between(
      (arrived) => arrived,
      (answer) => inVersion(answer, '2'),
    );
    const reply = await say('x', openClient(url));
    expect(reply).toMatchObject({ kind: 'no-answer', code: 'wire-version' });
    expect(reply).toHaveProperty('detail', expect.stringMatching(/version 2.*version 1/));
  });

  it('W2: is refused from a key that is not known', async () => {
    const known = await listenSigned(south, [echo], {
      lookup: ({ publicKey }) => (publicKey === north.publicKey ? north : undefined),
    });
    closing.push(known.close);
    const reply = await say('x', openClient(known.url, mallory));
    expect(reply).toMatchObject({ code: 'wire-unknown-key', effect: 'none', retryable: false });
    expect(await say('x', openClient(known.url))).toMatchObject({ kind: 'answer' });
  });

  it('W2: is refused from a known key under another name', async () => {
    const known = await listenSigned(south, [echo], { lookup: () => north });
    closing.push(known.close);
    const posing = { ...north, site: 'west' };
    expect(await say('x', openClient(known.url, posing))).toMatchObject({
      code: 'wire-unknown-key',
    });
  });

  it('W2: is refused as soon as its key is no longer known', async () => {
    let isKnown = true;
    const known = await listenSigned(south, [echo], {
      lookup: (claimed) => (isKnown ? claimed : undefined),
    });
    closing.push(known.close);
    const sender = openClient(known.url);
    await say('x', sender);
    isKnown = false;
    expect(await say('x', sender)).toMatchObject({ code: 'wire-unknown-key' });
  });

  it('W2: is refused by another than it is for', async () => {
    const reply = await say('x', openClient(server.url, north, mallory));
    expect(reply).toMatchObject({ kind: 'no-answer', effect: 'none', retryable: false });
    expect(reply).toHaveProperty('detail', expect.stringMatching(/is for the holder of key/));
    expect(handled).toEqual([]);
  });

  it('W2: is refused within a session when it names another receiver', async () => {
    const url = await between((sent) =>
      sent.url === SESSIONS_PATH ? sent : withHeader(sent, /to=\w+/, `to=${mallory.keyId}`),
    );
    const reply = await say('x', openClient(url));
    expect(reply).toMatchObject({ code: 'wire-wrong-audience', effect: 'none' });
  });

  it.each([
    ['body', (sent: Arrived) => ({ ...sent, body: Buffer.from('forged') })],
    ['query', (sent: Arrived) => ({ ...sent, url: `${sent.url}?force=1` })],
    ['method', (sent: Arrived) => ({ ...sent, method: 'PUT' })],
    ['number', (sent: Arrived) => withHeader(sent, /; n=\d+/, '; n=77')],
    ['time', (sent: Arrived) => withHeader(sent, /; at=\d/, '; at=9')],
  ])('HF11, W3: is refused when its %s was altered', async (_what, alter) => {
    const both = await listenSigned(south, [echo, { ...echo, method: 'PUT' }]);
    closing.push(both.close);
    server = both;
    const url = await between((sent) => (sent.url === SESSIONS_PATH ? sent : alter(sent)));
    expect(await say('x', openClient(url))).toMatchObject({
      code: 'wire-signature',
      effect: 'none',
    });
    expect(handled).toEqual([]);
  });

  it('W3: is refused with the signature of something else', async () => {
    const url = await between((sent) =>
      sent.url === SESSIONS_PATH ? sent : withHeader(sent, /signature=../, 'signature=AA'),
    );
    // The refusal is bound to the signature that arrived, so the sender cannot believe it either.
    expect(await say('x', openClient(url))).toMatchObject({ code: 'unproven' });
    expect(handled).toEqual([]);
  });

  it('W3: is refused without a signature, and with one that cannot be read', async () => {
    const plain = { method: 'POST', url: '/echo', headers: {}, body: Buffer.from('x') };
    expect(codeOf(await raw(server.url, plain))).toBe('wire-unsigned');
    const odd = { ...plain, headers: { [SIGNED_HEADER]: '1; operator=north' } };
    expect(codeOf(await raw(server.url, odd))).toBe('wire-malformed');
  });

  it.each([
    ['status', { status: 201 }],
    ['body', { body: Buffer.from('<y>') }],
  ])('W4: is not answered by what has another %s than was signed', async (_what, altered) => {
    const url = await between(
      (sent) => sent,
      (answer, { url: path }) => (path === '/echo' ? { ...answer, ...altered } : answer),
    );
    expect(await say('x', openClient(url))).toMatchObject({ code: 'unproven', effect: 'unknown' });
  });

  it('W4: the answer to another request is not taken, though the peer signed it', async () => {
    const seen: RawAnswer[] = [];
    const url = await between(
      (sent) => sent,
      (answer, { url: path }) => {
        if (path === '/echo') seen.push(answer);
        return (path === '/echo' && seen[0]) || answer;
      },
    );
    const sender = openClient(url);
    expect(await say('same', sender)).toMatchObject({ kind: 'answer' });
    expect(await say('same', sender)).toMatchObject({ code: 'unproven' });
  });

  it('W5: a request for a session that is shown again gets none', async () => {
    const openings: Arrived[] = [];
    const url = await between((sent) => {
      if (sent.url === SESSIONS_PATH) openings.push(sent);
      return sent;
    });
    await say('x', openClient(url));
    const [opening] = openings;
    expect(opening && codeOf(await raw(server.url, opening))).toBe('wire-replayed');
  });

  it('HF12, W6: is taken once, however often it arrives', async () => {
    const sent: Arrived[] = [];
    const url = await between((arrived) => {
      sent.push(arrived);
      return arrived;
    });
    await say('x', openClient(url));
    const [message] = sent.filter(({ url: path }) => path === '/echo');
    if (message === undefined) throw new Error('nothing was sent');
    const replies = await Promise.all([raw(server.url, message), raw(server.url, message)]);
    expect(replies.map(codeOf)).toEqual(['wire-replayed', 'wire-replayed']);
    expect(handled).toHaveLength(1);
  });

  it('HF12, W6: is not taken again by a receiver that was restarted', async () => {
    const sent: Arrived[] = [];
    const url = await between((arrived) => {
      sent.push(arrived);
      return arrived;
    });
    await say('x', openClient(url));
    await server.close();
    server = await listenSigned(south, [echo]);
    closing.push(server.close);
    const [message] = sent.filter(({ url: path }) => path === '/echo');
    if (message === undefined) throw new Error('nothing was sent');
    expect(codeOf(await raw(server.url, message))).toBe('wire-session-unknown');
    expect(handled).toHaveLength(1);
  });

  it('W6: goes through to a receiver that was restarted, without the caller doing anything', async () => {
    await say('one');
    await server.close();
    server = await listenSigned(south, [echo], { port: server.port });
    closing.push(server.close);
    const replies = await Promise.all(['two', 'three', 'four'].map((body) => say(body)));
    expect(replies.map(({ kind }) => kind)).toEqual(['answer', 'answer', 'answer']);
    expect(handled).toHaveLength(4);
  });

  it.each([DAY_MS, -DAY_MS])('W7: names both clocks to a peer that is %i ms off', async (offMs) => {
    const nowMs = Date.UTC(2026, 10, 22, 14);
    const dated = await listenSigned(south, [echo], { nowMs: () => nowMs });
    closing.push(dated.close);
    const reply = await say(
      'x',
      openClient(dated.url, north, south, () => nowMs + offMs),
    );
    expect(reply).toMatchObject({ code: 'wire-clock', effect: 'none', retryable: false });
    const theirs = new Date(nowMs + offMs).toISOString();
    const ours = new Date(nowMs).toISOString();
    expect(reply).toHaveProperty('detail', expect.stringContaining(theirs));
    expect(reply).toHaveProperty('detail', expect.stringContaining(ours));
    expect(reply).toHaveProperty('detail', expect.stringContaining('86400 s apart'));
  });

  it('W7: goes on within a session when a clock jumps', async () => {
    let jumpMs = 0;
    const sender = openClient(server.url, north, south, () => Date.now() + jumpMs);
    await say('x', sender);
    jumpMs = DAY_MS;
    expect(await say('x', sender)).toMatchObject({ kind: 'answer' });
  });

  it('W8: is refused when its body is too large', async () => {
    expect(await say('y'.repeat(65))).toMatchObject({ code: 'wire-too-large', effect: 'none' });
    expect(await say('y'.repeat(64))).toMatchObject({ kind: 'answer' });
  });

  it('W8: is refused by its head, while its body has not begun to arrive', async () => {
    const body = Buffer.from('never sent');
    const fields = { method: 'POST', path: '/echo', to: south.keyId, n: 1, sentAtMs: 1, body };
    const { header } = signRequest(north, { ...fields, session: 'A'.repeat(22) });
    const socket = connect(server.port, '127.0.0.1');
    closing.push(() => socket.destroy());
    socket.write(
      `POST /echo HTTP/1.1\r\nhost: x\r\n${SIGNED_HEADER}: ${header}\r\ncontent-length: 10\r\n\r\n`,
    );
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    expect(bytes.toString()).toContain('wire-session-unknown');
  });

  it('W10: leaves open whether the peer acted when its handler failed', async () => {
    const reply = await client.ask({ method: 'POST', path: '/fails' });
    expect(reply).toMatchObject({ code: 'wire-failed', effect: 'unknown', retryable: true });
    expect(server.errors).toHaveLength(1);
  });

  it('W10: knows that nothing was done where nothing listens', async () => {
    await server.close();
    const reply = await say('x', openClient(server.url));
    expect(reply).toMatchObject({ code: 'unreachable', effect: 'none', retryable: true });
  });

  it('W10: leaves open whether the peer acted when it falls silent', async () => {
    const slow: SignedRoute = { ...echo, handle: () => new Promise(() => undefined) };
    const silent = await listenSigned(south, [slow]);
    closing.push(silent.close);
    const reply = await openClient(silent.url).ask({
      method: 'POST',
      path: '/echo',
      silenceMsMax: 300,
    });
    expect(reply).toMatchObject({ code: 'silent', effect: 'unknown', retryable: true });
  });

  it('W10: does not believe a refusal that the peer did not sign', async () => {
    const body = JSON.stringify({ code: 'wire-session-unknown', detail: 'send it again' });
    const url = await between(
      (sent) => sent,
      (answer) =>
        handled.length === 0 ? answer : { ...answer, status: 401, body: Buffer.from(body) },
    );
    expect(await say('x', openClient(url))).toMatchObject({ code: 'unproven', effect: 'unknown' });
    expect(handled).toHaveLength(1);
  });

  it('W11: is sent again when a kept connection was closed, and is taken once', async () => {
    const cutter = await cuttingProxy(server.port);
    closing.push(cutter.close);
    const sender = openClient(cutter.url);
    await say('one', sender);
    cutter.cutAtNextBytes();
    expect(await say('two', sender)).toMatchObject({ kind: 'answer' });
    expect(handled).toHaveLength(2);
  });

  it('tells anybody who it is', async () => {
    const response = await fetch(server.url + IDENTITY_PATH);
    const { operator, site, publicKey, keyId } = south;
    expect(await response.json()).toEqual({ operator, site, publicKey, keyId, versions: [1] });
  });
});
