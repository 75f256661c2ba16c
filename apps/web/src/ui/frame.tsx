// The frame of every page: a way past the header, the header, the page, the foot.

import type { ReactElement, ReactNode } from 'react';
import { ThemeButton } from './theme-button.tsx';

type FrameProps = Readonly<{
  /** Title of the document. */
  title: string;
  /** Links in the header, each in an `li`. */
  nav?: ReactNode;
  /** What stands in the foot. */
  foot?: ReactNode;
  children: ReactNode;
}>;

export function Frame({ title, nav, foot, children }: FrameProps): ReactElement {
  return (
    <div className="frame">
      <title>{`${title} · Holdfast`}</title>
      <a className="skip" href="#main">
        To the content
      </a>
      <header className="frame-head">
        <a className="wordmark" href="/">
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <path d="M11 6v10.5c0 4-1 6.5-3.5 9.5M21 6v10.5c0 4 1 6.5 3.5 9.5M11 15h10" />
          </svg>
          <span>Holdfast</span>
        </a>
        {nav !== undefined && (
          <nav aria-label="Pages">
            <ul>{nav}</ul>
          </nav>
        )}
        <ThemeButton />
      </header>
      <main id="main" className="frame-main" tabIndex={-1}>
        {children}
      </main>
      <footer className="frame-foot">{foot !== undefined && <div>{foot}</div>}</footer>
    </div>
  );
}
