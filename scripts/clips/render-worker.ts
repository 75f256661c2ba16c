// A thread that makes the clips it is told, so that several cores share the work.

import { parentPort } from 'node:worker_threads';
import { renderClip } from './render.ts';
import { sceneNamed } from './scene-list.ts';

export type RenderOrder = Readonly<{ name: string; targetDir: string }>;

const port = parentPort;
if (port === null) throw new Error('render-worker.ts runs as a worker thread only');

async function obey({ name, targetDir }: RenderOrder): Promise<void> {
  const report = (share: number): void => port?.postMessage({ share });
  await renderClip(sceneNamed(name), targetDir, report);
  // Only now: the parent ends this thread at the full share, and the work folder must be gone.
  report(1);
}

port.on('message', (order: RenderOrder) => {
  // A failure is thrown out of the thread, where the parent hears it as its 'error' event.
  obey(order).catch((error: unknown) => {
    setImmediate(() => {
      throw error;
    });
  });
});
