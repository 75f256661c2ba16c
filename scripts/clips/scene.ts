import type { Frame } from './frame.ts';
import type { Track } from './synth.ts';

/** Draws the whole frame at `turn`, the position in the loop from 0 up to, not including, 1. */
export type Painter = (frame: Frame, turn: number) => void;

/** One clip: what the catalog says of it, and how its picture and sound are made. */
export type Scene = Readonly<{
  /** Also the name of its files. */
  name: string;
  title: string;
  caption: string;
  tags: readonly string[];
  durationSec: number;
  /** The budget of the picture; the sound comes on top. */
  videoKbps: number;
  /** The moment shown before the clip plays. */
  posterTurn: number;
  /** Does what is the same in every frame, once. */
  prepare: () => Painter;
  compose: (track: Track) => void;
}>;
