// What pages with queries stand in. The feed does without, so this is loaded with the first of them.

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import type { ReactElement } from 'react';

// A page says that an answer is missing and offers to ask again; asking in silence would hide it.
// A count is taken whole from its answer: a copy that shares parts with the answer before would leave
// its value behind (NU1).
const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: 1, refetchOnWindowFocus: false, structuralSharing: false },
  },
});

export function QueriesLayout(): ReactElement {
  return (
    <QueryClientProvider client={queryClient}>
      <Outlet />
    </QueryClientProvider>
  );
}
