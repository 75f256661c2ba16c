// The operators' console. It works only where a cell process serves it, with staff enrolled.

import type { ReactElement } from 'react';
import { Frame } from '../ui/frame.tsx';
import { Notice } from '../ui/notice.tsx';

export function ConsolePage(): ReactElement {
  return (
    <Frame title="Console">
      <div className="page-head">
        <h1>Console</h1>
        <p className="lead">For the people who run a cell.</p>
      </div>
      <Notice>
        <p>
          This process serves no console. It is at the address of the operator’s own cell process,
          and there only once staff have been added.
        </p>
      </Notice>
    </Frame>
  );
}
