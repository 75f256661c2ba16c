// Whether a page still works where there is little room: at 200 % zoom, on the narrowest phone.

import type { Page } from 'playwright-core';

/** A desk of 1280x800 at 200 %, and the width at which reflow is judged (WCAG 1.4.10). */
const SIZES = [
  { width: 640, height: 400 },
  { width: 320, height: 640 },
] as const;

/** What a reader may set for text (WCAG 1.4.12); it also stands in for the widest of fonts. */
const SPACED_TEXT =
  '* { letter-spacing: 0.12em !important; word-spacing: 0.16em !important; line-height: 1.5 !important; }';

const CONTROLS = 'a[href], button:enabled, input:enabled, select:enabled, textarea:enabled';

type Box = Readonly<Record<'left' | 'top' | 'right' | 'width' | 'height', number>>;
/** What the function below sees of an element, in the page. */
type Seen = Readonly<{
  outerHTML: string;
  control?: Seen;
  getBoundingClientRect: () => Box;
  getClientRects: () => ArrayLike<Box>;
  checkVisibility: (how: object) => boolean;
  closest: (selector: string) => Seen | null;
  contains: (other: Seen) => boolean;
  focus: (how: object) => void;
  scrollIntoView: (how: object) => void;
}>;
declare const innerWidth: number;
declare const document: Readonly<{
  documentElement: Seen & Readonly<{ scrollWidth: number }>;
  querySelectorAll: (selector: string) => Iterable<Seen>;
  elementFromPoint: (x: number, y: number) => Seen | null;
}>;

/** Runs in the page: what sticks out at its side, and which controls cannot be brought into reach. */
function look(controls: string): readonly string[] {
  const faults: string[] = [];
  const nameOf = ({ outerHTML }: Seen): string => outerHTML.slice(0, 120);
  const outPx = document.documentElement.scrollWidth - innerWidth;
  if (outPx > 0) {
    const wide = [...document.querySelectorAll('body *')].filter(
      // What lies in one of these scrolls within it, and widens no page.
      (element) =>
        element.getBoundingClientRect().right > innerWidth &&
        element.closest('.segments, .bar-scroll, .table-wrap') === null,
    );
    faults.push(`${outPx} px wider than the window: ${wide.slice(0, 3).map(nameOf).join(' ')}`);
  }
  for (const control of document.querySelectorAll(controls)) {
    const isThere = control.checkVisibility({ visibilityProperty: true });
    if (!isThere || control.closest('[inert], [aria-hidden="true"]') !== null) continue;
    // Some come into sight only when they have the focus.
    control.focus({ focusVisible: true });
    control.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
    // The first line of a link may be all of it, or one of several.
    const [box] = Array.from(control.getClientRects());
    // As small as that it has a stand-in, such as a label.
    if (box === undefined || box.width < 2 || box.height < 2) continue;
    const { left, top, width, height } = box;
    const seen = document.elementFromPoint(left + width / 2, top + height / 2);
    if (seen === null) faults.push(`out of reach: ${nameOf(control)}`);
    else if (
      !control.contains(seen) &&
      !seen.contains(control) &&
      seen.closest('label')?.control !== control
    ) {
      faults.push(`covered: ${nameOf(control)} by ${nameOf(seen)}`);
    }
  }
  return faults;
}

/** What is wrong with a page where there is little room (WB28); its window is as before after it. */
export async function roomFaults(page: Page): Promise<readonly string[]> {
  const before = page.viewportSize();
  const faults: string[] = [];
  for (const size of SIZES) {
    await page.setViewportSize(size);
    // Twice, so that what follows the size of the window has been laid out.
    await page.evaluate(
      'new Promise((laidOut) => requestAnimationFrame(() => requestAnimationFrame(laidOut)))',
    );
    for (const fault of await page.evaluate(look, CONTROLS)) {
      faults.push(`${size.width}x${size.height}: ${fault}`);
    }
  }
  // Not as an element: the page's own policy refuses styles of others.
  await page.evaluate(
    `{ const sheet = new CSSStyleSheet(); sheet.replaceSync('${SPACED_TEXT}'); document.adoptedStyleSheets.push(sheet); }`,
  );
  for (const fault of await page.evaluate(look, CONTROLS)) faults.push(`spaced text: ${fault}`);
  if (before !== null) await page.setViewportSize(before);
  return faults;
}
