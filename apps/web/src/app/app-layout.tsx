import { Outlet } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { AppFrame } from './app-frame.tsx';

/** The frame of the app around the page that the router shows. */
export function AppLayout(): ReactElement {
  return (
    <AppFrame>
      <Outlet />
    </AppFrame>
  );
}
