// A console on a server of its own, with a hand-over that a test moves by hand, and people with
// browsers; for tests.

import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fastify } from 'fastify';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import type { Gate } from '@holdfast/engine/handover/gates.ts';
import { GATE_NAMES } from '@holdfast/engine/handover/gates.ts';
import type { PartyState } from '@holdfast/engine/handover/party-state.ts';
import { approvalText, CONSOLE_API, enrolText, signInText } from '@holdfast/protocol/console.ts';
import type { ConsoleLive, StaffRole } from '@holdfast/protocol/console.ts';
import type { Done, Started } from '../replication/controller.ts';
import type { HandoverStatus, RunningHandover } from '../replication/handover-status.ts';
import { keyIdOf, publicKeyText } from '../signed/wire-key.ts';
import type { ConsoleParts } from './console-parts.ts';
import { hashOfCode, newCode } from './enrol-code.ts';
import { consoleDirOf, openConsole, openConsoleBooks } from './open-console.ts';
import type { Console, ConsoleBooks } from './open-console.ts';
import { withCode, withoutPerson } from './staff.ts';
import { openStaffFile } from './staff-file.ts';

export const CELL = 'us';
export const OWN_URL = 'https://us.north.example';
export const HANDOVER = 'us-1-5e0c11f2';
const NORTH = { operator: 'north', site: 'main', url: OWN_URL };
const SOUTH = { operator: 'south', site: 'main', url: 'https://us.south.example' };

export const gates = (red?: (typeof GATE_NAMES)[number]): readonly Gate[] =>
  GATE_NAMES.map((name) => {
    return { name, light: name === red ? 'red' : 'green', reason: `as read of ${name}` };
  });

/** A hand-over as a controller would tell it; what was asked of it is kept. */
export class FakeController {
  state: PartyState['kind'] = 'joint';
  epoch = 2;
  gates: readonly Gate[] = gates();
  running: RunningHandover | undefined = {
    id: HANDOVER,
    mode: 'approve',
    isApproved: false,
    target: SOUTH,
    startedAtMs: 0,
    ended: null,
  };
  readonly asked: unknown[] = [];
  answer: Started = { kind: 'started', handover: HANDOVER, checks: [] };

  newest(): RunningHandover | undefined {
    return this.running;
  }

  start(asked: unknown): Promise<Started> {
    this.asked.push(['start', asked]);
    return Promise.resolve(this.answer);
  }

  rollback(asked: unknown): Promise<Started> {
    this.asked.push(['rollback', asked]);
    return Promise.resolve(this.answer);
  }

  abort(reason: string): Promise<Done> {
    this.asked.push(['abort', reason]);
    return Promise.resolve({ kind: 'done' });
  }

  status(): HandoverStatus {
    return {
      cell: CELL,
      party: NORTH,
      state: this.state,
      epoch: this.epoch,
      owner: NORTH,
      act: 'join',
      handover: this.running ?? null,
      progress: { copying: null, batchesLeft: 0, leftMs: 0, pace: 'idle' },
      lag: { kind: 'known', lagMs: 12, trend: 'steady' },
      rates: {
        ownerOpsPerSecond: 100,
        ownerBatchesPerSecond: 10,
        followerOpsPerSecond: null,
        followerBatchesPerSecond: 10,
      },
      gates: this.gates,
      pause: null,
      ops: { turnedAway: 0, held: null, retried: null, refused: null, clientErrors: null },
      certificate: null,
    };
  }
}

export type World = Readonly<{
  app: FastifyInstance;
  dataDir: string;
  controller: FakeController;
  clock: { nowMs: number };
  books: ConsoleBooks;
  console: Console;
  /** What is logged as a fault. */
  faults: unknown[];
  /** As the command line does it. */
  add: (name: string, role?: StaffRole) => string;
  revoke: (name: string) => void;
  /** The same folder after the process has ended and another has begun. */
  restarted: () => Promise<World>;
  close: () => Promise<void>;
}>;

