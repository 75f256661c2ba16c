// Plays the clip in view with three video elements that are used again and again: the one before,
// the current and the next. An element that the viewer once gave sound keeps the right to it, which
// is why they are never made anew. A loaded element holds some 30 MB of frames, so what is neither in
// view nor next is emptied; and what is next waits until the feed has moved. Rules WB6-WB9.

import type { PlayableVideo } from '../app/video.ts';

const SLOTS = 3;
/** The next clip is loaded when the one in view has begun, which it would hold up. */
const NEXT_MS = 80;
/** After this a clip that was left has been scrolled out of sight. */
const GONE_MS = 350;
const HAVE_CURRENT_DATA = 2;
const SOUND_KEY = 'holdfast.sound';
const CAPTIONS_KEY = 'holdfast.captions';

export type PlayerState = Readonly<{
  /** The clip in view. */
  video: string | undefined;
  isPlaying: boolean;
  /** It is to play, and waits for data. */
  isWaiting: boolean;
  isMuted: boolean;
  hasFailed: boolean;
  /** Whether captions are wanted, and the line that is spoken now. */
  captions: boolean;
  line: string;
}>;

/** A clip and the element that its video goes into. */
export type StagedClip = Readonly<{ video: PlayableVideo; stage: HTMLElement }>;
/** The clip at a place of the list, if it is drawn. */
export type ClipAt = (place: number) => StagedClip | undefined;

export type PlayerPorts = Readonly<{
  /** Begins to measure how long a clip is watched; returns how to end it. */
  track: (element: HTMLVideoElement, video: PlayableVideo) => () => void;
  reducedMotion: () => boolean;
  /** The language of captions that is taken first. */
  language: () => string;
  /** Runs something later; returns how to forget it. */
  later: (run: () => void, afterMs: number) => () => void;
  read: (key: string) => string | null;
  write: (key: string, value: string) => void;
}>;

type Slot = {
  readonly element: HTMLVideoElement;
  video: PlayableVideo | undefined;
  stage: HTMLElement | undefined;
};

export class Player {
  readonly #ports: PlayerPorts;
  readonly #slots: readonly Slot[];
  readonly #listeners = new Set<() => void>();
  #state: PlayerState;
  #active: Slot | undefined = undefined;
  #place = 0;
  #endTrack: (() => void) | undefined = undefined;
  #forgetPlans = (): void => undefined;
  /** What the viewer wants; whether it plays is up to the browser. */
  #isWanted = false;

