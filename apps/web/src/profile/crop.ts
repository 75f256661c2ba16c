/** How much of a picture is taken and from where: 0 is its start and 1 its end. */
export type Crop = Readonly<{ zoom: number; across: number; down: number }>;

type Size = Readonly<{ width: number; height: number }>;

/** The square of a picture, in its own pixels; always inside it. */
export function cropOf(
  { width, height }: Size,
  { zoom, across, down }: Crop,
): Readonly<{ x: number; y: number; side: number }> {
  const side = Math.min(width, height) / Math.max(1, zoom);
  return { x: (width - side) * across, y: (height - side) * down, side };
}
