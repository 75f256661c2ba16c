// `holdfast handover watch`: the picture, again and again until the hand-over has ended.

import { setTimeout as sleep } from 'node:timers/promises';
import type { HandoverStatus } from '../../replication/handover-status.ts';
import { CliError } from '../cli-error.ts';
import { paintFor, writeJson } from '../cli-io.ts';
import type { CliIo } from '../cli-io.ts';
import { EXIT } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { PartyClient } from './party-client.ts';
import { gistOf, lineOf, pictureOf } from './picture.ts';

const LOOK_EVERY_MS = 250;
/** Without a terminal, a line at least this often. */
const LINE_EVERY_MS = 5_000;
/** A party that restarts is waited for so long. */
const AWAY_MS_MAX = 15_000;
/** A certificate that is not complete by then goes on without being watched. */
const CERTIFICATE_MS_MAX = 30_000;

type Screen = Readonly<{
  show: (status: HandoverStatus) => void;
  away: (message: string) => void;
}>;

/** Resolves when the hand-over has ended, or when none runs. */
export async function watchHandover(
  io: CliIo,
  party: PartyClient,
  json: boolean,
): Promise<ExitCode> {
  const screen = screenFor(io, json);
  let heardAtMs = io.nowMs();
  for (;;) {
    try {
      const status = await party.status();
      heardAtMs = io.nowMs();
      screen.show(status);
      const end = endOf(status, heardAtMs);
      if (end !== undefined) return end;
    } catch (error) {
      const isAway = error instanceof CliError && error.exitCode === EXIT.unreachable;
      if (!isAway || io.nowMs() - heardAtMs > AWAY_MS_MAX) throw error;
      screen.away(error.message);
    }
    await sleep(LOOK_EVERY_MS);
  }
}

function endOf({ handover, certificate }: HandoverStatus, nowMs: number): ExitCode | undefined {
  if (handover === null) return EXIT.ok;
  if (handover.ended === null) return handover.mode === 'follow' ? EXIT.ok : undefined;
  if (handover.ended.outcome === 'aborted') return EXIT.failed;
  const isWaiting = certificate?.isMade !== true;
  return isWaiting && nowMs - handover.ended.atMs < CERTIFICATE_MS_MAX ? undefined : EXIT.ok;
}

function screenFor(io: CliIo, json: boolean): Screen {
  if (json) return jsonScreen(io);
  return io.out.isTerminal ? pictureScreen(io) : lineScreen(io);
}

function jsonScreen(io: CliIo): Screen {
  return {
    show: (status) => writeJson(io, status),
    away: (message) => writeJson(io, { away: message }),
  };
}

function lineScreen(io: CliIo): Screen {
  let gist = '';
  let shownAtMs = Number.NEGATIVE_INFINITY;
  const write = (now: string, line: string): void => {
    if (now === gist && io.nowMs() - shownAtMs < LINE_EVERY_MS) return;
    gist = now;
    shownAtMs = io.nowMs();
    io.out.write(`${new Date(io.nowMs()).toISOString()} ${line}\n`);
  };
  return {
    show: (status) => write(gistOf(status), lineOf(status)),
    away: (message) => write('away', `no answer: ${message}`),
  };
}

/** Each picture is drawn over the one before. */
function pictureScreen(io: CliIo): Screen {
  const paint = paintFor(io.out, io.env, false);
  let drawn = 0;
  const draw = (lines: readonly string[]): void => {
    const up = drawn === 0 ? '' : `\u001B[${drawn}A`;
    const rest = '\u001B[0J';
    io.out.write(`${up}${lines.map((line) => `\u001B[2K${line}\n`).join('')}${rest}`);
    drawn = lines.length;
  };
  let last: readonly string[] = [];
  return {
    show: (status) => {
      // The last column stays free, as some terminals wrap when it is used.
      last = pictureOf(status, paint, io.out.columns - 1);
      draw(last);
    },
    away: (message) => draw([...last, paint.warn(message.slice(0, io.out.columns - 1))]),
  };
}
