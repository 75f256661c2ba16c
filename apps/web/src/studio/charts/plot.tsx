// The plane of a chart with its cursor: moved by pointer and by keys, read out as it moves.
//
// It is a slider to assistive technology: its places are the buckets, its value is their text (SP7).

import type { CSSProperties, KeyboardEvent, PointerEvent, ReactElement, ReactNode } from 'react';
import { movedCursor } from './cursor.ts';
import { nearestPlace } from './scale.ts';

type PlotProps = Readonly<{
  label: string;
  widthPx: number;
  heightPx: number;
  onElement: (element: HTMLElement | null) => void;
  /** Where each place lies, ascending. */
  xs: readonly number[];
  /** The place of the cursor; `null` when there is none. */
  place: number | null;
  onPlace: (place: number | null) => void;
  textOf: (place: number) => string;
  /** Stands beside the cursor. */
  tip?: ReactNode;
  children: ReactNode;
}>;

/** The tip stays inside the plot: its middle is at least so far from an end. */
const TIP_HALF_PX = 96;

export function Plot(props: PlotProps): ReactElement {
  const { label, widthPx, heightPx, onElement, xs, place, onPlace, textOf, tip, children } = props;
  const last = xs.length - 1;
  const shown = place === null ? last : Math.min(place, last);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && place !== null) {
      onPlace(null);
      return;
    }
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const next = movedCursor(place, event.key, xs.length);
    if (next === undefined) return;
    event.preventDefault();
    onPlace(next);
  };
  const onPointer = (event: PointerEvent<HTMLElement>): void => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    const next = nearestPlace(xs, x);
    if (next !== -1 && next !== place) onPlace(next);
  };
  const middle = Math.min(Math.max(xs[shown] ?? 0, TIP_HALF_PX), widthPx - TIP_HALF_PX);
  const tipStyle: CSSProperties = { left: `${middle}px` };
  return (
    <div
      ref={onElement}
      className="plot"
      // Time runs from left to right in every language (SP15).
      dir="ltr"
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-orientation="horizontal"
      aria-valuemin={0}
      aria-valuemax={Math.max(0, last)}
      aria-valuenow={Math.max(0, shown)}
      aria-valuetext={shown < 0 ? label : textOf(shown)}
      onKeyDown={onKeyDown}
      onPointerMove={onPointer}
      onPointerDown={onPointer}
      onPointerLeave={() => onPlace(null)}
      onBlur={() => onPlace(null)}
    >
      <svg
        width={widthPx}
        height={heightPx}
        viewBox={`0 0 ${widthPx} ${heightPx}`}
        aria-hidden="true"
      >
        {children}
      </svg>
      {place !== null && tip !== undefined && (
        <div className="plot-tip" style={tipStyle} dir="auto">
          {tip}
        </div>
      )}
    </div>
  );
}
