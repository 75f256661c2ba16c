// Pictures out of a video, to choose a cover from. Drawn by the browser's own player, so that what it
// cannot play is simply no picture.

const COVER_LONG_SIDE_MAX = 1_280;
const COVER_BYTES_MAX = 1024 * 1024;
const SEEK_MS_MAX = 8_000;
const QUALITIES = [0.86, 0.7, 0.5] as const;

export type Frame = Readonly<{ atMs: number; blob: Blob }>;

/** Times spread over a video, away from its very ends, where pictures are often black. */
export function frameTimes(durationMs: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) =>
    Math.round((durationMs * (index + 0.5)) / count),
  );
}

function happens(element: HTMLVideoElement, name: 'loadeddata' | 'seeked'): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${name}`)), SEEK_MS_MAX);
    const end = (settle: () => void) => (): void => {
      clearTimeout(timer);
      settle();
    };
    element.addEventListener(name, end(resolve), { once: true });
    element.addEventListener(
      'error',
      end(() => reject(new Error('cannot be played'))),
      {
        once: true,
      },
    );
  });
}

/** A player that shows a file, for `drawFrame`. Throws when the browser cannot play it. */
export async function openPlayer(src: string): Promise<HTMLVideoElement> {
  const player = document.createElement('video');
  player.muted = true;
  player.playsInline = true;
  player.preload = 'auto';
  const loaded = happens(player, 'loadeddata');
  player.src = src;
  await loaded;
  return player;
}

/** Draws the picture at a time as JPEG, within the server's limit. */
export async function drawFrame(player: HTMLVideoElement, atMs: number): Promise<Frame | null> {
  const sought = happens(player, 'seeked');
  player.currentTime = atMs / 1_000;
  await sought;
  const { videoWidth: width, videoHeight: height } = player;
  const scale = Math.min(1, COVER_LONG_SIDE_MAX / Math.max(width, height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.getContext('2d')?.drawImage(player, 0, 0, canvas.width, canvas.height);
  for (const quality of QUALITIES) {
    const blob = await new Promise<Blob | null>((resolve) => {
      canvas.toBlob(resolve, 'image/jpeg', quality);
    });
    if (blob !== null && blob.size <= COVER_BYTES_MAX) return { atMs, blob };
  }
  return null;
}
