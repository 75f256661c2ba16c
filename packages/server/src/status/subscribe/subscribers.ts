// Who wants to be told: kept in the page's file, confirmed, limited, and reached a few at a time.
//
// Rules: docs/spec/status.md (ST40 to ST43). What is to be told is one row, however many there are to
// be told; a worker goes through them in order and keeps how far it came, so that 100,000 of them
// cost the page nothing and a crash repeats at most one small group.

import type { Incident } from '../rules/incident.ts';
import type { StatusStore } from '../store/status-store.ts';
import { guarded } from '../store/status-store.ts';
import { targetOf } from './targets.ts';
import type { Resolve, Post } from './webhook.ts';
import { sendWebhook } from './webhook.ts';

export const SUBSCRIBERS_MAX = 200_000;
/** Subscriptions that wait for a confirmation; older ones are let go of. */
const WAITING_MS_MAX = 86_400_000;
/** Sent at the same time. */
const GROUP_SIZE = 20;
/** A target that failed so often in a row is let go of. */
const FAILURES_MAX = 50;
/** New subscriptions of all the world in one minute: each costs a message to a stranger. */
const NEW_PER_MINUTE_MAX = 60;

/** Mail that its server did not take is tried again after this, */
const MAIL_AGAIN_MS = 60_000;
/** and so often; later than that it is no news any more. */
const MAIL_TRIES_MAX = 60;

export type Mail = Readonly<{
  to: string;
  subject: string;
  text: string;
  /** Names this mail; the same when it is sent again. */
  id: string;
  /** Where whoever gets it ends the messages. */
  end?: string;
}>;

/** Sends one mail; never rejects. `away`: the server takes nothing from us now. */
export type SendMail = (mail: Mail) => Promise<'sent' | 'refused' | 'away'>;

export type SubscriberParts = Readonly<{
  store: StatusStore;
  nowMs: () => number;
  randomText: () => string;
  resolve: Resolve;
  post: Post;
  /** `undefined`: this page has no way to send mail, and says so. */
  sendMail: SendMail | undefined;
  /** Origin of the page. */
  url: () => string;
  title: string;
}>;

export type Subscribed = Readonly<{
  kind: 'waiting' | 'subscribed' | 'refused';
  words: string;
  secret?: string;
}>;

type Row = Readonly<{
  id: number;
  kind: string;
  target: string;
  token: string;
  secret: string;
  failures: number;
}>;

export type Subscribers = Readonly<{
  /** Takes an address as a person wrote it; mail is confirmed by its link. */
  subscribe: (text: string) => Promise<Subscribed>;
  confirm: (token: string) => boolean;
  unsubscribe: (token: string) => boolean;
  /** Notes that there is something to tell; the telling happens in the background. */
  announce: (incident: Incident) => void;
  /** Sends what waits; resolves when nothing does. One run at a time. */
  pump: () => Promise<void>;
  size: () => number;
}>;

/** Opens over the file of the page. */
export function openSubscribers(parts: SubscriberParts): Subscribers {
  const { store, nowMs } = parts;
  const { db } = store;
  const sql = statementsOf(parts);
  let minute = 0;
  let newThisMinute = 0;
  let pumping: Promise<void> | undefined;

  const mayAdd = (): boolean => {
    const now = Math.floor(nowMs() / 60_000);
    if (now !== minute) newThisMinute = 0;
    minute = now;
    newThisMinute += 1;
    if (newThisMinute > NEW_PER_MINUTE_MAX) return false;
    guarded(() => sql.forget.run(nowMs() - WAITING_MS_MAX));
    return Number(guarded(() => sql.size.get())?.['size']) < SUBSCRIBERS_MAX;
  };

  const pump = async (): Promise<void> => {
    for (;;) {
      const event = guarded(() => sql.event.get(nowMs()));
      if (event === undefined) return;
      await reachAll(parts, sql, event as EventRow);
    }
  };

  return {
    subscribe: async (text: string): Promise<Subscribed> => {
      const target = targetOf(text);
      if (target.kind === 'fault') return { kind: 'refused', words: target.detail };
      if (!mayAdd()) {
        return { kind: 'refused', words: 'Too many people subscribe right now. Try again later.' };
      }
      return target.kind === 'email'
        ? subscribeMail(parts, sql, target.address)
        : subscribeWebhook(parts, sql, target.url);
    },
    confirm: (token: string): boolean => guarded(() => sql.confirm.run(token)).changes > 0,
    unsubscribe: (token: string): boolean => guarded(() => sql.remove.run(token)).changes > 0,
    announce: (incident: Incident): void => {
      const last = incident.updates.at(-1);
      const { id, name, phase, impact } = incident;
      const url = `${parts.url()}/status/incidents/${id}`;
      const body = {
        type: 'incident.updated',
        incident: { id, name, status: phase, impact, url },
        update: last,
      };
      guarded(() => sql.addEvent.run(nowMs(), JSON.stringify(body)));
    },
    pump: (): Promise<void> => {
      pumping ??= pump().finally(() => {
        pumping = undefined;
      });
      return pumping;
    },
    size: (): number =>
      Number(guarded(() => db.prepare('SELECT count(*) AS n FROM subscribers').get())?.['n']),
  };
}

