// Plays the clip in view with three video elements, moved along with it: the clip before, the
// current one and the next. Watch time is taken from what the element really played.

import type { ClipView } from './clip-view.ts';
import { WatchMeter } from './watch-meter.ts';

const SLOTS = 3;

export type PlayerPorts = Readonly<{
  onWatched: (video: string, watchedMs: number) => void;
  onSound: (muted: boolean) => void;
  reducedMotion: () => boolean;
}>;

type Slot = { readonly element: HTMLVideoElement; view: ClipView | undefined };

export class Player {
  readonly #ports: PlayerPorts;
  readonly #slots: readonly Slot[];
  #active: Slot | undefined = undefined;
  #meter: WatchMeter | undefined = undefined;
  /** What the viewer wants; whether it plays is up to the browser. */
  #wanted = false;
  #muted = true;

  constructor(ports: PlayerPorts) {
    this.#ports = ports;
    this.#slots = Array.from({ length: SLOTS }, () => this.#makeSlot());
  }

  /** Makes `views[index]` the clip that plays, and readies its neighbours. */
  show(views: readonly ClipView[], index: number): void {
    const view = views[index];
    if (view === undefined || this.#active?.view === view) return;
    this.leave();
    this.#active?.element.pause();
    for (const near of [index - 1, index, index + 1]) {
      const neighbour = views[near];
      const slot = this.#slots[(near + SLOTS) % SLOTS];
      if (neighbour !== undefined && slot !== undefined) place(slot, neighbour);
    }
    this.#active = this.#slots[index % SLOTS];
    if (this.#active === undefined) return;
    const { element } = this.#active;
    element.currentTime = 0;
    this.#meter = new WatchMeter(view.clip.durationMs, 0);
    this.#wanted = !this.#ports.reducedMotion();
    view.setSound(this.#muted);
    view.setTrouble(element.error !== null);
    view.setPlaying(this.#wanted);
    if (this.#wanted) void this.#play();
  }

  /** Reports what was watched so far: on leaving a clip, and when the page is hidden. */
  leave(): void {
    const view = this.#active?.view;
    if (view === undefined) return;
    this.#look();
    const watchedMs = this.#meter?.take();
    if (watchedMs !== undefined) this.#ports.onWatched(view.clip.id, watchedMs);
  }

  togglePlay(): void {
    this.#wanted = !this.#wanted;
    if (this.#wanted) void this.#play();
    else this.#active?.element.pause();
    this.#active?.view?.setPlaying(this.#wanted);
  }

  toggleSound(): void {
    this.#setMuted(!this.#muted);
    // A press is also the permission that a blocked clip was waiting for.
    if (!this.#muted && this.#active?.element.paused === true) {
      this.#wanted = true;
      void this.#play();
    }
  }

  /** The page was hidden or is shown again. */
  setHidden(hidden: boolean): void {
    if (hidden) {
      this.leave();
      this.#active?.element.pause();
    } else if (this.#wanted) void this.#play();
  }

  /** Loads the current clip once more after it failed. */
  retry(): void {
    const view = this.#active?.view;
    if (this.#active === undefined || view === undefined) return;
    view.setTrouble(false);
    this.#active.element.load();
    this.#meter?.seek(0);
    this.#wanted = true;
    void this.#play();
  }

  /** The server is back: loads what could not be played meanwhile. */
  recover(): void {
    for (const slot of this.#slots) {
      if (slot.element.error === null) continue;
      if (slot === this.#active) this.retry();
      else slot.element.load();
    }
  }

  async #play(): Promise<void> {
    const slot = this.#active;
    if (slot === undefined) return;
    try {
      await slot.element.play();
    } catch (error) {
      const blocked = error instanceof DOMException && error.name === 'NotAllowedError';
      if (!blocked || this.#active !== slot) return;
      if (this.#muted) {
        this.#wanted = false;
        slot.view?.setPlaying(false);
      } else {
        this.#setMuted(true);
        void this.#play();
      }
    }
  }

  #setMuted(muted: boolean): void {
    this.#muted = muted;
    for (const { element, view } of this.#slots) {
      element.muted = muted;
      view?.setSound(muted);
    }
    this.#ports.onSound(muted);
  }

  #makeSlot(): Slot {
    const element = document.createElement('video');
    const slot: Slot = { element, view: undefined };
    element.muted = true;
    element.loop = true;
    element.playsInline = true;
    element.preload = 'auto';
    element.disablePictureInPicture = true;
    element.tabIndex = -1;
    const whenActive = (type: string, run: (view: ClipView) => void): void => {
      element.addEventListener(type, () => {
        if (this.#active === slot && slot.view !== undefined) run(slot.view);
      });
    };
    whenActive('timeupdate', (view) => {
      const playedMs = element.currentTime * 1_000;
      view.setProgress(Math.min(1, playedMs / view.clip.durationMs));
      if (this.#look()) this.leave();
    });
    whenActive('playing', (view) => {
      view.setPlaying(true);
      view.setTrouble(false);
    });
    whenActive('error', (view) => {
      // An empty element also says "error" when its source is taken away.
      if (element.error !== null) view.setTrouble(true);
    });
    return slot;
  }

  #look(): boolean {
    const element = this.#active?.element;
    return element !== undefined && this.#meter?.advance(element.currentTime * 1_000) === true;
  }
}

function place(slot: Slot, view: ClipView): void {
  if (slot.view === view) return;
  slot.view = view;
  const { element } = slot;
  element.setAttribute('aria-label', view.clip.title);
  element.src = view.clip.media.src;
  // After the poster, so that the still stays until the first frame covers it.
  view.stage.querySelector('.poster')?.after(element);
}
