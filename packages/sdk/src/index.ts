// The one door of the SDK for those who install it, and what `/sdk/holdfast.mjs` is made of.

export { createCounts } from './counts-store.ts';
export { defineElements } from './elements.ts';
export { createHoldfast } from './holdfast.ts';
export type { ShownCounts } from './count-model.ts';
export type { Holdfast, HoldfastOptions, ViewOptions } from './holdfast.ts';
export type { LikeState } from './likes.ts';
export type { Settlement } from './outbox.ts';
