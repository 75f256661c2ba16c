// The frame of the app: the way past it, the navigation (below on phones, beside on wide screens),
// the page, and where messages appear.

import { Suspense, useEffect } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { Icon } from '../ui/icon.tsx';
import type { IconName } from '../ui/icon.tsx';
import { Toasts, toast } from '../ui/toast.tsx';
import './app-frame.css';
import { AppLink } from './app-link.tsx';
import { applyLocale, useWords } from './i18n.ts';
import type { Words } from './i18n.ts';
import { FEED_PATH, useHref } from './location.ts';
import { Bones } from './page.tsx';
import { signOut, useMe } from './session.ts';
import type { Who } from './session.ts';
import { appArea } from './words.ts';

applyLocale();

/** What all pages of the app stand in. */
export function AppFrame({ children }: Readonly<{ children: ReactNode }>): ReactElement {
  const t = useWords(appArea);
  const [path] = useHref().split('?');
  useEffect(() => {
    const more = document.getElementById(MORE_ID);
    if (more?.matches(':popover-open') === true) more.hidePopover();
  }, [path]);
  useEffect(() => {
    // Where it cannot be had, what waits is sent from the next page.
    import('./engagement.ts').then(
      ({ sendWaiting }) => {
        sendWaiting();
      },
      () => undefined,
    );
  }, []);
  return (
    <div className="app" data-surface={path === FEED_PATH ? 'feed' : 'page'}>
      <a className="skip" href="#main">
        {t('skip')}
      </a>
      <nav className="app-nav" aria-label={t('nav.label')}>
        <AppLink className="wordmark" to="/" aria-current={undefined}>
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <path d="M11 6v10.5c0 4-1 6.5-3.5 9.5M21 6v10.5c0 4 1 6.5 3.5 9.5M11 15h10" />
          </svg>
          <span>Holdfast</span>
        </AppLink>
        <Places t={t} />
      </nav>
      <main id="main" className="app-main" tabIndex={-1}>
        <Suspense fallback={<Bones />}>{children}</Suspense>
      </main>
      <Toasts />
    </div>
  );
}

type AppWords = Words<keyof typeof appArea.en>;

const MORE_ID = 'app-more';

function Places({ t }: Readonly<{ t: AppWords }>): ReactElement {
  const me = useMe();
  return (
    <>
      <ul className="app-places">
        <li>
          <AppLink to="/" exact>
            <Named icon="home">{t('nav.home')}</Named>
          </AppLink>
        </li>
        <li>
          <AppLink to="/search">
            <Named icon="search">{t('nav.search')}</Named>
          </AppLink>
        </li>
        <li className="app-make">
          <AppLink to="/upload">
            <Named icon="plus">{t('nav.upload')}</Named>
          </AppLink>
        </li>
        <li>
          <AppLink to="/likes">
            <Named icon="heart">{t('nav.likes')}</Named>
          </AppLink>
        </li>
        <li className="app-you">
          <button type="button" popoverTarget={MORE_ID}>
            <Named icon="person">{t('nav.you')}</Named>
          </button>
        </li>
      </ul>
      {/* A list beside on wide screens; on phones it opens over the bar. */}
      <ul className="app-more" id={MORE_ID} popover="auto">
        <MorePlaces t={t} me={me} />
      </ul>
    </>
  );
}

function MorePlaces({ t, me }: Readonly<{ t: AppWords; me: Who }>): ReactElement {
  const here = useHref();
  const isDoor = here.startsWith('/sign-');
  return (
    <>
      {me !== null && me !== undefined && (
        <li>
          <AppLink to={`/@${encodeURIComponent(me.handle)}`}>
            <Named icon="person">
              <span className="app-handle">@{me.handle}</span>
            </Named>
          </AppLink>
        </li>
      )}
      <li>
        <AppLink to="/studio">
          <Named icon="chart">{t('nav.studio')}</Named>
        </AppLink>
      </li>
      <li>
        <AppLink to="/reports">
          <Named icon="flag">{t('nav.reports')}</Named>
        </AppLink>
      </li>
      {me?.roles.includes('moderator') === true && (
        <li>
          <AppLink to="/moderation">
            <Named icon="shield">{t('nav.moderation')}</Named>
          </AppLink>
        </li>
      )}
      <li>
        <AppLink to="/settings">
          <Named icon="gear">{t('nav.settings')}</Named>
        </AppLink>
      </li>
      <li>
        <AppLink to="/trust">
          <Named icon="books">{t('nav.trust')}</Named>
        </AppLink>
      </li>
      {me === null && (
        <li>
          <AppLink
            to={isDoor ? '/sign-in' : `/sign-in?to=${encodeURIComponent(here)}`}
            aria-current={isDoor ? 'page' : undefined}
          >
            <Named icon="key">{t('nav.signIn')}</Named>
          </AppLink>
        </li>
      )}
      {me !== null && me !== undefined && (
        <li>
          <button type="button" onClick={() => void leave(t)}>
            <Named icon="out">{t('nav.signOut')}</Named>
          </button>
        </li>
      )}
    </>
  );
}

function Named({ icon, children }: Readonly<{ icon: IconName; children: ReactNode }>) {
  return (
    <>
      <Icon name={icon} />
      <span>{children}</span>
    </>
  );
}

async function leave(t: AppWords): Promise<void> {
  const answer = await signOut();
  toast(t(answer.kind === 'ok' ? 'signOut.done' : 'signOut.failed'));
}
