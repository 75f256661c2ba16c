// Takes the lock of a data folder in a process of its own, says how that went, and stays.

import process from 'node:process';
import { lockDataDir } from './instance-lock.ts';

const [dataDir = ''] = process.argv.slice(2);
const result = lockDataDir(dataDir, {
  pid: process.pid,
  command: 'holdfast start',
  startedAt: 'T',
});
process.stdout.write(`${JSON.stringify(result)}\n`);
if (result.kind === 'held') process.stdin.resume().on('end', result.release);
