// What is shown when there is no page, or when a page broke.

import type { ReactElement } from 'react';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { Frame } from '../ui/frame.tsx';
import { Notice } from '../ui/notice.tsx';

export function NotFoundPage(): ReactElement {
  return (
    <Frame title="No such page">
      <div className="page-head">
        <h1>No such page</h1>
        <p className="lead">Nothing is at this address. Nothing was changed.</p>
        <a className="button" href="/trust">
          To the public record
        </a>
      </div>
    </Frame>
  );
}

export function TroublePage({ error, reset }: ErrorComponentProps): ReactElement {
  return (
    <Frame title="This page broke">
      <div className="stack">
        <h1>This page broke</h1>
        <Notice tone="bad">
          <p>
            The fault is in the page and not in what it shows: counts, charter and certificates are
            as they were.
          </p>
          <p className="mono">{error instanceof Error ? error.message : String(error)}</p>
        </Notice>
        <div>
          <button className="button" type="button" onClick={reset}>
            Show it again
          </button>
        </div>
      </div>
    </Frame>
  );
}
