// The parts of the demo as processes: a registrar, cells of two operators, and a gateway.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN: string = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url));
export const SERVICE_KEY = 'hfk_demo_of_a_hand_over_that_is_not_a_secret';

export type Part = Readonly<{ url: string; kill: () => Promise<void> }>;

export type Installation = Readonly<{
  /** Starts a part with a data folder of that name; resolves when it is ready. */
  part: (name: string, args: readonly string[]) => Promise<Part>;
  /** Runs a command to its end; rejects with what it said when it failed. */
  holdfast: (...args: readonly string[]) => Promise<string>;
  folderOf: (name: string) => string;
  /** Gives a second site of an operator the operator's key. */
  shareKey: (operator: string, from: string, to: string) => void;
  close: () => Promise<void>;
}>;

export function openInstallation(): Installation {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-demo-'));
  const children = new Set<ChildProcess>();
  const folderOf = (name: string): string => join(folder, name);
  const start = (args: readonly string[]): ChildProcess => {
    const env = { ...process.env, HOLDFAST_SERVICE_KEY: SERVICE_KEY };
    const child = spawn(process.execPath, [MAIN, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    children.add(child);
    child.once('exit', () => children.delete(child));
    return child;
  };
  const end = async (child: ChildProcess): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return {
    part: async (name, args) => {
      const child = start([...args, '--data', folderOf(name), '--port', '0', '--json']);
      const url = await readyUrl(name, child);
      return { url, kill: () => end(child) };
    },
    holdfast: async (...args) => {
      const child = start(args);
      let said = '';
      child.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text));
      const [code] = (await once(child, 'close')) as [number | null];
      if (code !== 0) throw new Error(`holdfast ${args.join(' ')} failed:\n${said}`);
      return said;
    },
    folderOf,
    shareKey: (operator, from, to) => {
      const keys = join('operators', operator);
      mkdirSync(join(folderOf(to), keys), { recursive: true });
      cpSync(join(folderOf(from), keys), join(folderOf(to), keys), { recursive: true });
    },
    close: async () => {
      await Promise.all([...children].map(end));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A part says one JSON line when it is ready. */
async function readyUrl(name: string, child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the output of a part is read');
  for await (const line of createInterface({ input: child.stdout })) {
    const ready: unknown = JSON.parse(line);
    if (typeof ready === 'object' && ready !== null && 'url' in ready) return String(ready.url);
  }
  throw new Error(`${name} ended before it was ready`);
}
