import type { ReactElement } from 'react';
import type { MarkKind } from './line-geometry.ts';

/** A shape for each kind, so that colour is never the only sign. */
const SHAPES: Readonly<Record<MarkKind, string>> = {
  incident: 'M8 2 15 14H1Z',
  correction: 'M8 1.5 14.5 8 8 14.5 1.5 8Z',
  handover: 'M1 5h10V1.5L15.5 6 11 10.5V7H1ZM15 11H5v3.5L.5 10.5Z',
  definition: 'M2.5 2.5h11v11h-11Z',
};
export const MARK_SIZE_PX = 16;

/** In an SVG, with its middle at a point. */
export function MarkShapeAt({
  kind,
  x,
  y,
}: Readonly<{ kind: MarkKind; x: number; y: number }>): ReactElement {
  const half = MARK_SIZE_PX / 2;
  return (
    <g className="mark" data-kind={kind} transform={`translate(${x - half} ${y - half})`}>
      <path d={SHAPES[kind]} />
    </g>
  );
}

export function MarkShape({ kind }: Readonly<{ kind: MarkKind }>): ReactElement {
  return (
    <svg className="mark" data-kind={kind} viewBox="0 0 16 16" aria-hidden="true">
      <path d={SHAPES[kind]} />
    </svg>
  );
}
