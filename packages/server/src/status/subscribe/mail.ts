// Mail over SMTP, as an address says: smtps://user:password@host:465 or smtp://host:587.
//
// Rules: docs/spec/status.md (ST48). Over smtp:// the connection turns to TLS where the server can;
// a password is never sent over one that did not.

import { createTransport } from 'nodemailer';
import type { SendMail } from './subscribers.ts';

const WAIT_MS_MAX = 10_000;
/** The server took the connection and refused this one mail. */
const REFUSED_CODES = ['EENVELOPE', 'EMESSAGE'];
const CLOSING_DOWN = 421;

export type MailServer = Readonly<{
  /** Address of the server. */
  url: string;
  /** What people see. */
  from: string;
  /** Certificates to believe beside those of the system. */
  ca?: string | undefined;
  /** Told why the server did not take mail from us at all. */
  onAway?: (cause: Error) => void;
}>;

/** A sender for an SMTP address. Throws on an address that is none. */
export function mailThrough({ url: address, from, ca, onAway }: MailServer): SendMail {
  const url = new URL(address);
  if (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') {
    throw new Error('the address of the mail server must begin with smtp:// or smtps://');
  }
  const isSecure = url.protocol === 'smtps:';
  const hasPassword = url.username !== '';
  const transport = createTransport({
    host: url.hostname.replaceAll(/^\[|\]$/g, ''),
    port: Number(url.port) || (isSecure ? 465 : 587),
    secure: isSecure,
    requireTLS: hasPassword,
    connectionTimeout: WAIT_MS_MAX,
    greetingTimeout: WAIT_MS_MAX,
    socketTimeout: WAIT_MS_MAX,
    ...(ca !== undefined && { tls: { ca } }),
    ...(hasPassword && {
      auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
    }),
  });
  return async ({ to, subject, text, id, end }) => {
    // Mail programs offer a button for this; it posts, as RFC 8058 wants it.
    const list =
      end === undefined
        ? undefined
        : { 'List-Unsubscribe': `<${end}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
    try {
      await transport.sendMail({
        from,
        to,
        subject,
        text,
        // The same when it is sent again, so that whoever gets both sees one.
        messageId: `<${id}@${senderHost(from)}>`,
        ...(list !== undefined && { headers: list }),
      });
      return 'sent';
    } catch (cause) {
      if (!(cause instanceof Error)) throw cause;
      if (isOfThisMail(cause)) return 'refused';
      onAway?.(cause);
      return 'away';
    }
  };
}

/** What stands behind the @ of an address, with or without a name before it. */
function senderHost(from: string): string {
  return /@([\w.-]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
}

function isOfThisMail(cause: Error): boolean {
  const { code, responseCode } = cause as Error &
    Readonly<{ code?: unknown; responseCode?: unknown }>;
  return REFUSED_CODES.includes(String(code)) && responseCode !== CLOSING_DOWN;
}
