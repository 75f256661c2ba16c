// Runs a program of this repository under the pinned Node, installing dependencies first if needed:
//
//   node scripts/bootstrap.mjs FILE [ARGUMENT…]
//
// Plain JavaScript, because it has to run before anything is installed, on Node 20 or newer.
//
// Why it is safe: it keeps no record of its own. Whether an install is needed is read off
// node_modules each time, so an interrupted, foreign or outdated install is always noticed.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { basename, join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {{ version?: string, integrity?: string, resolved?: string, link?: boolean,
 *   optional?: boolean, devOptional?: boolean, os?: string[], cpu?: string[] }} LockedPackage
 * @typedef {{ code: number | null, signal: NodeJS.Signals | null }} Ending
 */

const NODE_MAJOR_MIN = 20;
/** npm and the terminal both deliver one Ctrl-C; within this time it counts as the same one. */
const SIGNAL_REPEAT_MS = 500;
const PROGRESS_TERMINAL_MS = 500;
const PROGRESS_LOG_MS = 5_000;

/**
 * Room for young objects of each thread, in MB; twice as much is taken. Left to itself V8 takes four
 * times that for the main thread of a machine with much memory, and keeps it.
 */
const FLAGS = ['--max-semi-space-size=16'];
/**
 * For glibc; others do not look at them. It raises the first by itself as large arrays come and go,
 * up to 32 MiB, and arrays below it then lie among small things and leave holes when they go. A
 * fixed one gives the memory of every large array back at once.
 */
const MALLOC = {
  MALLOC_MMAP_THRESHOLD_: String(1024 * 1024),
  MALLOC_TRIM_THRESHOLD_: String(8 * 1024 * 1024),
};

const isWindows = process.platform === 'win32';
const root = fileURLToPath(new URL('..', import.meta.url));
const pinnedNode = join(root, 'node_modules', 'node', 'bin', isWindows ? 'node.exe' : 'node');

/**
 * Explains a failure to a person and ends the process.
 * @param {string} what
 * @param {string} todo
 * @returns {never}
 */
function fail(what, todo) {
  process.stderr.write(`\nholdfast: ${what}\n${todo}\n`);
  process.exit(1);
}

/**
 * @param {string} path
 * @returns {Record<string, LockedPackage>}
 */
function readPackages(path) {
  const lockFile = /** @type {{ packages: Record<string, LockedPackage> }} */ (
    JSON.parse(readFileSync(join(root, path), 'utf8'))
  );
  return lockFile.packages;
}

/** @param {LockedPackage} locked */
function fitsThisMachine({ os, cpu }) {
  /** @param {string[] | undefined} list @param {string} own */
  const fits = (list, own) => list === undefined || list.includes(own);
  return fits(os, process.platform) && fits(cpu, process.arch);
}

/** @param {LockedPackage} locked */
function isOptional({ optional, devOptional }) {
  return optional === true || devOptional === true;
}

/** Does node_modules hold what the lock file asks for, for this machine, at this place? */
function isInstalled() {
  try {
    // npm writes this file last, so it is missing after an install that was cut short.
    const installed = readPackages('node_modules/.package-lock.json');
    if (!Object.values(installed).every(fitsThisMachine)) return false;
    return (
      existsSync(pinnedNode) &&
      Object.entries(readPackages('package-lock.json')).every(([path, wanted]) =>
        isPackageInstalled(path, wanted, installed[path]),
      )
    );
  } catch {
    return false;
  }
}

/**
 * @param {string} path
 * @param {LockedPackage} wanted
 * @param {LockedPackage | undefined} installed
 */
function isPackageInstalled(path, wanted, installed) {
  if (!path.startsWith('node_modules/')) return true;
  if (wanted.link) {
    return realpathSync(join(root, path)) === realpathSync(join(root, wanted.resolved ?? ''));
  }
  if (installed === undefined) return isOptional(wanted);
  return installed.version === wanted.version && installed.integrity === wanted.integrity;
}

/**
 * Runs a program to its end, passing on the signals that ask it to stop, each once.
 *
 * The program gets a process group of its own: a Ctrl-C in the terminal goes to every process of
 * the foreground group, and npm repeats it, so that it would otherwise arrive up to three times.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<Ending>}
 */
