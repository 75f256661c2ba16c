// A reader of server-sent events that keeps what came.

import { request } from 'node:http';
import type { Count } from './api.ts';

export type CountEvent = Readonly<{ event: string; data: Count & Readonly<{ video: string }> }>;

export type EventStream = Readonly<{
  type: string;
  events: readonly CountEvent[];
  /** Resolves when the server has ended the stream, or the connection is gone. */
  ended: Promise<void>;
  close: () => void;
}>;

/** Opens a stream of counts; rejects when it is refused. */
export function openStream(url: string, path: string): Promise<EventStream> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}${path}`, { agent: false }, (response) => {
      const events: CountEvent[] = [];
      let rest = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        rest += text;
        const blocks = rest.split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) {
          const event = eventOf(block);
          if (event !== undefined) events.push(event);
        }
      });
      response.on('error', () => undefined);
      if (response.statusCode !== 200) {
        reject(new Error(`the stream was refused with ${response.statusCode}`));
        return;
      }
      const ended = new Promise<void>((over) => response.once('close', () => over()));
      const type = response.headers['content-type'] ?? '';
      resolve({ type, events, ended, close: () => asked.destroy() });
    });
    asked.on('error', reject);
    asked.end();
  });
}

function eventOf(block: string): CountEvent | undefined {
  const field = (name: string): string | undefined =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  const [event, data] = [field('event'), field('data')];
  if (event === undefined || data === undefined) return undefined;
  return { event, data: JSON.parse(data) as CountEvent['data'] };
}
