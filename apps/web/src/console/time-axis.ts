// Where the labels of a chart's time axis stand: at full steps of the clock, as many as have room
// beside each other. Pure.

/** Steps between two labels. */
const STEPS_SECONDS = [10, 15, 30, 60, 120, 300, 600] as const;
/** Room that a label takes, with what keeps it apart from the next. */
const LABEL_PX = 48;
const LABEL_WITH_SECONDS_PX = 72;
const MINUTE_SECONDS = 60;

/** The least step at which labels stand apart. */
export function stepSeconds(spanSeconds: number, widthPx: number): number {
  for (const step of STEPS_SECONDS) {
    const labelPx = differsInSeconds(step) ? LABEL_WITH_SECONDS_PX : LABEL_PX;
    if ((step / spanSeconds) * widthPx >= labelPx) return step;
  }
  return STEPS_SECONDS.at(-1) ?? spanSeconds;
}

/** The full steps of the clock between two times, in seconds since 1970. */
export function splitsBetween(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step);
  const last = Math.floor(to / step);
  return Array.from(
    { length: Math.max(0, last - first + 1) },
    (_, index) => (first + index) * step,
  );
}

/** Whether labels so far apart differ in their seconds. */
export function differsInSeconds(step: number): boolean {
  return step < MINUTE_SECONDS;
}
