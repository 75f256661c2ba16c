import type { ReactElement } from 'react';

const ID = 'studio-hatch';
/** Fills what is not known, wherever `HatchDefinition` is on the page. */
export const HATCH: string = `url(#${ID})`;

/** The hatching of gaps; once on a page with charts. */
export function HatchDefinition(): ReactElement {
  return (
    <svg className="unseen" width="0" height="0" aria-hidden="true">
      <defs>
        <pattern
          id={ID}
          width="7"
          height="7"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <line className="hatch" x1="0" x2="0" y1="0" y2="7" />
        </pattern>
      </defs>
    </svg>
  );
}
