// The feed as a first page: in the frame of the app, before there is a router.

import type { ReactElement } from 'react';
import { FeedPage } from '../feed/feed-page.tsx';
import { AppFrame } from './app-frame.tsx';

export function FeedStart(): ReactElement {
  return (
    <AppFrame>
      <FeedPage />
    </AppFrame>
  );
}
