// The network between the parts of an installation, in the hands of a test: every message between
// two parts passes through here on its way there and on its way back, and may be held or lost.
//
// A part is reached at a door. Who knocks is read from the signed header of the message; at a door
// that is made for one part alone it is that part. Bytes are not altered. A message that is held is
// delivered late, also when its sender has given up by then, as a real network would.

import { Agent, createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A message on its way, or a piece of the answer to one. */
export type Passage = Readonly<{
  from: string;
  to: string;
  method: string;
  path: string;
  /** A request moves from `from` to `to`, its answer moves back. */
  phase: 'request' | 'answer';
}>;

export type Held = Readonly<{
  /** Resolves when the first message is held. */
  caught: Promise<Passage>;
  /** Lets what is held go on, and holds nothing more. */
  release: () => void;
  /** What is held is lost, its connections with it; holds nothing more. */
  lose: () => void;
}>;

export type Meddling = Readonly<{
  /** Messages that were meddled with so far. */
  count: () => number;
  end: () => void;
}>;

export type Network = Readonly<{
  /** Makes an address of a part; `target` says where the part itself listens now. */
  door: (of: Door) => Promise<string>;
  /** Holds every message that matches, from now on. */
  hold: (matches: (passage: Passage) => boolean) => Held;
  /** Holds everything that moves from one part to the other, whoever of the two has asked. */
  cut: (from: string, to: string) => Held;
  /** Changes the last byte of every body that matches; returns what ends that. */
  alter: (matches: (passage: Passage) => boolean) => Meddling;
  /** Delivers every request that matches twice; the second answer goes nowhere. */
  repeat: (matches: (passage: Passage) => boolean) => Meddling;
  close: () => Promise<void>;
}>;

type Door = Readonly<{
  to: string;
  target: () => string;
  /** The one part that uses this door; without it senders are told apart by their signatures. */
  from?: string;
}>;

type Fate = 'goes-on' | 'lost';
type Rule = Readonly<{
  matches: (passage: Passage) => boolean;
  catches: (passage: Passage) => void;
  over: Promise<Fate>;
}>;
/** Asks of every rule in force; rejects when the message is lost. */
type Pass = (passage: Passage) => Promise<void>;
type Meddler = Readonly<{ begin: Network['alter']; strikes: (passage: Passage) => boolean }>;

const LOST = new Error('the network lost it');
/** A header of the messages between parts names operator and site. */
const SENDER = /operator=([a-z0-9-]+); site=([a-z0-9-]+)/;
const CLI_SITE = 'cli';

/** `nameOf` gives the part that signs as an operator at a site. */
export function openNetwork(nameOf: (operator: string, site: string) => string): Network {
  const rules = new Set<Rule>();
  const servers: Server[] = [];
  const agent = new Agent({ keepAlive: false });
  const [alters, repeats] = [meddler(), meddler()];
  const pass: Pass = async (passage) => {
    for (;;) {
      const rule = [...rules].find(({ matches }) => matches(passage));
      if (rule === undefined) return;
      rule.catches(passage);
      if ((await rule.over) === 'lost') throw LOST;
    }
  };
  const hold: Network['hold'] = (matches) => {
    const caught = Promise.withResolvers<Passage>();
    const over = Promise.withResolvers<Fate>();
    const rule = { matches, catches: caught.resolve, over: over.promise };
    rules.add(rule);
    const end = (fate: Fate): void => {
      rules.delete(rule);
      over.resolve(fate);
    };
    return {
      caught: caught.promise,
      release: () => end('goes-on'),
      lose: () => end('lost'),
    };
  };
  return {
    hold,
    alter: alters.begin,
    repeat: repeats.begin,
    cut: (from, to) =>
      hold((passage) => {
        const isThere = passage.from === from && passage.to === to && passage.phase === 'request';
        const isBack = passage.from === to && passage.to === from && passage.phase === 'answer';
        return isThere || isBack;
      }),
    door: async ({ to, target, from }) => {
      const senderOf = (message: IncomingMessage): string => {
        const named = SENDER.exec(String(message.headers['holdfast-signed'] ?? ''));
        if (from !== undefined || named === null) return from ?? 'anybody';
        const [, operator = '', site = ''] = named;
        return site === CLI_SITE ? 'people' : nameOf(operator, site);
      };
      const server = createServer((message, answer) => {
        const { method = '', url: path = '' } = message;
        const named = { from: senderOf(message), to, method, path };
        const way = { named, pass, agent, target };
        const meddlers = { isAltered: alters.strikes, isRepeated: repeats.strikes };
        forward(message, answer, { ...way, ...meddlers }).catch(() => answer.socket?.destroy());
      });
      // Streams of counts and of charter entries stay open as long as both sides live.
      server.requestTimeout = 0;
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    close: async () => {
      const closed = servers.map((server) => {
        const isClosed = new Promise((resolve) => server.close(resolve));
        server.closeAllConnections();
        return isClosed;
      });
      await Promise.all(closed);
    },
  };
}

function meddler(): Meddler {
  const rules = new Set<(passage: Passage) => boolean>();
  return {
    strikes: (passage) => [...rules].some((matches) => matches(passage)),
    begin: (matches) => {
      let count = 0;
      const rule = (passage: Passage): boolean => {
        const isStruck = matches(passage);
        if (isStruck) count += 1;
        return isStruck;
      };
      rules.add(rule);
      return { count: () => count, end: () => void rules.delete(rule) };
    },
  };
}

type Way = Readonly<{
  named: Omit<Passage, 'phase'>;
  pass: Pass;
  agent: Agent;
  target: () => string;
  isAltered: Meddler['strikes'];
  isRepeated: Meddler['strikes'];
}>;

async function forward(
  message: IncomingMessage,
  answer: ServerResponse,
  { named, pass, agent, target, isAltered, isRepeated }: Way,
): Promise<void> {
  const sent = await bodyOf(message);
  const asks: Passage = { ...named, phase: 'request' };
  const answers: Passage = { ...named, phase: 'answer' };
  await pass(asks);
  const body = isAltered(asks) ? altered(sent) : sent;
  const { connection, 'transfer-encoding': chunked, ...headers } = message.headers;
  const { method } = named;
  const deliver = (): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const onward = httpRequest(`${target()}${named.path}`, { method, agent, headers });
      onward.once('response', resolve);
      onward.once('error', reject);
      onward.end(body);
    });
  const reply = await deliver();
  if (isRepeated(asks))
    void deliver().then(
      (second) => second.resume(),
      () => undefined,
    );
  answer.once('close', () => reply.destroy());
  await pass(answers);
  answer.writeHead(reply.statusCode ?? 0, answerHeaders(reply));
  answer.flushHeaders();
  // An answer that is not decoded gives buffers.
  for await (const bytes of reply as AsyncIterable<Buffer>) {
    await pass(answers);
    if (!answer.writable) return;
    if (!answer.write(isAltered(answers) ? altered(bytes) : bytes)) await drained(answer);
  }
  answer.end();
}

function altered(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const last = copy.length - 1;
  if (last >= 0) copy.writeUInt8(copy.readUInt8(last) ^ 1, last);
  return copy;
}

function answerHeaders({ headers }: IncomingMessage): IncomingMessage['headers'] {
  const { connection, 'keep-alive': alive, 'transfer-encoding': chunked, ...others } = headers;
  return others;
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function drained(answer: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    answer.once('drain', resolve);
    answer.once('close', resolve);
  });
}