  constructor(ports: PlayerPorts) {
    this.#ports = ports;
    this.#slots = Array.from({ length: SLOTS }, () => this.#makeSlot());
    this.#state = {
      video: undefined,
      isPlaying: false,
      isWaiting: false,
      isMuted: true,
      hasFailed: false,
      captions: ports.read(CAPTIONS_KEY) !== 'off',
      line: '',
    };
    this.#setMuted(ports.read(SOUND_KEY) !== 'on');
  }

  get state(): PlayerState {
    return this.#state;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Plays the clip at `place`; when it has stayed in view, readies the one after it. */
  show(place: number, clipAt: ClipAt): void {
    const clip = clipAt(place);
    if (clip === undefined) return;
    const by = place < this.#place ? -1 : 1;
    this.#place = place;
    const slot = this.#ready(place, clip);
    this.#plan(place + by, clipAt);
    if (this.#state.video === clip.video.id) return;
    this.#end();
    this.#active = slot;
    const { element } = slot;
    // Also a jump to where it stands already would decode it anew.
    if (element.currentTime > 0) element.currentTime = 0;
    this.#endTrack = this.#ports.track(element, clip.video);
    this.#isWanted = !this.#ports.reducedMotion();
    this.#set({
      video: clip.video.id,
      hasFailed: element.error !== null,
      isPlaying: this.#isWanted,
      isWaiting: false,
      line: '',
    });
    if (this.#isWanted) void this.#play();
  }

  /** The feed is left: watch time is closed, nothing plays, and memory is given back. */
  leave(): void {
    this.#end();
    this.#forgetPlans();
    for (const slot of this.#slots) this.#empty(slot);
  }

  togglePlay(): void {
    this.#isWanted = !this.#isWanted;
    if (this.#isWanted) void this.#play();
    else this.#active?.element.pause();
    this.#set({ isPlaying: this.#isWanted });
  }

  toggleSound(): void {
    const isMuted = !this.#state.isMuted;
    this.#ports.write(SOUND_KEY, isMuted ? 'off' : 'on');
    this.#setMuted(isMuted);
    // A press is also the permission that a blocked clip was waiting for.
    if (!isMuted && this.#active?.element.paused === true) {
      this.#isWanted = true;
      void this.#play();
    }
  }

  toggleCaptions(): void {
    const captions = !this.#state.captions;
    this.#ports.write(CAPTIONS_KEY, captions ? 'on' : 'off');
    this.#set({ captions });
  }

  /** The page was hidden or is shown again. */
  setHidden(isHidden: boolean): void {
    if (isHidden) this.#active?.element.pause();
    else if (this.#isWanted && this.#active !== undefined) void this.#play();
  }

  /** Loads the current clip once more after it failed. */
  retry(): void {
    if (this.#active === undefined) return;
    this.#active.element.load();
    this.#isWanted = true;
    this.#set({ hasFailed: false, isPlaying: true });
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
      const isBlocked = error instanceof DOMException && error.name === 'NotAllowedError';
      if (!isBlocked || this.#active !== slot) return;
      if (this.#state.isMuted) {
        this.#isWanted = false;
        this.#set({ isPlaying: false });
      } else {
        // Sound needs a press on this page first; the choice is kept for after it.
        this.#setMuted(true);
        void this.#play();
      }
    }
  }

  /** Readies what comes next, and later empties what is out of sight. */
  #plan(next: number, clipAt: ClipAt): void {
    this.#forgetPlans();
    const forgetNext = this.#ports.later(() => {
      const clip = clipAt(next);
      if (clip !== undefined) this.#ready(next, clip);
    }, NEXT_MS);
    const forgetGone = this.#ports.later(() => {
      for (const [at, slot] of this.#slots.entries()) {
        if (slot !== this.#active && at !== next % SLOTS) this.#empty(slot);
      }
    }, GONE_MS);
    this.#forgetPlans = () => {
      forgetNext();
      forgetGone();
    };
  }

  #ready(place: number, { video, stage }: StagedClip): Slot {
    const slot = this.#slots[place % SLOTS];
    if (slot === undefined) throw new RangeError(`place ${place}`);
    if (slot.video !== video) {
      slot.video = video;
      this.#load(slot, video);
    }
    if (slot.stage !== stage || slot.element.parentElement !== stage) {
      slot.stage?.removeAttribute('data-ready');
      slot.stage = stage;
      stage.append(slot.element);
      markReady(slot);
    }
    return slot;
  }

  #empty(slot: Slot): void {
    if (slot.video === undefined) return;
    slot.video = undefined;
    slot.element.replaceChildren();
    slot.element.removeAttribute('src');
    slot.element.load();
    markReady(slot);
  }

  #end(): void {
    this.#endTrack?.();
    this.#endTrack = undefined;
    this.#active?.element.pause();
    this.#active = undefined;
    this.#set({ video: undefined, isPlaying: false });
  }

  #load(slot: Slot, video: PlayableVideo): void {
    const { element } = slot;
    element.replaceChildren();
    const language = this.#ports.language();
    const track = video.captions.find(({ lang }) => lang === language) ?? video.captions[0];
    if (track !== undefined) {
      const child = document.createElement('track');
      Object.assign(child, { kind: 'captions', srclang: track.lang, label: track.label });
      child.src = track.src;
      element.append(child);
      // Read but not drawn by the browser, which would draw it over the title.
      child.track.mode = 'hidden';
      child.track.addEventListener('cuechange', () => {
        if (slot === this.#active) this.#set({ line: lineOf(child.track) });
      });
    }
    element.setAttribute('aria-label', video.title);
    element.src = video.media.src;
  }

  #setMuted(isMuted: boolean): void {
    for (const { element } of this.#slots) element.muted = isMuted;
    this.#set({ isMuted });
  }

  #makeSlot(): Slot {
    const element = document.createElement('video');
    const slot: Slot = { element, video: undefined, stage: undefined };
    Object.assign(element, { loop: true, playsInline: true, preload: 'auto', tabIndex: -1 });
    element.disablePictureInPicture = true;
    const whenActive = (type: string, run: () => void): void => {
      element.addEventListener(type, () => {
        if (this.#active === slot) run();
      });
    };
    for (const type of ['loadeddata', 'emptied']) {
      element.addEventListener(type, () => {
        markReady(slot);
      });
    }
    whenActive('timeupdate', () => {
      const part = element.currentTime / (element.duration || Number.POSITIVE_INFINITY);
      const bar = slot.stage?.parentElement?.querySelector<HTMLElement>('.clip-played > div');
      if (bar) bar.style.transform = `scaleX(${part})`;
    });
    whenActive('playing', () => {
      this.#set({ isPlaying: true, isWaiting: false, hasFailed: false });
    });
    whenActive('waiting', () => {
      this.#set({ isWaiting: true });
    });
    whenActive('error', () => {
      // An empty element also says "error" when its source is taken away.
      if (element.error !== null) this.#set({ hasFailed: true, isWaiting: false });
    });
    return slot;
  }

  #set(change: Partial<PlayerState>): void {
    const keys = Object.keys(change) as (keyof PlayerState)[];
    if (keys.every((key) => this.#state[key] === change[key])) return;
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** Says on the stage whether the video has a picture: what stands in for it need not be drawn. */
function markReady({ stage, element }: Slot): void {
  stage?.toggleAttribute('data-ready', element.readyState >= HAVE_CURRENT_DATA);
}

function lineOf(track: TextTrack): string {
  const cues = [...(track.activeCues ?? [])] as VTTCue[];
  return cues.map((cue) => cue.getCueAsHTML().textContent ?? '').join('\n');
}