export async function openWorld(kept?: Pick<World, 'dataDir' | 'clock'>): Promise<World> {
  const dataDir = kept?.dataDir ?? mkdtempSync(join(tmpdir(), 'holdfast-console-'));
  const clock = kept?.clock ?? { nowMs: Date.UTC(2026, 10, 22, 14) };
  const nowMs = (): number => clock.nowMs;
  const faults: unknown[] = [];
  const consoleDir = consoleDirOf(dataDir);
  const books = openConsoleBooks({
    consoleDir,
    nowMs,
    monotonicMs: nowMs,
    log: (level, fields) => faults.push([level, fields]),
  });
  const controller = new FakeController();
  const page = { type: 'text/html', body: Buffer.from('the console'), etag: '"1"' };
  const console = openConsole({
    ...books,
    ...{ cell: CELL, operator: 'north', site: 'main' },
    // The fake has what the routes ask of a controller, and nothing else.
    controller: controller as ConsoleParts['controller'],
    ownUrl: OWN_URL,
    loadPages: () => Promise.resolve(new Map([['/', page]])),
    ...{ nowMs, randomBytes },
    onError: (error) => faults.push(error),
  });
  const app = fastify();
  await console.addRoutes(app);
  const commandLine = openStaffFile(consoleDir, 'holdfast staff');
  return {
    ...{ app, dataDir, controller, clock, books, console, faults },
    add: (name, role) => {
      const code = newCode(randomBytes);
      const codeHash = hashOfCode(code);
      commandLine.change((staff) => withCode(staff, { name, role, codeHash, nowMs: nowMs() }));
      return code;
    },
    revoke: (name) => void commandLine.change((staff) => withoutPerson(staff, name, nowMs())),
    restarted: async () => {
      await app.close();
      return openWorld({ dataDir, clock });
    },
    close: async () => {
      console.close();
      await app.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** One browser: a key of its own, and the cookie it was given. */
export class Browser {
  readonly privateKey: KeyObject;
  readonly publicKey: string;
  readonly keyId: string;
  cookie = '';
  setCookie = '';

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    this.privateKey = privateKey;
    this.publicKey = publicKeyText(publicKey);
    this.keyId = keyIdOf(this.publicKey);
  }

  sign(text: string): string {
    return sign(null, Buffer.from(text), this.privateKey).toString('base64url');
  }

  async post(
    { app }: World,
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<LightMyRequestResponse> {
    const url = `${CONSOLE_API}/${path}`;
    const sent = { origin: OWN_URL, 'content-type': 'application/json', cookie: this.cookie };
    const payload = typeof body === 'string' ? body : JSON.stringify(body);
    return app.inject({ method: 'POST', url, headers: { ...sent, ...headers }, payload });
  }

  async get({ app }: World, path: string): Promise<LightMyRequestResponse> {
    const headers = { cookie: this.cookie };
    return app.inject({ method: 'GET', url: `${CONSOLE_API}/${path}`, headers });
  }

  async live(world: World): Promise<ConsoleLive> {
    return (await this.get(world, 'live')).json<ConsoleLive>();
  }

  async enrol(world: World, name: string, code: string): Promise<LightMyRequestResponse> {
    const { publicKey } = this;
    const signature = this.sign(enrolText({ cell: CELL, name, code, publicKey }));
    return this.post(world, 'enrol', { name, code, publicKey, signature });
  }

  async challenge(world: World, name: string, path = 'challenge'): Promise<string> {
    const answer = await this.post(world, path, { name });
    return answer.json<{ challenge: string }>().challenge;
  }

  async signIn(world: World, name: string, given?: string): Promise<LightMyRequestResponse> {
    const challenge = given ?? (await this.challenge(world, name));
    const { keyId } = this;
    const signature = this.sign(signInText({ cell: CELL, name, keyId, challenge }));
    const answer = await this.post(world, 'sign-in', { name, keyId, challenge, signature });
    this.setCookie = answer.headers['set-cookie']?.toString() ?? this.setCookie;
    this.cookie = this.setCookie.split(';')[0] ?? '';
    return answer;
  }

  async approve(
    world: World,
    name: string,
    changed: Readonly<{
      handover?: string;
      epoch?: number;
      challenge?: string;
      signer?: Browser;
      target?: string;
    }> = {},
  ): Promise<LightMyRequestResponse> {
    const challenge = changed.challenge ?? (await this.challenge(world, name, 'approve/challenge'));
    const { handover = HANDOVER, epoch = world.controller.epoch, signer = this } = changed;
    const signature = signer.sign(
      approvalText({
        ...{ cell: CELL, handover, epoch, name, challenge, keyId: this.keyId },
        source: 'north/main',
        target: changed.target ?? 'south/main',
      }),
    );
    return this.post(world, 'approve', { handover, epoch, challenge, signature });
  }
}

/** A person who was added, enrolled and is signed in. */
export async function person(world: World, name: string, role?: StaffRole): Promise<Browser> {
  const browser = new Browser();
  await browser.enrol(world, name, world.add(name, role));
  await browser.signIn(world, name);
  return browser;
}
