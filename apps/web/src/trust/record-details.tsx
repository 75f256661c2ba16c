// What stands below the owner of a country. A file of its own with the checks that it needs: who
// runs the country is shown before it is here.

import { useQuery } from '@tanstack/react-query';
import type { ReactElement, ReactNode } from 'react';
import { askCharter } from './ask-charter.ts';
import { BooksSection } from './books-section.tsx';
import { BorderSection } from './border-section.tsx';
import { CharterFault, CharterSection } from './charter-section.tsx';
import { HandoverSection } from './handover-section.tsx';
import type { TrustRecord } from './record.ts';
import { RetirementSection } from './retirement-section.tsx';
import { useCharterVerdict } from './use-charter-verdict.ts';

type RecordDetailsProps = Readonly<{
  record: TrustRecord;
  /** What is above the details; when the charter does not hold, that is said before it. */
  children: ReactNode;
}>;

export function RecordDetails({ record, children }: RecordDetailsProps): ReactElement {
  const charter = useQuery(askCharter);
  const verdict = useCharterVerdict(charter.data);
  return (
    <>
      {charter.data !== undefined && (
        <CharterFault verdict={verdict} charter={charter.data} record={record} />
      )}
      {children}
      <CharterSection record={record} verdict={verdict} />
      <HandoverSection record={record} />
      <BorderSection border={record.border} />
      <BooksSection jurisdiction={record.jurisdiction} />
      <RetirementSection retirements={record.retirements} />
    </>
  );
}
