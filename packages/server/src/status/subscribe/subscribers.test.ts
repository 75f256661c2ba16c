import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Incident } from '../rules/incident.ts';
import { openStatusStore } from '../store/status-store.ts';
import type { StatusStore } from '../store/status-store.ts';
import { isPublicAddress } from './public-address.ts';
import { openSubscribers } from './subscribers.ts';
import type { Mail, SubscriberParts, Subscribers } from './subscribers.ts';
import { targetOf } from './targets.ts';
import { signedHeaders } from './webhook.ts';
import type { WebhookSent } from './webhook.ts';

const INCIDENT = {
  ...{
    id: 'inc',
    name: 'Wrong likes in the United States',
    phase: 'investigating',
    impact: 'critical',
  },
  ...{
    updates: [
      { id: 'u', atMs: 0, phase: 'investigating', by: 'automatic', body: 'red', affected: [] },
    ],
  },
} as unknown as Incident;

type Posted = Readonly<{
  url: string;
  address: string;
  body: string;
  headers: Readonly<Record<string, string>>;
}>;

let dir: string;
let store: StatusStore;
let posted: Posted[];
let mails: Mail[];
let addresses: readonly string[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-subscribers-'));
  store = openStatusStore(join(dir, 'status.db'));
  posted = [];
  mails = [];
  addresses = ['93.184.216.34'];
});
afterEach(() => {
  store.close();
  rmSync(dir, { recursive: true, force: true });
});

function open(changes: Partial<SubscriberParts> = {}): Subscribers {
  let texts = 0;
  return openSubscribers({
    store,
    nowMs: () => 1_000_000,
    randomText: () => `random-text-${(texts += 1)}`,
    resolve: () => Promise.resolve(addresses),
    post: (url, address, headers, body): Promise<WebhookSent> => {
      posted.push({ url: url.href, address, headers, body });
      return Promise.resolve({ kind: 'answered', status: 200, text: body });
    },
    sendMail: (mail) => {
      mails.push(mail);
      return Promise.resolve('sent');
    },
    url: () => 'https://status.example',
    title: 'Status',
    ...changes,
  });
}

describe('subscribing', () => {
  it('ST43: mail waits for its link, and is sent to nobody before', async () => {
    const subscribers = open();
    expect((await subscribers.subscribe('kim@example.com')).kind).toBe('waiting');
    subscribers.announce(INCIDENT);
    await subscribers.pump();
    expect(mails).toHaveLength(1);
    const token = /token=(\S+)/.exec(mails[0]?.text ?? '')?.[1] ?? '';
    expect(subscribers.confirm('another')).toBe(false);
    expect(subscribers.confirm(token)).toBe(true);
    subscribers.announce(INCIDENT);
    await subscribers.pump();
    expect(mails.at(-1)).toMatchObject({
      to: 'kim@example.com',
      subject: '[investigating] Wrong likes in the United States',
    });
    expect(subscribers.unsubscribe(token)).toBe(true);
    subscribers.announce(INCIDENT);
    await subscribers.pump();
    expect(mails).toHaveLength(2);
  });

  it('ST43: a webhook that does not answer with the challenge is not subscribed', async () => {
    const deaf = open({
      post: () => Promise.resolve({ kind: 'answered', status: 200, text: 'ok' }),
    });
    expect((await deaf.subscribe('https://hook.example/x')).kind).toBe('refused');
    expect(deaf.size()).toBe(0);
  });

  it('ST41: a webhook gets what happened, signed with the secret that it was given', async () => {
    const subscribers = open();
    const { secret = '' } = await subscribers.subscribe('https://hook.example/x');
    subscribers.announce(INCIDENT);
    await subscribers.pump();
    const { headers = {}, body = '' }: Partial<Posted> = posted.at(-1) ?? {};
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const mac = createHmac('sha256', Buffer.from(secret, 'base64')).update(signed).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${mac}`);
    expect(JSON.parse(body)).toMatchObject({ type: 'incident.updated', incident: { id: 'inc' } });
  });

  it('ST41: another body has another signature', () => {
    const one = { secret: 'c2VjcmV0', id: 'a', atMs: 0 };
    const [left, right] = ['x', 'y'].map(
      (body) => signedHeaders({ ...one, body })['webhook-signature'],
    );
    expect(left).not.toBe(right);
  });

  it.each([
    ...[
      '127.0.0.1',
      '10.1.2.3',
      '172.16.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '0.0.0.0',
    ],
    ...[
      '::1',
      '::',
      'fe80::1',
      'fd00::1',
      '::ffff:127.0.0.1',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      '224.0.0.1',
    ],
  ])('ST42: a webhook whose name leads to %s is refused, and nothing is sent', async (address) => {
    addresses = ['93.184.216.34', address];
    const subscribers = open();
    const answer = await subscribers.subscribe('https://hook.example/x');
    expect(answer).toMatchObject({
      kind: 'refused',
      words: expect.stringContaining('public internet') as string,
    });
    expect(posted).toEqual([]);
  });

  it('ST42: a name that turns to a private address later is refused then', async () => {
    const subscribers = open();
    await subscribers.subscribe('https://hook.example/x');
    addresses = ['127.0.0.1'];
    subscribers.announce(INCIDENT);
    await subscribers.pump();
    expect(posted).toHaveLength(1);
  });

  it('ST42: the connection goes to the address that was looked at', async () => {
    await open().subscribe('https://hook.example/x');
    expect(posted[0]?.address).toBe('93.184.216.34');
    expect(isPublicAddress('2606:2800:220:1:248:1893:25c8:1946')).toBe(true);
  });

  it.each([
    'http://hook.example/',
    'https://kim:pw@hook.example/',
    'ftp://x',
    'kim@',
    'a@b.co\nBcc: x',
    '',
  ])('ST42: %j is no target', (text) => {
    expect(targetOf(text).kind).toBe('fault');
  });

  it('ST40: 100,000 subscribers are told by one row, and a restart goes on where it was', async () => {
    const add = store.db.prepare(
      `INSERT INTO subscribers (kind, target, token, secret, made_at_ms, confirmed, failures)
       VALUES ('email', ?, ?, '', 0, 1, 0)`,
    );
    store.together(() => {
      for (let n = 0; n < 100_000; n += 1) add.run(`n${n}@example.com`, `t${n}`);
    });
    let sent = 0;
    const stopping = open({
      sendMail: () => {
        sent += 1;
        if (sent > 5_000) throw new Error('the process ends here');
        return Promise.resolve('sent');
      },
      store: {
        ...store,
        together: (write) => {
          if (sent > 5_000) throw new Error('the process ends here');
          return store.together(write);
        },
      },
    });
    stopping.announce(INCIDENT);
    expect(Number(store.db.prepare('SELECT count(*) AS n FROM events').get()?.['n'])).toBe(1);
    await expect(stopping.pump()).rejects.toThrow('the process ends here');
    await open().pump();
    expect(mails).toHaveLength(95_000);
    expect(new Set(mails.map(({ to }) => to)).size).toBe(95_000);
  }, 60_000);

  it('ST40: subscribing is limited, since each costs a message to a stranger', async () => {
    const subscribers = open();
    for (let n = 0; n < 60; n += 1) await subscribers.subscribe(`n${n}@example.com`);
    expect((await subscribers.subscribe('more@example.com')).words).toContain('Too many');
  });
});
