// Which frames Chromium dropped, by its own account: for each frame that something on the page wanted
// to change, whether it was shown. Gaps between animation frames would not do: while nothing but a film
// of 30 pictures a second moves, Chromium asks the page for no more than 30.

import type { Session } from './chromium.ts';

const CATEGORY = 'disabled-by-default-devtools.timeline.frame';

export type Frames = Readonly<{ frames: number; droppedParts: number }>;

type TraceEvent = Readonly<{
  name: string;
  ph: string;
  pid: number;
  args?: Readonly<{
    frame_reporter?: Readonly<{
      state: string;
      frame_source: number;
      frame_sequence: number;
    }>;
  }>;
}>;

/** Begins to look at the frames of a process; what is returned ends it and says what was seen. */
export async function watchFrames(root: Session, pid: number): Promise<() => Promise<Frames>> {
  const wasShown = new Map<string, boolean>();
  root.on('Tracing.dataCollected', (params) => {
    for (const event of params['value'] as readonly TraceEvent[]) {
      const frame = event.args?.frame_reporter;
      if (event.name !== 'PipelineReporter' || event.pid !== pid || frame === undefined) continue;
      if (!/DROPPED|PRESENTED/.test(frame.state)) continue;
      const name = `${frame.frame_source} ${frame.frame_sequence}`;
      const isShown = frame.state.startsWith('STATE_PRESENTED');
      // A frame may be told of twice: what the compositor showed, and what the page added later.
      wasShown.set(name, isShown || wasShown.get(name) === true);
    }
  });
  await root.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: [CATEGORY], excludedCategories: ['*'] },
  });
  return async () => {
    const complete = new Promise<void>((resolve) => {
      root.on('Tracing.tracingComplete', () => {
        resolve();
      });
    });
    await root.send('Tracing.end');
    await complete;
    const dropped = [...wasShown.values()].filter((isShown) => !isShown).length;
    return { frames: wasShown.size, droppedParts: dropped / wasShown.size };
  };
}
