// Every page and its address. A page is loaded when it is opened, with all that only it needs.

import { createRootRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { MODERATION_VIEWS } from './moderation-views.ts';
import type { ModerationView } from './moderation-views.ts';
import { SEARCH_TYPES } from './search-types.ts';
import type { SearchType } from './search-types.ts';

/** Which list of the feed; without it the one made for the viewer. */
export type FeedSearch = Readonly<{ rank?: 'following' | 'latest' }>;

const troublePage = lazyRouteComponent(() => import('./trouble-pages.tsx'), 'TroublePage');

const root = createRootRoute({
  notFoundComponent: lazyRouteComponent(() => import('./trouble-pages.tsx'), 'NotFoundPage'),
  errorComponent: troublePage,
});

const app = createRoute({
  getParentRoute: () => root,
  id: 'app',
  component: lazyRouteComponent(() => import('./app-layout.tsx'), 'AppLayout'),
});

const feed = createRoute({
  getParentRoute: () => app,
  path: '/',
  validateSearch: ({ rank }: Record<string, unknown>): FeedSearch =>
    rank === 'following' || rank === 'latest' ? { rank } : {},
  component: lazyRouteComponent(() => import('../feed/feed-page.tsx'), 'FeedPage'),
});

const appQueries = createRoute({
  getParentRoute: () => app,
  id: 'queries',
  component: lazyRouteComponent(() => import('./queries-layout.tsx'), 'QueriesLayout'),
  // Within the frame, so that there is a way on from a page that broke.
  errorComponent: troublePage,
});

const underApp = <const Path extends string>(path: Path) => ({
  getParentRoute: () => appQueries,
  path,
});

/** Where to go once through the door. */
function doorSearch({ to }: Record<string, unknown>): Readonly<{ to?: string }> {
  return typeof to === 'string' ? { to } : {};
}

function moderationSearch(found: Record<string, unknown>): {
  view?: ModerationView;
  case?: string;
} {
  const view = MODERATION_VIEWS.find((one) => one === found['view']);
  return {
    ...(view === undefined ? {} : { view }),
    ...(typeof found['case'] === 'string' ? { case: found['case'] } : {}),
  };
}

function searchSearch({ q, type }: Record<string, unknown>): { q?: string; type?: SearchType } {
  const known = SEARCH_TYPES.find((one) => one === type);
  return {
    // A number in an address is read as one, and somebody may look for it.
    ...(typeof q === 'string' || typeof q === 'number' ? { q: String(q) } : {}),
    ...(known === undefined ? {} : { type: known }),
  };
}

const watch = createRoute({
  ...underApp('/v/$video'),
  validateSearch: ({ from }: Record<string, unknown>): Readonly<{ from?: 'profile' | 'search' }> =>
    from === 'profile' || from === 'search' ? { from } : {},
  component: lazyRouteComponent(() => import('../watch/watch-page.tsx'), 'WatchPage'),
});
const signIn = createRoute({
  ...underApp('/sign-in'),
  validateSearch: doorSearch,
  component: lazyRouteComponent(() => import('../sign-in/door-page.tsx'), 'SignInPage'),
});
const signUp = createRoute({
  ...underApp('/sign-up'),
  validateSearch: doorSearch,
  component: lazyRouteComponent(() => import('../sign-in/door-page.tsx'), 'SignUpPage'),
});
const profile = createRoute({
  ...underApp('/@{$handle}'),
  validateSearch: ({ tab }: Record<string, unknown>): Readonly<{ tab?: 'liked' }> =>
    tab === 'liked' ? { tab } : {},
  component: lazyRouteComponent(() => import('../profile/profile-page.tsx'), 'ProfilePage'),
});
const likes = createRoute({
  ...underApp('/likes'),
  component: lazyRouteComponent(() => import('../profile/likes-page.tsx'), 'LikesPage'),
});
const search = createRoute({
  ...underApp('/search'),
  validateSearch: searchSearch,
  component: lazyRouteComponent(() => import('../search/search-page.tsx'), 'SearchPage'),
});
const uploads = createRoute({
  ...underApp('/upload'),
  component: lazyRouteComponent(() => import('../upload/uploads-page.tsx'), 'UploadsPage'),
});
const upload = createRoute({
  ...underApp('/upload/$draft'),
  component: lazyRouteComponent(() => import('../upload/upload-page.tsx'), 'UploadPage'),
});
const settings = createRoute({
  ...underApp('/settings'),
  component: lazyRouteComponent(() => import('../settings/settings-page.tsx'), 'SettingsPage'),
});
const reports = createRoute({
  ...underApp('/reports'),
  component: lazyRouteComponent(() => import('../moderation/reports-page.tsx'), 'ReportsPage'),
});
const moderation = createRoute({
  ...underApp('/moderation'),
  validateSearch: moderationSearch,
  component: lazyRouteComponent(
    () => import('../moderation/moderation-page.tsx'),
    'ModerationPage',
  ),
});
const studio = createRoute({
  ...underApp('/studio'),
  component: lazyRouteComponent(() => import('../studio/studio-page.tsx'), 'StudioPage'),
});
const studioVideo = createRoute({
  ...underApp('/studio/videos/$video'),
  component: lazyRouteComponent(() => import('../studio/studio-video-page.tsx'), 'StudioVideoPage'),
});

/** Pages with a frame of their own: for the public and for operators. */
const record = createRoute({
  getParentRoute: () => root,
  id: 'record',
  component: lazyRouteComponent(() => import('./queries-layout.tsx'), 'QueriesLayout'),
});

const underRecord = <const Path extends string>(path: Path) => ({
  getParentRoute: () => record,
  path,
});

const trustList = createRoute({
  ...underRecord('/trust'),
  component: lazyRouteComponent(() => import('../trust/list-page.tsx'), 'TrustListPage'),
});
const trustVerify = createRoute({
  ...underRecord('/trust/verify'),
  component: lazyRouteComponent(() => import('../trust/verify-page.tsx'), 'VerifyPage'),
});
const trustJurisdiction = createRoute({
  ...underRecord('/trust/$jurisdiction'),
  component: lazyRouteComponent(() => import('../trust/jurisdiction-page.tsx'), 'JurisdictionPage'),
});
const consoleHome = createRoute({
  ...underRecord('/console'),
  component: lazyRouteComponent(() => import('../console/console-page.tsx'), 'ConsolePage'),
});

export const routeTree = root.addChildren([
  app.addChildren([
    feed,
    appQueries.addChildren([
      watch,
      signIn,
      signUp,
      profile,
      likes,
      search,
      uploads,
      upload,
      settings,
      reports,
      moderation,
      studio,
      studioVideo,
    ]),
  ]),
  record.addChildren([trustList, trustVerify, trustJurisdiction, consoleHome]),
]);
