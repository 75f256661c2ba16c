// Mail over SMTP, as an address says: smtps://user:password@host:465 or smtp://host:587.

import { createTransport } from 'nodemailer';
import type { SendMail } from './subscribers.ts';

const WAIT_MS_MAX = 10_000;

/** A sender for an SMTP address; `from` is what people see. Throws on an address that is none. */
export function mailThrough(smtpUrl: string, from: string): SendMail {
  const url = new URL(smtpUrl);
  if (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') {
    throw new Error('the address of the mail server must begin with smtp:// or smtps://');
  }
  const isSecure = url.protocol === 'smtps:';
  const transport = createTransport({
    host: url.hostname,
    port: Number(url.port) || (isSecure ? 465 : 587),
    secure: isSecure,
    connectionTimeout: WAIT_MS_MAX,
    socketTimeout: WAIT_MS_MAX,
    ...(url.username !== '' && {
      auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
    }),
  });
  return async (to, subject, text) => {
    await transport.sendMail({ from, to, subject, text });
  };
}
