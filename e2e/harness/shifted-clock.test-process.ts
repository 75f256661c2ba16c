// Loaded before the server's own code, in every thread of it: its wall clock is as far off as a
// file says, and follows the file. Clocks that do not jump are left alone.

import { readFileSync } from 'node:fs';
import process from 'node:process';

const LOOK_EVERY_MS = 10;

const RealDate = globalThis.Date;
let shiftMs = 0;

function follow(file: string): void {
  try {
    shiftMs = Number(readFileSync(file, 'utf8'));
  } catch {
    // The file is being replaced; the shift stays for one look more.
  }
}

const file = process.env['E2E_CLOCK_FILE'];
if (file !== undefined) {
  follow(file);
  setInterval(follow, LOOK_EVERY_MS, file).unref();
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args: readonly number[]) => {
      const [atMs = RealDate.now() + shiftMs, ...rest] = args;
      return Reflect.construct(target, [atMs, ...rest]) as Date;
    },
    get: (target, name) =>
      name === 'now' ? () => RealDate.now() + shiftMs : (Reflect.get(target, name) as unknown),
  });
}
