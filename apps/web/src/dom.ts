// Typed look-ups in the page. A missing part is a mistake in index.html, so it throws.

type Kind<E extends Element> = new () => E;

export function byId<E extends Element>(id: string, kind: Kind<E>): E {
  return part(document, `#${id}`, kind);
}

export function part<E extends Element>(root: ParentNode, selector: string, kind: Kind<E>): E {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`The page has no ${selector}.`);
  return found;
}

/** Sets text only when it differs, so that nothing is announced or laid out again for nothing. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function setAttribute(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Points an icon at another symbol of index.html. */
export function setIcon(button: Element, symbol: string): void {
  setAttribute(part(button, 'use', SVGUseElement), 'href', `#${symbol}`);
}