type EventRow = Readonly<{ id: number; body: string; reached: number }>;
type Statements = ReturnType<typeof statementsOf>;

function statementsOf({ store: { db } }: Pick<SubscriberParts, 'store'>) {
  return {
    add: db.prepare(
      `INSERT INTO subscribers (kind, target, token, secret, made_at_ms, confirmed, failures)
       VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT (kind, target) DO NOTHING`,
    ),
    confirm: db.prepare('UPDATE subscribers SET confirmed = 1 WHERE token = ?'),
    remove: db.prepare('DELETE FROM subscribers WHERE token = ?'),
    forget: db.prepare('DELETE FROM subscribers WHERE confirmed = 0 AND made_at_ms < ?'),
    size: db.prepare('SELECT count(*) AS size FROM subscribers'),
    next: db.prepare(
      'SELECT * FROM subscribers WHERE id > ? AND confirmed = 1 ORDER BY id LIMIT ?',
    ),
    failed: db.prepare('UPDATE subscribers SET failures = failures + 1 WHERE id = ?'),
    reached: db.prepare('UPDATE subscribers SET failures = 0 WHERE id = ? AND failures > 0'),
    drop: db.prepare('DELETE FROM subscribers WHERE failures >= ?'),
    addEvent: db.prepare('INSERT INTO events (at_ms, body, reached, is_done) VALUES (?, ?, 0, 0)'),
    event: db.prepare(
      `SELECT id, body, reached FROM events WHERE is_done = 0 AND at_ms <= ? ORDER BY id LIMIT 1`,
    ),
    again: db.prepare('INSERT INTO events (at_ms, body, reached, is_done) VALUES (?, ?, ?, 0)'),
    progress: db.prepare('UPDATE events SET reached = ? WHERE id = ?'),
    done: db.prepare('UPDATE events SET is_done = 1 WHERE id = ?'),
  };
}

async function subscribeMail(
  parts: SubscriberParts,
  sql: Statements,
  to: string,
): Promise<Subscribed> {
  const { sendMail, nowMs, randomText, url, title } = parts;
  if (sendMail === undefined) {
    const words = 'This page has no way to send mail. Use the feeds or a webhook.';
    return { kind: 'refused', words };
  }
  const token = randomText();
  const { changes } = guarded(() => sql.add.run('email', to, token, '', nowMs(), 0));
  // The answer is the same for an address that is known, so that nobody learns who subscribed.
  if (changes > 0) {
    const text =
      `Somebody, probably you, asked to be told about incidents of ${title}.\n\n` +
      `If it was you: ${url()}/status/confirm?token=${token}\n\nIf not, do nothing.\n`;
    const sent = await sendMail({ to, subject: `Confirm: ${title}`, text, id: `confirm-${token}` });
    // Nobody has the link, so whoever asks again must get a new one.
    if (sent !== 'sent') guarded(() => sql.remove.run(token));
    if (sent === 'away') {
      const words =
        'Not subscribed: our mail server takes no mail right now. Nothing was kept. Try again later, ' +
        'or use the feeds.';
      return { kind: 'refused', words };
    }
  }
  return { kind: 'waiting', words: 'Look at your mail, and follow the link in it.' };
}

