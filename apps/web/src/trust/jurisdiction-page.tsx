// /trust/us: who runs one country's cell, and everything that shows it.

import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import type { ReactElement } from 'react';
import { jurisdictionName } from '../jurisdiction-names.ts';
import { askTrust, AskError } from './ask.ts';
import { OwnerCard } from './owner-card.tsx';
import type { TrustRecord } from './record.ts';
import { TrustFrame } from './trust-frame.tsx';
import { Trouble, Waiting } from './trouble.tsx';

// Asked for at once, so that it comes along with the record itself.
const details = import('./record-details.tsx');
const RecordDetails = lazy(async () => ({ default: (await details).RecordDetails }));

export function JurisdictionPage(): ReactElement {
  const { jurisdiction } = useParams({ from: '/record/trust/$jurisdiction' });
  const trust = useQuery(askTrust(jurisdiction));
  const name = jurisdictionName(jurisdiction);
  const isUnknown = trust.error instanceof AskError && trust.error.code === 'not-found';
  return (
    <TrustFrame title={name}>
      <div className="page-head">
        <p className="eyebrow">Public record</p>
        <h1>{name}</h1>
        {trust.data !== undefined && <Lead record={trust.data} />}
        {isUnknown && <p className="lead">The charter has no cell of this name.</p>}
      </div>
      {trust.data === undefined && trust.error === null && <Waiting what="The record" />}
      {trust.data === undefined && trust.error !== null && !isUnknown && (
        <Trouble what="The record" error={trust.error} retry={() => void trust.refetch()} />
      )}
      {trust.data !== undefined && <RecordParts record={trust.data} />}
    </TrustFrame>
  );
}

function Lead({ record }: Readonly<{ record: TrustRecord }>): ReactElement {
  const { operator, handovers } = record;
  const changes = handovers.length;
  const times = changes === 1 ? 'once' : `${changes} times`;
  return (
    <p className="lead">
      The likes and views of the people here are kept by{' '}
      <strong className="owner-name">{operator}</strong>.{' '}
      {changes === 0 ? 'They have never changed hands.' : `They have changed hands ${times}.`}
    </p>
  );
}

function RecordParts({ record }: Readonly<{ record: TrustRecord }>): ReactElement {
  const owner = <OwnerCard record={record} />;
  return (
    <Suspense fallback={owner}>
      <RecordDetails record={record}>{owner}</RecordDetails>
    </Suspense>
  );
}
