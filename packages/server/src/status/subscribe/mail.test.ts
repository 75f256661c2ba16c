// Mail against a real SMTP server on this machine.

import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerOptions } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Incident } from '../rules/incident.ts';
import { openStatusStore } from '../store/status-store.ts';
import type { StatusStore } from '../store/status-store.ts';
import { mailThrough } from './mail.ts';
import { selfSigned } from './self-signed.fixture.ts';
import { openSubscribers } from './subscribers.ts';
import type { Mail, SendMail, Subscribers } from './subscribers.ts';

const FROM = 'Holdfast Status <status@holdfast.example>';
const MINUTE_MS = 60_000;
const { key, cert } = selfSigned(Date.now());

type Got = Readonly<{ to: readonly string[]; text: string; isSecure: boolean; user: string }>;
type Post = Readonly<{ port: number; got: Got[]; close: () => Promise<void> }>;

let closing: (() => Promise<void> | void)[];
beforeEach(() => {
  closing = [];
});
afterEach(async () => {
  for (const close of closing.toReversed()) await close();
});

async function openPost(options: SMTPServerOptions = {}, port = 0): Promise<Post> {
  const got: Got[] = [];
  const server = new SMTPServer({
    key,
    cert,
    authOptional: true,
    logger: false,
    onData: (stream, session, done) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        const { secure: isSecure } = session;
        // Text is sent as quoted-printable, where a line that is too long goes on behind a "=".
        const text = Buffer.concat(parts).toString().replaceAll('=\r\n', '').replaceAll('=3D', '=');
        got.push({ to, text, isSecure, user: String(session.user ?? '') });
        done();
      });
    },
    ...options,
  });
  // A client that breaks off is no fault of the server.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
  closing.push(close);
  // It listens on a host and port, so this is no pipe.
  return { port: (server.server.address() as AddressInfo).port, got, close };
}

const MAIL: Mail = {
  to: 'kim@example.com',
  subject: '[investigating] Likes right',
  text: 'Some likes are wrong – since 14:00.',
  id: 'inc-1-7',
  end: 'https://status.example/status/unsubscribe?token=t',
};

