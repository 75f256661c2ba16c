// The script tag: connects the page, defines the elements and gives `window.holdfast`.
//
//   <script src="https://HOLDFAST/sdk/holdfast.js" data-person="user-1" data-grant="/my-grant">
//
// Holdfast is where the script came from, or what `data-origin` says. `data-grant` is an address of
// your own server that answers with a grant for whoever is signed in there.

import { defineElements } from './elements.ts';
import { createHoldfast } from './holdfast.ts';
import type { Holdfast } from './holdfast.ts';

declare global {
  // Only what is declared with `var` is a property of the window.
  var holdfast: Holdfast | undefined;
}

const { src, dataset } = document.currentScript as HTMLScriptElement;
const { origin = new URL(src).origin, person, grant } = dataset;

globalThis.holdfast = createHoldfast({
  origin,
  person: person ?? null,
  ...(grant !== undefined && {
    getGrant: async () => {
      const response = await fetch(grant, { method: 'POST' });
      if (!response.ok) throw new Error();
      return response.text();
    },
  }),
});
defineElements(globalThis.holdfast);
