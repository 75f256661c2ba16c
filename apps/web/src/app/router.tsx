// The router of the app: there from the start on every page but the feed.

import { createRouter, RouterProvider } from '@tanstack/react-router';
import { useLayoutEffect } from 'react';
import type { ReactElement } from 'react';
import { locationChanged, routeWith } from './location.ts';
import { routeTree } from './routes.tsx';

const router = createRouter({ routeTree, defaultPreload: 'intent', scrollRestoration: true });

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

// The router tells of a step before the address bar has it.
router.subscribe('onBeforeLoad', ({ toLocation }) => {
  locationChanged(toLocation.pathname + toLocation.searchStr);
});

// Whoever cannot see that another page has come is put at its beginning.
router.subscribe('onRendered', ({ fromLocation, pathChanged }) => {
  if (fromLocation !== undefined && pathChanged) {
    document.getElementById('main')?.focus({ preventScroll: true });
  }
});

/** Every page of the app, by its address. */
export function RoutedApp(): ReactElement {
  // Not before it is shown: until then a step to another page has to bring it.
  useLayoutEffect(() => {
    routeWith({
      push: (href) => {
        router.history.push(href);
      },
      preload: (href) => {
        // Failing here costs nothing: it is tried again when they go.
        router.preloadRoute({ to: href as '/' }).catch(() => undefined);
      },
    });
  }, []);
  return <RouterProvider router={router} />;
}