describe('mail over SMTP', () => {
  it('ST48: arrives over smtps with sender, subject, text and a button that ends it', async () => {
    const post = await openPost({ secure: true });
    const send = mailThrough({ url: `smtps://localhost:${post.port}`, from: FROM, ca: cert });
    expect(await send(MAIL)).toBe('sent');
    const [mail] = post.got;
    expect(mail?.to).toEqual([MAIL.to]);
    expect(mail?.isSecure).toBe(true);
    for (const part of [
      `From: ${FROM}`,
      `Subject: ${MAIL.subject}`,
      'Message-ID: <inc-1-7@holdfast.example>',
      `List-Unsubscribe: <${MAIL.end}>`,
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
      'Some likes are wrong =E2=80=93 since 14:00.',
    ]) {
      expect(mail?.text).toContain(part);
    }
  });

  it('ST48: turns to TLS over smtp where the server can', async () => {
    const post = await openPost();
    const send = mailThrough({ url: `smtp://localhost:${post.port}`, from: FROM, ca: cert });
    expect([await send(MAIL), post.got[0]?.isSecure]).toEqual(['sent', true]);
  });

  it('ST48: sends over smtp without TLS where nothing is secret and the server cannot', async () => {
    const post = await openPost({ disabledCommands: ['STARTTLS', 'AUTH'] });
    const send = mailThrough({ url: `smtp://localhost:${post.port}`, from: FROM });
    expect([await send(MAIL), post.got[0]?.isSecure]).toEqual(['sent', false]);
  });

  it('ST48: never sends a password over a connection that did not turn to TLS', async () => {
    const passwords: string[] = [];
    const post = await openPost({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: ({ password }, _session, done) => {
        passwords.push(String(password));
        done(null, { user: 'kim' });
      },
    });
    const url = `smtp://kim:secret@localhost:${post.port}`;
    expect(await mailThrough({ url, from: FROM })(MAIL)).toBe('away');
    expect([passwords, post.got]).toEqual([[], []]);
  });

  it('ST48: signs in with the name and password of the address', async () => {
    const post = await openPost({
      secure: true,
      onAuth: ({ username, password }, _session, done) =>
        done(null, { user: `${username} ${password}` }),
    });
    const url = `smtps://kim:p%40ss%2Fword@localhost:${post.port}`;
    expect(await mailThrough({ url, from: FROM, ca: cert })(MAIL)).toBe('sent');
    expect(post.got[0]?.user).toBe('kim p@ss/word');
  });

  it('ST48: gives nothing to a server whose certificate nobody vouches for', async () => {
    const post = await openPost({ secure: true });
    const causes: string[] = [];
    const send = mailThrough({
      url: `smtps://localhost:${post.port}`,
      from: FROM,
      onAway: ({ message }) => causes.push(message),
    });
    expect([await send(MAIL), post.got, causes]).toEqual([
      'away',
      [],
      [expect.stringMatching(/self.signed/)],
    ]);
  });

  it.each([
    ['refuses the address', 550, 'refused'],
    ['is closing down', 421, 'away'],
  ] as const)('ST48: a server that %s (%i) ends as %s', async (_what, responseCode, end) => {
    const post = await openPost({
      secure: true,
      onRcptTo: (_address, _session, done) =>
        done(Object.assign(new Error('no'), { responseCode })),
    });
    const send = mailThrough({ url: `smtps://localhost:${post.port}`, from: FROM, ca: cert });
    expect(await send(MAIL)).toBe(end);
  });

  it('ST48: a server that is not there is away', async () => {
    const post = await openPost();
    await post.close();
    expect(await mailThrough({ url: `smtp://localhost:${post.port}`, from: FROM })(MAIL)).toBe(
      'away',
    );
  });

  it.each(['http://mail.example', 'mail.example:25'])('refuses %s as a mail server', (url) => {
    expect(() => mailThrough({ url, from: FROM })).toThrow(/smtp:\/\//);
  });
});

const INCIDENT = {
  ...{
    id: 'inc',
    name: 'Wrong likes in the United States',
    phase: 'investigating',
    impact: 'critical',
  },
  updates: [
    { id: 'u', atMs: 0, phase: 'investigating', by: 'automatic', body: 'red', affected: [] },
  ],
} as unknown as Incident;

describe('subscribers by mail', () => {
  let store: StatusStore;
  let subscribers: Subscribers;
  let nowMs: number;

  function open(sendMail: SendMail): void {
    const dir = mkdtempSync(join(tmpdir(), 'holdfast-mail-'));
    store = openStatusStore(join(dir, 'status.db'));
    closing.push(() => {
      store.close();
      rmSync(dir, { recursive: true, force: true });
    });
    let texts = 0;
    nowMs = 1_000_000;
    subscribers = openSubscribers({
      store,
      nowMs: () => nowMs,
      randomText: () => `random-${(texts += 1)}`,
      resolve: () => Promise.resolve(['93.184.216.34']),
      post: () => Promise.resolve({ kind: 'failed', detail: 'no' }),
      sendMail,
      url: () => 'https://status.example',
      title: 'Status',
    });
  }

  const tokenIn = (got: Got | undefined): string =>
    /token=([\w-]+)/.exec(got?.text ?? '')?.[1] ?? '';

  async function subscribed(post: Post, ...people: readonly string[]): Promise<void> {
    for (const to of people) {
      await subscribers.subscribe(to);
      subscribers.confirm(tokenIn(post.got.at(-1)));
    }
    post.got.splice(0);
  }

  it('ST43: are asked, told, and let go, by the links in their mail', async () => {
    const post = await openPost({ secure: true });
    open(mailThrough({ url: `smtps://localhost:${post.port}`, from: FROM, ca: cert }));
    await subscribers.subscribe('kim@example.com');
    expect(post.got[0]?.text).toContain('Subject: Confirm: Status');
    expect(subscribers.confirm(tokenIn(post.got[0]))).toBe(true);
    subscribers.announce(INCIDENT);
    await subscribers.pump();
    expect(post.got[1]?.text).toContain(
      'Subject: [investigating] Wrong likes in the United States',
    );
    expect(post.got[1]?.text).toContain('https://status.example/status/incidents/inc');
    expect(subscribers.unsubscribe(tokenIn(post.got[1]))).toBe(true);
    subscribers.announce(INCIDENT);
    await subscribers.pump();
    expect(post.got).toHaveLength(2);
  });

  it('ST48: whose server refuses them keep nobody else from being told', async () => {
    let isGone = false;
    const post = await openPost({
      secure: true,
      onRcptTo: ({ address }, _session, done) => {
        const refuses = isGone && address.startsWith('gone');
        done(refuses ? Object.assign(new Error('no such user'), { responseCode: 550 }) : null);
      },
    });
    open(mailThrough({ url: `smtps://localhost:${post.port}`, from: FROM, ca: cert }));
    await subscribed(post, 'gone@example.com', 'kim@example.com');
    isGone = true;
    subscribers.announce(INCIDENT);
    await subscribers.pump();
    expect(post.got.map(({ to }) => to)).toEqual([['kim@example.com']]);
    const { failures } = store.db
      .prepare(`SELECT failures FROM subscribers WHERE target LIKE 'gone%'`)
      .get() as { failures: number };
    expect(failures).toBe(1);
  });

  it('ST48: are told once the mail server is back, and webhooks do not wait for it', async () => {
    const first = await openPost({ secure: true });
    open(mailThrough({ url: `smtps://localhost:${first.port}`, from: FROM, ca: cert }));
    await subscribed(first, 'ann@example.com', 'kim@example.com');
    await first.close();
    subscribers.announce(INCIDENT);
    await subscribers.pump();
    expect(first.got).toEqual([]);
    const second = await openPost({ secure: true }, first.port);
    await subscribers.pump();
    expect(second.got).toEqual([]);
    nowMs += MINUTE_MS;
    await subscribers.pump();
    expect(
      second.got
        .map(({ to }) => to)
        .flat()
        .toSorted(),
    ).toEqual(['ann@example.com', 'kim@example.com']);
    nowMs += MINUTE_MS;
    await subscribers.pump();
    expect(second.got).toHaveLength(2);
  });

  it('ST48: who subscribe while the mail server is away are told so, and nothing is kept', async () => {
    const post = await openPost({ secure: true });
    await post.close();
    open(mailThrough({ url: `smtps://localhost:${post.port}`, from: FROM, ca: cert }));
    const answer = await subscribers.subscribe('kim@example.com');
    expect(answer).toMatchObject({
      kind: 'refused',
      words: expect.stringContaining('Try again later') as string,
    });
    expect(subscribers.size()).toBe(0);
  });
});
