// The door as a page of its own; after it one is back where one came from.

import { Link, useRouter, useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useWords } from '../app/i18n.ts';
import { Page } from '../app/page.tsx';
import { useMe } from '../app/session.ts';
import { placeAfter } from './door.ts';
import type { DoorMode } from './door.ts';
import { DoorForm } from './door-form.tsx';
import { doorArea } from './words.ts';

export function SignInPage(): ReactElement {
  return <DoorPage mode="sign-in" />;
}

export function SignUpPage(): ReactElement {
  return <DoorPage mode="sign-up" />;
}

function DoorPage({ mode }: Readonly<{ mode: DoorMode }>): ReactElement {
  const t = useWords(doorArea);
  const me = useMe();
  const router = useRouter();
  const { to } = useSearch({ strict: false });
  const goOn = (): void => {
    router.history.push(placeAfter(to));
  };
  if (me !== null && me !== undefined) {
    return (
      <Page title={t(mode)} width="narrow">
        <p>{t('already', { handle: me.handle })}</p>
        <div>
          <button className="button" data-kind="main" type="button" onClick={goOn}>
            {t('goOn')}
          </button>
        </div>
      </Page>
    );
  }
  const search = to === undefined ? {} : { to };
  return (
    <Page title={t(mode)} width="narrow">
      <div className="card">
        <DoorForm
          mode={mode}
          tabs={
            <nav className="door-tabs" aria-label={t('tabs')}>
              <Link to="/sign-up" search={search} replace>
                {t('sign-up')}
              </Link>
              <Link to="/sign-in" search={search} replace>
                {t('sign-in')}
              </Link>
            </nav>
          }
          onEntered={goOn}
        />
      </div>
    </Page>
  );
}
