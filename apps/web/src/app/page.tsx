// What pages are made of: a place for their content, and the three states of what has to be fetched.

import type { ReactElement, ReactNode } from 'react';
import { Notice } from '../ui/notice.tsx';
import { AppLink } from './app-link.tsx';
import type { Trouble } from './ask.ts';
import { useWords } from './i18n.ts';
import { troubleText } from './trouble-text.ts';
import { appArea } from './words.ts';

type PageProps = Readonly<{
  /** Title of the document, and of the page unless `heading` says otherwise. */
  title: string;
  /** In place of the title; `null` when the page draws its own `h1`. */
  heading?: ReactNode;
  /** Stands at the end of the heading's line. */
  actions?: ReactNode;
  /** Reading pages are narrow, tools are wide. */
  width?: 'narrow' | 'wide';
  children: ReactNode;
}>;

export function Page({ title, heading, actions, width, children }: PageProps): ReactElement {
  return (
    <div className="page" data-width={width}>
      <title>{`${title} · Holdfast`}</title>
      {heading !== null && (
        <div className="page-line">
          <h1>{heading ?? title}</h1>
          {actions}
        </div>
      )}
      {children}
    </div>
  );
}

/** Lines where text will be. */
export function Bones({ lines = 3 }: Readonly<{ lines?: number }>): ReactElement {
  const t = useWords(appArea);
  return (
    <div className="bones" role="status" aria-label={t('loading')}>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} className="bone" />
      ))}
    </div>
  );
}

/** Nothing here, and why; with what to do about it. */
export function Empty({
  title,
  isPage = false,
  children,
}: Readonly<{
  title: string;
  /** It is all that the page has to say. */
  isPage?: boolean;
  children?: ReactNode;
}>): ReactElement {
  const Heading = isPage ? 'h1' : 'h2';
  return (
    <div className="empty">
      <Heading>{title}</Heading>
      {children}
    </div>
  );
}

/** What is said when something did not load: what happened, and how to ask again. */
export function TroubleNote({
  trouble,
  onRetry,
}: Readonly<{ trouble: Trouble; onRetry?: () => void }>): ReactElement {
  const t = useWords(appArea);
  const isSignIn = trouble.kind === 'problem' && trouble.problem.status === 401;
  return (
    <Notice tone={isSignIn ? 'plain' : 'bad'}>
      <p>
        <TroubleText trouble={trouble} />
      </p>
      <div className="row">
        {isSignIn && (
          <AppLink className="button" data-kind="main" to="/sign-in">
            {t('nav.signIn')}
          </AppLink>
        )}
        {!isSignIn && onRetry !== undefined && (
          <button className="button" type="button" onClick={onRetry}>
            {t('retry')}
          </button>
        )}
      </div>
    </Notice>
  );
}

/** The sentence of a trouble, as an element. */
export function TroubleText({ trouble }: Readonly<{ trouble: Trouble }>): ReactElement {
  const t = useWords(appArea);
  return <>{troubleText(trouble, t)}</>;
}
