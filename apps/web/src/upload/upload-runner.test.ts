import { expect, it, vi } from 'vitest';
import { createUploadRunner } from './upload-runner.ts';
import type { SendFault, UploadPorts } from './upload-runner.ts';
import type { Picked, Probe, Problem } from './upload-machine.ts';

const PROBE: Probe = {
  container: 'mp4',
  videoCodec: 'avc',
  audioCodec: null,
  durationMs: 1_000,
  width: 1,
  height: 1,
};
const FILE: Picked = { name: 'a.mp4', bytes: 100, fingerprint: 'a', blob: new Blob(['a']) };

type Call = Readonly<{ end: (fault: SendFault | null) => void; sent: (bytes: number) => void }>;

/** Ports whose sends end when the test says so. */
function openPorts(problem: Problem | null = null) {
  const sends: Call[] = [];
  const discard = vi.fn<() => Promise<void>>(() => Promise.resolve());
  const ports: UploadPorts = {
    look: () => Promise.resolve({ kind: 'probed', probe: PROBE, needs: [], canEncode: true }),
    make: () => Promise.resolve({ kind: 'failed', problem: { code: 'x', detail: null } }),
    send: (_file, onSent) =>
      new Promise((end) => {
        sends.push({ end, sent: (bytes) => onSent(bytes, FILE.bytes) });
      }),
    discard,
    checked: () => Promise.resolve(problem),
    sleep: () => Promise.resolve(),
    isOnline: () => true,
    nowMs: () => 0,
  };
  return { ports, sends, discard };
}

it('UF3: a cut send is sent again by itself until the server has it all', async () => {
  const { ports, sends } = openPorts();
  const runner = createUploadRunner(ports);
  runner.tell({ kind: 'pick', file: FILE });
  await vi.waitUntil(() => sends.length === 1);
  sends[0]?.sent(40);
  sends[0]?.end({ kind: 'cut' });
  await vi.waitUntil(() => sends.length === 2);
  expect(runner.now()).toMatchObject({ kind: 'uploading', sent: 40 });
  sends[1]?.end(null);
  await vi.waitUntil(() => runner.now().kind === 'ready');
});

it('UF4: what the server lost is removed before it is sent afresh', async () => {
  const { ports, sends, discard } = openPorts();
  const runner = createUploadRunner(ports);
  runner.tell({ kind: 'pick', file: FILE });
  await vi.waitUntil(() => sends.length === 1);
  sends[0]?.end({ kind: 'lost' });
  await vi.waitUntil(() => sends.length === 2);
  expect(discard).toHaveBeenCalledOnce();
});

it('UF7: bytes and answers of a cancelled upload count for nothing', async () => {
  const { ports, sends, discard } = openPorts();
  const runner = createUploadRunner(ports);
  runner.tell({ kind: 'pick', file: FILE });
  await vi.waitUntil(() => sends.length === 1);
  runner.tell({ kind: 'cancel' });
  sends[0]?.sent(99);
  sends[0]?.end(null);
  await vi.waitUntil(() => discard.mock.calls.length === 1);
  expect(runner.now()).toEqual({ kind: 'idle' });
});

it('UF6: what the server finds wrong with the file is kept as its code and its words', async () => {
  const problem = { code: 'truncated', detail: 'The file ends early.' };
  const { ports, sends } = openPorts(problem);
  const runner = createUploadRunner(ports);
  runner.tell({ kind: 'pick', file: FILE });
  await vi.waitUntil(() => sends.length === 1);
  sends[0]?.end(null);
  await vi.waitUntil(() => runner.now().kind === 'refused');
  expect(runner.now()).toMatchObject({ problem });
});
