// The pages beside the feed: the public record at /trust and the operators' console at /console.
//
// One document and one small start; what a page needs beyond it is loaded with the page.

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRouter, RouterProvider } from '@tanstack/react-router';
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

// A page says that an answer is missing and offers to ask again; asking in silence would hide it.
const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: false } },
});

const root = document.getElementById('root');
if (root === null) throw new Error('pages.html has no #root');
applyTheme();
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
