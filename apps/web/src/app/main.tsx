// The app: one document for every page. What a page needs beyond React comes with the page.

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { applyTheme } from '../ui/theme.ts';
import '../ui/tokens.css';
import '../ui/base.css';
import '../ui/parts.css';
import { FEED_PATH, startWithoutRouter } from './location.ts';

const element = document.getElementById('root');
if (element === null) throw new Error('The document has no #root.');
const root = createRoot(element);

async function showRouted(): Promise<void> {
  const { RoutedApp } = await import('./router.tsx');
  root.render(
    <StrictMode>
      <RoutedApp />
    </StrictMode>,
  );
}

async function showFeed(): Promise<void> {
  const { FeedStart } = await import('./feed-start.tsx');
  root.render(
    <StrictMode>
      <FeedStart />
    </StrictMode>,
  );
}

applyTheme();
if (location.pathname === FEED_PATH) {
  startWithoutRouter(() => import('./router.tsx').then(() => undefined), showRouted);
  void showFeed();
} else void showRouted();
// The console is on a cell's own server, of no use without it.
if (!location.pathname.startsWith('/console'))
  addEventListener('load', () => {
    void import('../offline/keep-files.ts').then(({ keepFiles }) => {
      keepFiles();
    });
  });