function run(command, args, options = {}) {
  return new Promise((settle, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: 'inherit',
      detached: !isWindows,
      ...options,
    });
    /** @type {Map<NodeJS.Signals, number>} */
    const sentAtMs = new Map();
    /** @param {NodeJS.Signals} signal */
    const pass = (signal) => {
      const nowMs = Date.now();
      if (nowMs - (sentAtMs.get(signal) ?? -Infinity) < SIGNAL_REPEAT_MS) return;
      sentAtMs.set(signal, nowMs);
      child.kill(signal);
    };
    /** @type {NodeJS.Signals[]} */
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, pass);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      for (const each of signals) process.removeListener(each, pass);
      settle({ code, signal });
    });
  });
}

/**
 * Ends this process the way the child ended.
 * @param {Ending} ending
 * @returns {never}
 */
function endAs({ code, signal }) {
  if (signal === null) process.exit(code ?? 1);
  process.kill(process.pid, signal);
  process.exit(128 + constants.signals[signal]); // only where a signal to oneself is not at once
}

/** Reports how many packages are on disk; npm itself is silent without a terminal. */
function reportProgress() {
  const startedAtMs = Date.now();
  const secondsSoFar = () => Math.round((Date.now() - startedAtMs) / 1_000);
  const paths = Object.entries(readPackages('package-lock.json'))
    .filter(([path, each]) => path.startsWith('node_modules/') && !isOptional(each))
    .map(([path]) => join(root, path, 'package.json'));
  const { isTTY } = process.stderr;
  const [lineStart, lineEnd] = isTTY ? ['\r\x1b[K', ''] : ['', '\n'];
  const timer = setInterval(
    () => {
      const done = paths.filter((path) => existsSync(path)).length;
      const next = done === paths.length ? ', now Node itself' : '';
      const line = `  ${done} of ${paths.length} packages${next}, ${secondsSoFar()} s`;
      process.stderr.write(`${lineStart}${line}${lineEnd}`);
    },
    isTTY ? PROGRESS_TERMINAL_MS : PROGRESS_LOG_MS,
  );
  return () => {
    clearInterval(timer);
    process.stderr.write(`${lineStart}holdfast: npm ci ended after ${secondsSoFar()} s\n`);
  };
}

async function install() {
  process.stderr.write('holdfast: installing dependencies, once (a few hundred megabytes)\n');
  const stopProgress = reportProgress();
  // The npm that started this script, or else the one on the PATH.
  const npm = process.env['npm_execpath'];
  const [command, prefix] =
    npm !== undefined && basename(npm) === 'npm-cli.js' ? [process.execPath, [npm]] : ['npm', []];
  const args = [...prefix, 'ci', '--include=dev', '--loglevel=error', '--no-progress'];
  const ending = await run(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: isWindows && command === 'npm',
  }).catch((/** @type {unknown} */ error) => {
    process.stderr.write(`\n${String(error)}\n`);
    return { code: 1, signal: null };
  });
  stopProgress();
  if (ending.signal !== null) endAs(ending);
  if (ending.code !== 0) {
    fail(
      `npm ci could not install the dependencies (exit code ${ending.code}); its message is above.`,
      'Your data is untouched. Check the network connection and the free disk space, then run the\n' +
        'same command again. If it fails again, run "npm ci" in this folder and read what it says.',
    );
  }
  if (!isInstalled()) {
    fail(
      'the dependencies were installed, but the pinned Node is missing or not complete.',
      'npm is probably set to skip install scripts. Allow them once for the packages named under\n' +
        '"allowScripts" in package.json:\n\n  npm ci --ignore-scripts=false\n',
    );
  }
}

const [file, ...args] = process.argv.slice(2);
if (Number.parseInt(process.versions.node, 10) < NODE_MAJOR_MIN) {
  fail(
    `this needs Node ${NODE_MAJOR_MIN} or newer to get started, and this is Node ${process.versions.node}.`,
    'Install a newer Node (https://nodejs.org) and run the same command again.',
  );
}
if (file === undefined)
  fail('no program was named.', 'Usage: node scripts/bootstrap.mjs FILE [ARGUMENT…]');
if (!isInstalled()) await install();
// Compiling takes a third of a start, so Node keeps what it compiled. It looks it up by the content
// of each file, so it is never stale, and goes without where the folder cannot be written.
const compiled = join(root, 'node_modules', '.cache', 'holdfast');
const env = { NODE_COMPILE_CACHE: compiled, ...MALLOC, ...process.env };
endAs(await run(pinnedNode, [...FLAGS, resolve(root, file), ...args], { env }));
