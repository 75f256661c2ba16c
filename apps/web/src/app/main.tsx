// The app: one document for every page. What a page needs beyond the frame is loaded with it.

import { createRouter, RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { applyTheme } from '../ui/theme.ts';
import '../ui/tokens.css';
import '../ui/base.css';
import '../ui/parts.css';
import { routeTree } from './routes.tsx';

const router = createRouter({ routeTree, defaultPreload: 'intent', scrollRestoration: true });

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

// Whoever cannot see that another page has come is put at its beginning.
router.subscribe('onRendered', ({ fromLocation, pathChanged }) => {
  if (fromLocation !== undefined && pathChanged) {
    document.getElementById('main')?.focus({ preventScroll: true });
  }
});

const root = document.getElementById('root');
if (root === null) throw new Error('The document has no #root.');
applyTheme();
createRoot(root).render(
  <StrictMode>
    <RouterProvider router={router} />
  </StrictMode>,
);
