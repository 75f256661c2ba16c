// What a media element does, as state; and what can be done to it.

import { useEffect, useState } from 'react';
import { nextSpeed } from './watch-keys.ts';

const SPEED_KEY = 'holdfast.speed';
const SOUND_KEY = 'holdfast.sound';
const CAPTIONS_KEY = 'holdfast.captions';
/** Most clips have 30 frames a second; nothing says so in the element. */
const FRAME_S = 1 / 30;

export type ElementState = Readonly<{
  isPlaying: boolean;
  atS: number;
  durationS: number;
  isMuted: boolean;
  speed: number;
  hasFailed: boolean;
  captions: boolean;
}>;

export type ElementActions = Readonly<{
  togglePlay: () => void;
  toggleSound: () => void;
  toggleCaptions: () => void;
  toggleFull: (frame: HTMLElement | null) => void;
  seek: (atS: number) => void;
  frame: (by: 1 | -1) => void;
  speed: (speed: number) => void;
  speedStep: (by: 1 | -1) => void;
  retry: () => void;
}>;

const START: ElementState = {
  isPlaying: false,
  atS: 0,
  durationS: 0,
  isMuted: true,
  speed: 1,
  hasFailed: false,
  captions: true,
};

/** `src` makes the element begin anew. */
export function useVideoElement(
  element: HTMLVideoElement | null,
  src: string,
): readonly [ElementState, ElementActions] {
  const [state, setState] = useState(START);
  const [captions, setCaptions] = useState(() => kept(CAPTIONS_KEY) !== 'off');
  useEffect(() => {
    if (element === null) return;
    const look = (): void => {
      setState((before) => ({
        ...before,
        isPlaying: !element.paused,
        atS: element.currentTime,
        durationS: Number.isFinite(element.duration) ? element.duration : 0,
        isMuted: element.muted,
        speed: element.playbackRate,
        hasFailed: element.error !== null,
      }));
    };
    applyChoices(element);
    for (const type of EVENTS) element.addEventListener(type, look);
    look();
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (!isCalm) void start(element);
    return () => {
      for (const type of EVENTS) element.removeEventListener(type, look);
    };
  }, [element, src]);
  useEffect(() => {
    if (element !== null) showTracks(element, captions);
  }, [element, src, captions]);

  const toggleCaptions = (): void => {
    keep(CAPTIONS_KEY, captions ? 'off' : 'on');
    setCaptions(!captions);
  };
  return [
    { ...state, captions },
    { ...actionsOn(element), toggleCaptions },
  ];
}

function actionsOn(element: HTMLVideoElement | null): Omit<ElementActions, 'toggleCaptions'> {
  const on = (run: (there: HTMLVideoElement) => void): void => {
    if (element !== null) run(element);
  };
  const setSpeed = (video: HTMLVideoElement, speed: number): void => {
    video.playbackRate = speed;
    keep(SPEED_KEY, String(speed));
  };
  return {
    togglePlay: () => {
      on((video) => {
        if (video.paused) void start(video);
        else video.pause();
      });
    },
    toggleSound: () => {
      on((video) => {
        video.muted = !video.muted;
        keep(SOUND_KEY, video.muted ? 'off' : 'on');
      });
    },
    toggleFull: (frame) => {
      // Refused or not there, the video stays where it is.
      if (document.fullscreenElement === null) frame?.requestFullscreen().catch(() => undefined);
      else void document.exitFullscreen();
    },
    seek: (atS) => {
      on((video) => {
        video.currentTime = Math.min(Math.max(0, atS), video.duration || 0);
      });
    },
    frame: (by) => {
      on((video) => {
        video.pause();
        video.currentTime += by * FRAME_S;
      });
    },
    speed: (speed) => {
      on((video) => {
        setSpeed(video, speed);
      });
    },
    speedStep: (by) => {
      on((video) => {
        setSpeed(video, nextSpeed(video.playbackRate, by));
      });
    },
    retry: () => {
      on((video) => {
        video.load();
        void start(video);
      });
    },
  };
}

function applyChoices(element: HTMLVideoElement): void {
  element.muted = kept(SOUND_KEY) !== 'on';
  element.playbackRate = Number(kept(SPEED_KEY) ?? 1) || 1;
}

function showTracks(element: HTMLVideoElement, isShown: boolean): void {
  for (const track of element.textTracks) track.mode = isShown ? 'showing' : 'hidden';
}

const EVENTS = [
  ...['play', 'playing', 'pause', 'timeupdate', 'seeked', 'durationchange', 'volumechange'],
  ...['ratechange', 'error', 'ended', 'loadeddata'],
];

/** Without a press before it the browser may only allow silence, or nothing. */
async function start(element: HTMLVideoElement): Promise<void> {
  try {
    await element.play();
  } catch {
    if (element.muted || element.error !== null) return;
    element.muted = true;
    await element.play().catch(() => undefined);
  }
}

function kept(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Without storage the choice holds for this page alone.
  }
}
