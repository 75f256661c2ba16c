import type { ReactElement } from 'react';
import { Notice } from '../ui/notice.tsx';
import { troubleOf } from './ask.ts';

type TroubleProps = Readonly<{ what: string; error: Error; retry: () => void }>;

/** Something could not be read: what that means, and a way to ask again. */
export function Trouble({ what, error, retry }: TroubleProps): ReactElement {
  return (
    <Notice tone="warn">
      <p>
        <strong>{what} cannot be shown now.</strong> {troubleOf(error)}
      </p>
      <div>
        <button className="button" type="button" onClick={retry}>
          Ask again
        </button>
      </div>
    </Notice>
  );
}

/** Stands where something is on its way. */
export function Waiting({ what }: Readonly<{ what: string }>): ReactElement {
  return (
    <div className="waiting" role="status">
      <span className="unseen">{what} is on its way.</span>
      <div className="bone" />
      <div className="bone" />
      <div className="bone" />
    </div>
  );
}
