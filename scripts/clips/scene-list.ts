import type { Scene } from './scene.ts';
import { aurora } from './scenes/aurora.ts';
import { dahlia } from './scenes/dahlia.ts';
import { harmonograph } from './scenes/harmonograph.ts';
import { jellyfish } from './scenes/jellyfish.ts';
import { lanterns } from './scenes/lanterns.ts';
import { maple } from './scenes/maple.ts';
import { ocean } from './scenes/ocean.ts';
import { paperDay } from './scenes/paper-day.ts';
import { rain } from './scenes/rain.ts';
import { train } from './scenes/train.ts';

/** In the order of the manifest, which is the order of a first feed: moods alternate. */
export const scenes: readonly Scene[] = [
  ocean,
  dahlia,
  train,
  lanterns,
  harmonograph,
  jellyfish,
  paperDay,
  rain,
  maple,
  aurora,
];

/** Throws for a name that is not in the list. */
export function sceneNamed(name: string): Scene {
  const scene = scenes.find((candidate) => candidate.name === name);
  if (scene === undefined) {
    const known = scenes.map((candidate) => candidate.name).join(', ');
    throw new RangeError(`there is no scene ${name}; there are ${known}`);
  }
  return scene;
}
