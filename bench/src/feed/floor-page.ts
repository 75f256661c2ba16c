// The least that can be called a feed: empty sections that snap, one video element that moves along.
// What it needs no feed with these clips can save in this browser.

export type FloorClip = Readonly<{ src: string }>;

/** The page, with a section for each clip; its key is that of the app, J. `bar` is below the clips. */
export function floorPage(clips: readonly FloorClip[], bar: string): string {
  return `<!doctype html>
<meta name="viewport" content="width=device-width">
<style>
  html, body { margin: 0; background: #000 }
  .feed, .clip { block-size: calc(100dvh - ${bar}) }
  .feed { overflow-y: auto; scroll-snap-type: y mandatory }
  .clip { position: relative; contain: strict; scroll-snap-align: start; scroll-snap-stop: always }
  video { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; object-fit: cover }
</style>
<div class="feed">${'<article class="clip"></article>'.repeat(clips.length)}</div>
<script>
  const sources = ${JSON.stringify(clips.map(({ src }) => src))};
  const feed = document.querySelector('.feed');
  const places = new Map([...feed.children].map((clip, place) => [clip, place]));
  const video = document.createElement('video');
  Object.assign(video, { muted: true, loop: true, playsInline: true, preload: 'auto' });
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      const place = places.get(target);
      if (!isIntersecting || document.body.dataset.place === String(place)) continue;
      document.body.dataset.place = place;
      video.src = sources[place];
      target.append(video);
      video.play().catch(() => undefined);
    }
  }, { root: feed, threshold: 0.6 });
  for (const clip of feed.children) seen.observe(clip);
  let goal = 0;
  addEventListener('keydown', ({ key }) => {
    if (key !== 'j') return;
    goal += 1;
    feed.children[goal]?.scrollIntoView({ behavior: 'smooth' });
  });
</script>
`;
}
