// Requests as text, whole, ready for a socket. Everything in them is ASCII, so that characters
// are bytes and the length needs no counting.

export const JSON_TYPE = 'application/json';
export const NDJSON_TYPE = 'application/x-ndjson';

/** The start of a request with a body, up to where the length goes: see `withBody`. */
export function bodyRequestHead(
  method: 'POST' | 'PUT',
  path: string,
  token: string,
  contentType: string,
): string {
  return (
    `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n` +
    `Content-Type: ${contentType}\r\nContent-Length: `
  );
}

export function withBody(head: string, body: string): string {
  return `${head}${body.length}\r\n\r\n${body}`;
}

export function getRequest(path: string, token: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n\r\n`;
}
