import type { AnchorHTMLAttributes, MouseEvent, ReactElement } from 'react';
import { go, goSoon, useHref } from './location.ts';

type AppLinkProps = Readonly<{
  /** An address of the app. */
  to: string;
  /** Current only at this very address, and not below it. */
  exact?: boolean;
}> &
  Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'>;

/** A link within the app, for parts that are there before the router is. */
export function AppLink({ to, exact, children, ...rest }: AppLinkProps): ReactElement {
  const [path = ''] = useHref().split('?');
  const isCurrent = path === to || (exact !== true && path.startsWith(`${to}/`));
  const soon = (): void => {
    goSoon(to);
  };
  return (
    <a
      aria-current={isCurrent ? 'page' : undefined}
      {...rest}
      href={to}
      onPointerEnter={soon}
      onFocus={soon}
      onClick={(event) => {
        if (!isPlain(event)) return;
        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}

/** Other clicks open tabs and windows, which is the browser's. */
function isPlain(event: MouseEvent): boolean {
  const { button, metaKey, ctrlKey, shiftKey, altKey } = event;
  return button === 0 && !metaKey && !ctrlKey && !shiftKey && !altKey;
}
