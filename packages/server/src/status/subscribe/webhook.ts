// Sends one signed webhook, to the address that was checked and to no other.
//
// Rules: docs/spec/status.md (ST41, ST42). The name is resolved once, every address it has must be
// public, and the connection goes to that very address, so that a name that changes its mind
// between the check and the call gains nothing. Redirects are not followed.

import { createHmac } from 'node:crypto';
import { request } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from './public-address.ts';

const ANSWER_MS_MAX = 5_000;
/** What of the answer is read: enough for the echo of a challenge. */
const ANSWER_BYTES_MAX = 4_096;

export type Resolve = (host: string) => Promise<readonly string[]>;
export type WebhookSent = Readonly<
  | { kind: 'answered'; status: number; text: string }
  | { kind: 'refused' | 'failed'; detail: string }
>;

/** Posts to an address that was pinned; `main` has the one over TLS. */
export type Post = (
  url: URL,
  address: string,
  headers: Readonly<Record<string, string>>,
  body: string,
) => Promise<WebhookSent>;

export type Webhook = Readonly<{
  url: string;
  secret: string;
  id: string;
  body: string;
  atMs: number;
}>;

/** The headers of Standard Webhooks: id, time, and an HMAC over both and the body. */
export function signedHeaders({
  secret,
  id,
  body,
  atMs,
}: Omit<Webhook, 'url'>): Record<string, string> {
  const seconds = String(Math.floor(atMs / 1_000));
  const mac = createHmac('sha256', Buffer.from(secret, 'base64')).update(
    `${id}.${seconds}.${body}`,
  );
  return {
    'content-type': 'application/json',
    'user-agent': 'Holdfast-Status',
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': `v1,${mac.digest('base64')}`,
  };
}

/** Sends; never rejects. `refused` means that the address is none that we may call. */
export async function sendWebhook(
  { resolve, post }: Readonly<{ resolve: Resolve; post: Post }>,
  webhook: Webhook,
): Promise<WebhookSent> {
  const url = new URL(webhook.url);
  const host = url.hostname.replaceAll(/^\[|\]$/g, '');
  let addresses: readonly string[];
  try {
    addresses = await resolve(host);
  } catch {
    return { kind: 'failed', detail: 'the name does not resolve' };
  }
  const [address] = addresses;
  if (address === undefined) return { kind: 'failed', detail: 'the name has no address' };
  if (!addresses.every(isPublicAddress)) {
    return { kind: 'refused', detail: 'the address is not one of the public internet' };
  }
  return post(url, address, signedHeaders(webhook), webhook.body);
}

/** Posts over TLS to the pinned address; the certificate must be that of the name. */
export const postPinned: Post = (url, address, headers, body) =>
  new Promise((settle) => {
    const lookup: LookupFunction = (_host, options, done) => {
      const family = address.includes(':') ? 6 : 4;
      if (options.all === true) done(null, [{ address, family }]);
      else done(null, address, family);
    };
    const sent = request(
      url,
      {
        method: 'POST',
        headers,
        lookup,
        timeout: ANSWER_MS_MAX,
        agent: false,
        signal: AbortSignal.timeout(ANSWER_MS_MAX),
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part;
          if (text.length > ANSWER_BYTES_MAX) response.destroy();
        });
        const end = (): void =>
          settle({ kind: 'answered', status: response.statusCode ?? 0, text });
        response.once('end', end).once('close', end).once('error', end);
      },
    );
    sent.once('timeout', () => sent.destroy(new Error('timeout')));
    sent.once('error', (cause) => settle({ kind: 'failed', detail: cause.message }));
    sent.end(body);
  });
