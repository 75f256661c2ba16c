import type { ReactElement } from 'react';
import './avatar.css';

type AvatarProps = Readonly<{ name: string; src: string | undefined; size?: 's' | 'm' | 'l' }>;

const HUES = 12;

/** A person's picture, or the first letter of their name on a colour of their own. */
export function Avatar({ name, src, size = 'm' }: AvatarProps): ReactElement {
  if (src !== undefined) {
    return <img className="avatar" data-size={size} src={src} alt="" width="96" height="96" />;
  }
  const [letter = '?'] = name.replace(/^@/, '');
  return (
    <span className="avatar" data-size={size} data-hue={hueOf(name)} aria-hidden="true">
      {letter.toLocaleUpperCase()}
    </span>
  );
}

function hueOf(name: string): number {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9_973;
  return sum % HUES;
}
