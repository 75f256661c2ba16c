import { useState } from 'react';
import type { ReactElement } from 'react';
import { chooseTheme, chosenTheme, nextTheme } from './theme.ts';
import type { Theme } from './theme.ts';

const SHAPES: Readonly<Record<Theme, string>> = {
  system: 'M12 3a9 9 0 1 0 0 18Zm0 0a9 9 0 0 1 0 18',
  light:
    'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4',
  dark: 'M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5Z',
};

const NAMES: Readonly<Record<Theme, string>> = {
  system: 'Colours: as your system',
  light: 'Colours: light',
  dark: 'Colours: dark',
};

/** Goes through system, light and dark. */
export function ThemeButton(): ReactElement {
  const [theme, setTheme] = useState(chosenTheme);
  const choose = (): void => {
    const next = nextTheme(theme);
    chooseTheme(next);
    setTheme(next);
  };
  return (
    <button
      className="button"
      data-kind="icon"
      type="button"
      aria-label={NAMES[theme]}
      title={NAMES[theme]}
      onClick={choose}
    >
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d={SHAPES[theme]} />
      </svg>
    </button>
  );
}