async function subscribeWebhook(
  parts: SubscriberParts,
  sql: Statements,
  target: string,
): Promise<Subscribed> {
  const { nowMs, randomText } = parts;
  const challenge = randomText();
  const secret = Buffer.from(randomText()).toString('base64');
  const body = JSON.stringify({ type: 'subscription.confirm', challenge });
  const sent = await sendWebhook(parts, {
    url: target,
    secret,
    id: randomText(),
    body,
    atMs: nowMs(),
  });
  if (sent.kind === 'refused') return { kind: 'refused', words: `Not subscribed: ${sent.detail}.` };
  // Whoever answers with the challenge wants to be told; nobody can subscribe somebody else.
  if (sent.kind !== 'answered' || sent.status > 299 || !sent.text.includes(challenge)) {
    const words = 'Not subscribed: the webhook must answer 200 with the "challenge" it is sent.';
    return { kind: 'refused', words };
  }
  const token = randomText();
  const { changes } = guarded(() => sql.add.run('webhook', target, token, secret, nowMs(), 1));
  if (changes === 0) return { kind: 'refused', words: 'This webhook is subscribed already.' };
  const words = `Subscribed. Messages are signed with whsec_${secret}. To end it: /status/unsubscribe?token=${token}`;
  return { kind: 'subscribed', words, secret };
}

/** Written by `announce`; `again` by a pass whose mail the server did not take. */
type News = Readonly<{
  incident: { id: string; name: string; status: string; url: string };
  update?: { id: string; body: string };
  again?: number;
}>;

/** One pass through everybody: once the mail server is away, mail waits for the next pass. */
type Pass = { readonly event: EventRow; readonly news: News; mailFrom: number | undefined };

/** Goes through everybody for one piece of news, from where it stopped. */
async function reachAll(parts: SubscriberParts, sql: Statements, event: EventRow): Promise<void> {
  const news = JSON.parse(event.body) as News;
  const pass: Pass = { event, news, mailFrom: undefined };
  let reached = event.reached;
  for (;;) {
    // Read from our own table, with the columns of its schema.
    const group = guarded(() => sql.next.all(reached, GROUP_SIZE)) as unknown as readonly Row[];
    const last = group.at(-1);
    if (last === undefined) break;
    const ends = await Promise.all(group.map((row) => reach(parts, pass, row)));
    parts.store.together(() => {
      for (const [index, row] of group.entries()) {
        if (ends[index] === 'reached') sql.reached.run(row.id);
        else if (ends[index] === 'failed') sql.failed.run(row.id);
      }
      // A crash here means that this group is told once more; the id of the news is the same.
      sql.progress.run(last.id, event.id);
      // What is not to be forgotten is on disk before anybody behind it is told.
      if (pass.mailFrom !== undefined && mailBegan(group, pass.mailFrom)) {
        tellMailAgain(parts, sql, pass, pass.mailFrom);
      }
    });
    reached = last.id;
  }
  parts.store.together(() => {
    sql.done.run(event.id);
    sql.drop.run(FAILURES_MAX);
  });
}

const mailBegan = (group: readonly Row[], mailFrom: number): boolean =>
  group.some(({ id }) => id === mailFrom);

function tellMailAgain(
  { nowMs }: SubscriberParts,
  sql: Statements,
  { news }: Pass,
  mailFrom: number,
): void {
  const again = (news.again ?? 0) + 1;
  if (again > MAIL_TRIES_MAX) return;
  sql.again.run(nowMs() + MAIL_AGAIN_MS, JSON.stringify({ ...news, again }), mailFrom - 1);
}

type Reached = 'reached' | 'failed' | 'waits';

async function reach(parts: SubscriberParts, pass: Pass, row: Row): Promise<Reached> {
  if (row.kind === 'webhook') {
    // Webhooks were told by the first pass.
    return pass.news.again === undefined ? reachWebhook(parts, pass, row) : 'waits';
  }
  // Everybody else would wait for a server that has just not answered.
  if (pass.mailFrom !== undefined) return 'waits';
  const end = `${parts.url()}/status/unsubscribe?token=${row.token}`;
  const { incident, update } = pass.news;
  const text = `${update?.body ?? ''}\n\n${incident.url}\n\nTo end these messages: ${end}\n`;
  const subject = `[${incident.status}] ${incident.name}`;
  const id = `${incident.id}-${update?.id ?? 'news'}-${row.id}`;
  const sent = await parts.sendMail?.({ to: row.target, subject, text, id, end });
  if (sent === 'away') {
    pass.mailFrom = Math.min(pass.mailFrom ?? Infinity, row.id);
    return 'waits';
  }
  return sent === 'sent' ? 'reached' : 'failed';
}

async function reachWebhook(parts: SubscriberParts, { event }: Pass, row: Row): Promise<Reached> {
  const sent = await sendWebhook(parts, {
    url: row.target,
    secret: row.secret,
    id: `evt_${event.id}`,
    body: event.body,
    atMs: parts.nowMs(),
  });
  return sent.kind === 'answered' && sent.status < 300 ? 'reached' : 'failed';
}
