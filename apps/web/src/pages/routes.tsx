// Every page and its address. A page is loaded when it is opened, with all that only it needs.

import { createRootRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { NotFoundPage, TroublePage } from './trouble-pages.tsx';

const root = createRootRoute({ notFoundComponent: NotFoundPage, errorComponent: TroublePage });

const trustList = createRoute({
  getParentRoute: () => root,
  path: '/trust',
  component: lazyRouteComponent(() => import('../trust/list-page.tsx'), 'TrustListPage'),
});

const trustVerify = createRoute({
  getParentRoute: () => root,
  path: '/trust/verify',
  component: lazyRouteComponent(() => import('../trust/verify-page.tsx'), 'VerifyPage'),
});

const trustJurisdiction = createRoute({
  getParentRoute: () => root,
  path: '/trust/$jurisdiction',
  component: lazyRouteComponent(() => import('../trust/jurisdiction-page.tsx'), 'JurisdictionPage'),
});

const consoleHome = createRoute({
  getParentRoute: () => root,
  path: '/console',
  component: lazyRouteComponent(() => import('../console/console-page.tsx'), 'ConsolePage'),
});

export const routeTree = root.addChildren([trustList, trustVerify, trustJurisdiction, consoleHome]);
