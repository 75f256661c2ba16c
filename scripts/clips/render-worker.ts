// A thread that makes the clips it is told, so that several cores share the work.

import { parentPort } from 'node:worker_threads';
import { renderClip } from './render.ts';
import { sceneNamed } from './scene-list.ts';

export type RenderOrder = Readonly<{ name: string; targetDir: string }>;

const port = parentPort;
if (port === null) throw new Error('render-worker.ts runs as a worker thread only');

port.on('message', ({ name, targetDir }: RenderOrder) => {
  const onProgress = (share: number): void => port.postMessage({ name, share });
  // A failure is thrown out of the thread, where the parent hears it as its 'error' event.
  renderClip(sceneNamed(name), targetDir, onProgress).catch((error: unknown) => {
    setImmediate(() => {
      throw error;
    });
  });
});
