// The operators' console: who is not in comes in, and who is in sees the hand-over of the cell.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { ConsoleSession } from '@holdfast/protocol/console.ts';
import { Frame } from '../ui/frame.tsx';
import { Notice } from '../ui/notice.tsx';
import { getCell, getSession } from './api.ts';
import './console.css';
import { codeOf } from './console-fault.ts';
import { Door } from './door.tsx';
import { HandoverView } from './handover-view.tsx';

/** Codes with which a process says that there is no console at it; a gateway has no such path. */
const OFF = new Set(['console-off', 'not-found', 'http-404']);

export function ConsolePage(): ReactElement {
  const queries = useQueryClient();
  const cell = useQuery({ queryKey: ['console', 'cell'], queryFn: getCell, retry: false });
  const session = useQuery({
    queryKey: ['console', 'session'],
    queryFn: sessionOrNone,
    enabled: cell.isSuccess,
    retry: false,
  });
  const show = (now: ConsoleSession | null): void => {
    queries.setQueryData(['console', 'session'], now);
    if (now === null) queries.removeQueries({ queryKey: ['console', 'live'] });
  };
  const error = cell.error ?? session.error;
  if (error !== null) return <Unavailable error={error} />;
  if (cell.data === undefined || session.data === undefined) {
    return (
      <Frame title="Console">
        <p role="status">Asking the cell…</p>
      </Frame>
    );
  }
  if (session.data === null) return <Door cell={cell.data} onSignedIn={show} />;
  return <HandoverView session={session.data} onSignedOut={() => show(null)} />;
}

async function sessionOrNone(): Promise<ConsoleSession | null> {
  try {
    return await getSession();
  } catch (error) {
    if (codeOf(error) === 'console-signed-out') return null;
    throw error;
  }
}

function Unavailable({ error }: Readonly<{ error: Error }>): ReactElement {
  const isOff = OFF.has(codeOf(error) ?? '');
  return (
    <Frame title="Console">
      <div className="page-head">
        <h1>Console</h1>
        <p className="lead">For the people who run a cell.</p>
      </div>
      <Notice tone={isOff ? 'plain' : 'bad'}>
        <p>
          {isOff
            ? 'This process serves no console. It is at the address of the operator’s own cell ' +
              'process, and there only once staff have been added.'
            : error.message}
        </p>
      </Notice>
    </Frame>
  );
}
