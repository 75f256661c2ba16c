import { useEffect, useState } from 'react';

/** Until the page has been laid out, and where nothing tells of sizes. */
const WIDTH_PX_FIRST = 640;

/** A callback to put on an element as its `ref`, and the element's width as it changes. */
export function useWidth(): readonly [(element: HTMLElement | null) => void, number] {
  const [element, setElement] = useState<HTMLElement | null>(null);
  const [widthPx, setWidthPx] = useState(WIDTH_PX_FIRST);
  useEffect(() => {
    if (element === null) return undefined;
    const sizes = new ResizeObserver(() => {
      // A chart that is not shown has no width; it keeps the one it had.
      if (element.clientWidth > 0) setWidthPx(element.clientWidth);
    });
    sizes.observe(element);
    return () => sizes.disconnect();
  }, [element]);
  return [setElement, widthPx];
}
